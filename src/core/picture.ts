/** A picture of 8 bits a channel: rows from top to bottom, pixels from left to right, channels side by side. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** Grey, or red, green and blue. */
  readonly channels: 1 | 3
  /** `width` × `height` × `channels` bytes. */
  readonly data: Uint8Array
}

/** A picture of 8 bits a channel: rows from top to bottom, pixels from left to right, channels side by side. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** Grey, or red, green and blue. */
  readonly channels: 1 | 3
  /** `width` × `height` × `channels` bytes. */
  readonly data: Uint8Array
}

/** @throws RangeError when the data are not `width` × `height` × `channels` bytes, or a side is 0. */
export function checkPicture({ width, height, channels, data }: Picture): void {
  if (width < 1 || height < 1 || data.length !== width * height * channels)
    throw new RangeError(
      `a picture of ${width} × ${height} × ${channels} does not consist of ${data.length} bytes`,
    )
}

import type { Picture } from '../../../src/core/picture.ts'

const picture = (width: number, height: number, channels: 1 | 3, of: (i: number) => number): Picture => ({
  width,
  height,
  channels,
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => of(i)),
})

const noise = (i: number) => (Math.imul(i ^ (i >>> 3), 0x9e3779b1) >>> 24) & 0xff

/** What the pictures beside this file were made of, by `encodePng` and by `encodeJpeg` at its default quality. */
export const SAMPLES: Readonly<Record<string, Picture>> = {
  grey: picture(21, 13, 1, i => (i * 3 + (noise(i) & 15)) & 0xff),
  colour: picture(19, 10, 3, i => 128 + ((i % 3) - 1) * ((i / 3) % 19) * 4 + Math.floor(i / 57) * 5),
  edges: picture(16, 16, 3, i => (Math.floor(i / 3) % 16 < 7 ? [255, 0, 0] : [0, 0, 255])[i % 3]!),
}

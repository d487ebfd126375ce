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
  grey: picture(
    101,
    77,
    1,
    i => 100 + 60 * Math.sin(i / 101 / 9) * Math.cos((i % 101) / 7) + (noise(i) & 15),
  ),
  colour: picture(99, 85, 3, i => {
    const [x, y] = [Math.floor(i / 3) % 99, Math.floor(i / 297)]
    return 128 + ((i % 3) - 1) * (60 * Math.sin(x / 11)) + 40 * Math.cos((x + 2 * y) / 13) + (noise(i) & 7)
  }),
  edges: picture(48, 48, 3, i => (Math.floor(i / 3) % 16 < 7 ? [255, 0, 0] : [0, 0, 255])[i % 3]!),
}

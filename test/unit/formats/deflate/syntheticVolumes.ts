/** Uniform numbers in [0, 1) of a linear congruential generator (Numerical Recipes' constants). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Rician-like magnitudes over blobs of tissue: the shape of an MR volume with `edge`^3 voxels. */
export function noisyVolume(edge: number): Float32Array {
  const next = uniform(7)
  const gaussian = (): number => next() + next() + next() + next() - 2
  const volume = new Float32Array(edge ** 3)
  for (let z = 0, i = 0; z < edge; z++)
    for (let y = 0; y < edge; y++)
      for (let x = 0; x < edge; x++, i++) {
        const tissue = 120 * (1 + Math.sin(x / 17) * Math.cos(y / 23 + z / 31)) * (x > edge / 4 ? 1 : 0)
        volume[i] = Math.hypot(tissue + 12 * gaussian(), 12 * gaussian())
      }
  return volume
}

/** A mask of 256 x 256 x 48 voxels that is 1 in an ellipsoid: like a real mask, a slice is larger than the window. */
export function ellipsoidMask(): Uint8Array {
  const mask = new Uint8Array(256 * 256 * 48)
  for (let z = 0, i = 0; z < 48; z++)
    for (let y = 0; y < 256; y++)
      for (let x = 0; x < 256; x++, i++)
        if ((x - 90) ** 2 + (y - 120) ** 2 + 16 * (z - 20) ** 2 < 40 ** 2) mask[i] = 1
  return mask
}

export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

import type { Mask } from '../core/volume.ts'

/** Four voxels at a time; the array must begin on a multiple of four bytes, as every array of its own does. */
const words = (data: Uint8Array): Uint32Array | undefined =>
  data.byteOffset % 4 === 0 ? new Uint32Array(data.buffer, data.byteOffset, data.length >> 2) : undefined

const FOUR_ONES = 0x01010101

/** 1 where the label map has the label, 0 elsewhere; same grid. */
export function binaryMask(mask: Mask, label: number): Mask {
  const source = mask.data
  const data = new Uint8Array(source.length)
  const sourceWords = words(source)
  const dataWords = words(data)
  let i = 0
  if (sourceWords !== undefined && dataWords !== undefined) {
    // Most of a label map is background: four zeros are told by one comparison.
    const background = label === 0 ? FOUR_ONES : 0
    for (let w = 0; w < sourceWords.length; w++) {
      if (sourceWords[w] === 0) dataWords[w] = background
      else for (i = w * 4; i < w * 4 + 4; i++) data[i] = source[i] === label ? 1 : 0
    }
    i = sourceWords.length * 4
  }
  for (; i < source.length; i++) data[i] = source[i] === label ? 1 : 0
  return { grid: mask.grid, data }
}

/** Voxels at which a binary mask is not exactly "the label map has this label". */
export function countDisagreement(mask: Uint8Array, label: number, binary: Uint8Array): number {
  let count = 0
  let i = 0
  const maskWords = words(mask)
  const binaryWords = words(binary)
  if (maskWords !== undefined && binaryWords !== undefined) {
    const background = label === 0 ? FOUR_ONES : 0
    for (let w = 0; w < maskWords.length; w++) {
      if (maskWords[w] === 0 && binaryWords[w] === background) continue
      for (i = w * 4; i < w * 4 + 4; i++) count += (mask[i] === label ? 1 : 0) === binary[i] ? 0 : 1
    }
    i = maskWords.length * 4
  }
  for (; i < mask.length; i++) count += (mask[i] === label ? 1 : 0) === binary[i] ? 0 : 1
  return count
}

/** Labels replaced by others; those that are not listed stay. */
export function remapLabels(data: Uint8Array, remap: Readonly<Record<number, number>>): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, label) => remap[label] ?? label)
  return data.map(label => table[label]!)
}

/**
 * Lays `over` on `under` in place: where `over` is not 0, it wins. @returns at how many voxels both were not 0.
 */
export function mergeLabels(under: Uint8Array, over: Uint8Array): number {
  let overlap = 0
  for (let i = 0; i < over.length; i++) {
    const label = over[i]!
    if (label === 0) continue
    if (under[i] !== 0) overlap++
    under[i] = label
  }
  return overlap
}

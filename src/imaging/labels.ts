import type { Mask } from '../core/volume.ts'

/** 1 where the label map has the label, 0 elsewhere; same grid. */
export function binaryMask(mask: Mask, label: number): Mask {
  const source = mask.data
  const data = new Uint8Array(source.length)
  for (let i = 0; i < source.length; i++) data[i] = source[i] === label ? 1 : 0
  return { grid: mask.grid, data }
}

/** Voxels at which a binary mask is not exactly "the label map has this label". */
export function countDisagreement(mask: Uint8Array, label: number, binary: Uint8Array): number {
  let count = 0
  for (let i = 0; i < mask.length; i++) count += (mask[i] === label ? 1 : 0) === binary[i] ? 0 : 1
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

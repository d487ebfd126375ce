import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Voxels of a .nii.gz file, read without any of the program's code: little-endian NIfTI-1. */
export function niftiValues(file: string): {
  shape: readonly [number, number, number]
  at: (voxel: readonly number[]) => number
} {
  const bytes = gunzipSync(readFileSync(file))
  const shape = [bytes.readInt16LE(42), bytes.readInt16LE(44), bytes.readInt16LE(46)] as const
  const start = bytes.readFloatLE(108)
  const [slope, intercept] = [bytes.readFloatLE(112) || 1, bytes.readFloatLE(116)]
  const readers: Record<number, readonly [number, (at: number) => number]> = {
    2: [1, at => bytes.readUInt8(at)],
    4: [2, at => bytes.readInt16LE(at)],
    8: [4, at => bytes.readInt32LE(at)],
    16: [4, at => bytes.readFloatLE(at)],
    64: [8, at => bytes.readDoubleLE(at)],
    512: [2, at => bytes.readUInt16LE(at)],
  }
  const datatype = bytes.readInt16LE(70)
  const reader = readers[datatype]
  if (reader === undefined) throw new Error(`${file} has the NIfTI datatype ${datatype}`)
  const [size, read] = reader
  return {
    shape,
    at: ([i, j, k]) => read(start + size * (i! + shape[0] * (j! + shape[1] * k!))) * slope + intercept,
  }
}

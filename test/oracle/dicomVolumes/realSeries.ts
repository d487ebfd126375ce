import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Affine, Point } from '../../../src/core/affine.ts'
import { compose, invert, transformPoint } from '../../../src/core/affine.ts'
import type { SliceHeader } from '../../../src/core/sliceHeader.ts'
import type { Shape, VoxelArray } from '../../../src/core/volume.ts'
import { parseDicom } from '../../../src/formats/dicom/parse.ts'
import { prepareDecoder } from '../../../src/formats/dicom/pixels/decodeFrame.ts'
import { sliceHeaders } from '../../../src/formats/dicom/sliceHeader.ts'
import { niftiAffine } from '../../../src/formats/nifti/geometry.ts'
import { parseNiftiHeader } from '../../../src/formats/nifti/header.ts'

export interface RealSeries {
  readonly slices: readonly SliceHeader[]
  readonly nameOf: (index: number) => string
  readonly pixels: (index: number) => VoxelArray
}

/** All frames of the files of a folder; their pixels are decoded when asked for. */
export async function readSeries(folder: string): Promise<RealSeries> {
  const slices: SliceHeader[] = []
  const names: string[] = []
  const pixels: (() => VoxelArray)[] = []
  for (const name of readdirSync(folder)) {
    const file = parseDicom(new Uint8Array(readFileSync(path.join(folder, name))))
    const decode = await prepareDecoder(file.transferSyntax)
    for (const slice of sliceHeaders(file.dataset, slices.length)) {
      slices.push(slice)
      names.push(name)
      pixels.push(() => decode(file, slice.frame).data)
    }
  }
  return { slices, nameOf: index => names[index]!, pixels: index => pixels[index]!() }
}

export interface Reference {
  readonly shape: Shape
  readonly affine: Affine<'voxel', 'ras'>
  /** Voxels of each frame. */
  readonly frames: readonly ArrayLike<number>[]
}

/** A little-endian .nii.gz in full, in its own precision. */
export function readReference(file: string): Reference {
  const bytes = new Uint8Array(gunzipSync(readFileSync(file)))
  const header = parseNiftiHeader(bytes, { allowFrames: true })
  const types = {
    uint8: Uint8Array,
    int16: Int16Array,
    uint16: Uint16Array,
    int32: Int32Array,
    float32: Float32Array,
    float64: Float64Array,
  } as const
  const type = types[header.datatype as keyof typeof types]
  const size = header.shape[0] * header.shape[1] * header.shape[2]
  const stored = new type(bytes.slice(header.voxOffset).buffer, 0, size * header.frames)
  const scaled =
    header.slope === 1 && header.intercept === 0
      ? stored
      : Float64Array.from(stored, value => value * header.slope + header.intercept)
  return {
    shape: header.shape,
    affine: niftiAffine(header).affine,
    frames: Array.from({ length: header.frames }, (_, f) => scaled.subarray(f * size, (f + 1) * size)),
  }
}

export interface Disagreement {
  /** How far voxel centres lie from the nearest ones of the reference, at the corners, mm. */
  readonly positionMm: number
  readonly largest: number
  /** Largest difference as part of the reference's value, over those that are not 0. */
  readonly largestRelative: number
  /** Voxels that have no counterpart in the reference, or it none in them. */
  readonly unmatched: number
}

/** Compares two images of the same voxels, in whatever order they are stored, where they lie in the world. */
export function disagreement(
  image: { readonly shape: Shape; readonly affine: Affine<'voxel', 'ras'>; readonly data: ArrayLike<number> },
  reference: Omit<Reference, 'frames'>,
  values: ArrayLike<number>,
): Disagreement {
  const toReference = compose(invert(reference.affine), image.affine)
  const [ni, nj, nk] = image.shape
  let positionMm = 0
  for (const corner of [0, 1, 2, 3, 4, 5, 6, 7]) {
    const at: Point = [corner & 1 ? ni - 1 : 0, corner & 2 ? nj - 1 : 0, corner & 4 ? nk - 1 : 0]
    const nearest = transformPoint(toReference, at).map(Math.round) as unknown as Point
    const [a, b] = [transformPoint(image.affine, at), transformPoint(reference.affine, nearest)]
    positionMm = Math.max(positionMm, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]))
  }
  let largest = 0
  let largestRelative = 0
  let matched = 0
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++) {
        const [x, y, z] = transformPoint(toReference, [i, j, k]).map(Math.round) as [number, number, number]
        const [sx, sy, sz] = reference.shape
        if (x < 0 || y < 0 || z < 0 || x >= sx || y >= sy || z >= sz) continue
        const expected = values[x + sx * (y + sy * z)]!
        const difference = Math.abs(image.data[i + ni * (j + nj * k)]! - expected)
        matched++
        largest = Math.max(largest, difference)
        if (expected !== 0) largestRelative = Math.max(largestRelative, difference / Math.abs(expected))
      }
  return { positionMm, largest, largestRelative, unmatched: Math.max(ni * nj * nk, values.length) - matched }
}

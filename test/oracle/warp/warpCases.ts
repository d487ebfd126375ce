import { readFileSync } from 'node:fs'
import { affine, lpsToRas, type Point } from '../../../src/core/affine.ts'
import type { SpatialTransform, TransformChain } from '../../../src/core/spatialTransform.ts'
import type { Grid } from '../../../src/core/volume.ts'

/** A grid as ITK gives it; LPS, direction by rows. */
export interface ItkGrid {
  readonly size: Point
  readonly spacing: Point
  readonly origin: Point
  readonly direction: readonly number[]
}

export interface WarpResults {
  readonly order3: string
  readonly order1: string
  readonly order0: string
  readonly order3int16: string
  readonly jacobian: string
  readonly displacement: string
}

interface StoredCase extends WarpResults {
  readonly parts: readonly string[]
}

interface Stored {
  readonly fixed: ItkGrid
  readonly moving: ItkGrid
  readonly image: string
  readonly parts: Record<string, unknown>
  readonly cases: readonly StoredCase[]
}

const bytesOf = (base64: string): ArrayBuffer => Uint8Array.from(Buffer.from(base64, 'base64')).buffer
export const floats = (base64: string): Float32Array => new Float32Array(bytesOf(base64))
export const shorts = (base64: string): Int16Array => new Int16Array(bytesOf(base64))

export function gridOf({ size, spacing, origin, direction: d }: ItkGrid): Grid {
  const rows = [0, 1, 2].flatMap(r => [
    ...[0, 1, 2].map(c => d[3 * r + c]! * spacing[c as 0 | 1 | 2]),
    origin[r as 0 | 1 | 2],
  ])
  return { shape: size, affine: lpsToRas(affine<'voxel', 'lps'>(rows)) }
}

function partOf(stored: unknown): SpatialTransform {
  const part = stored as { kind: string; coefficients: string }
  return (
    part.kind === 'bspline' ? { ...part, coefficients: Float64Array.from(floats(part.coefficients)) } : stored
  ) as SpatialTransform
}

// Written by make_expectations.py with transformix of elastix 5.0.1.
const stored: Stored = JSON.parse(readFileSync(new URL('expectations.json', import.meta.url), 'utf8'))

export const fixedGrid = gridOf(stored.fixed)
export const movingImage = { grid: gridOf(stored.moving), data: shorts(stored.image) }
export const warpCases = stored.cases.map(results => ({
  name: results.parts.join(', '),
  chain: results.parts.map(part => partOf(stored.parts[part])) satisfies TransformChain,
  results,
}))

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Shape } from '../../../src/core/volume.ts'
import { type Connectivity, connectedRuns } from '../../../src/imaging/components/connectedRuns.ts'
import { largestComponents } from '../../../src/imaging/components/largestComponents.ts'
import { voxelRuns } from '../../../src/imaging/components/voxelRuns.ts'

interface Expectation {
  /** Of each label, voxels of its components in the order of their first voxels. */
  readonly sizes: Readonly<Record<string, readonly number[]>>
  /** SHA-256 of the label map with the largest ones. */
  readonly kept: string
}

const { labels, cases } = JSON.parse(readFileSync(new URL('expectations.json', import.meta.url), 'utf8')) as {
  labels: number[]
  cases: { name: string; shape: Shape; deflated: string; connectivity: Record<string, Expectation> }[]
}

function componentSizes(data: Uint8Array, shape: Shape, label: number, connectivity: Connectivity): number[] {
  const wanted = new Uint8Array(256)
  wanted[label] = 1
  const runs = voxelRuns(data, shape, wanted)
  const sizes = new Map<number, number>()
  connectedRuns(runs, shape, connectivity).forEach((root, r) => {
    sizes.set(root, (sizes.get(root) ?? 0) + runs.end[r]! - runs.start[r]!)
  })
  return [...sizes.values()]
}

describe.each(cases)('scipy.ndimage.label on a $name map', ({ shape, deflated, connectivity }) => {
  const data = new Uint8Array(inflateSync(Buffer.from(deflated, 'base64')))

  it.each(Object.entries(connectivity))('finds the same with %s neighbours', (name, { sizes, kept }) => {
    const neighbours = Number(name) as Connectivity
    for (const label of labels)
      expect(componentSizes(data, shape, label, neighbours), `label ${label}`).toEqual(sizes[label])
    const found = largestComponents(data, shape, labels, neighbours)
    expect(createHash('sha256').update(found.data).digest('hex')).toBe(kept)
    expect(found.labels).toEqual(
      labels.map(label => ({
        label,
        voxels: sizes[label]!.reduce((sum, n) => sum + n, 0),
        components: sizes[label]!.length,
        kept: Math.max(0, ...sizes[label]!),
      })),
    )
  })
})

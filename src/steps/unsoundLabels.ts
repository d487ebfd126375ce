import type { LabelMask } from '../artifacts/niftiMask.ts'
import { DataError } from '../core/dataError.ts'
import { type Finding, finding } from '../core/finding.ts'

/** What makes a mask no label map: values that are not finite, not whole, or outside 0 to 255. */
export function unsoundLabels(m: LabelMask, where: string): Finding[] {
  const first =
    m.firstBad === undefined ? '' : `, the first is ${m.firstBad.value} at voxel ${m.firstBad.index}`
  const kinds = [
    ['mask-not-finite', m.notFinite, 'NaN or infinite'],
    ['mask-not-whole', m.notWhole, 'not whole numbers'],
    ['mask-out-of-range', m.outOfRange, 'outside 0 to 255'],
  ] as const
  return kinds.flatMap(([code, voxels, what]) =>
    voxels === 0
      ? []
      : [finding(code, where, `${voxels} mask voxels are ${what}${first}`, { numbers: { voxels } })],
  )
}

/** @throws DataError when the mask is no label map. */
export function requireLabels(m: LabelMask, where: string): void {
  const bad = unsoundLabels(m, where)
  if (bad.length > 0)
    throw new DataError(bad[0]!.code, bad.map(b => b.message).join('; '), { where, findings: bad })
}

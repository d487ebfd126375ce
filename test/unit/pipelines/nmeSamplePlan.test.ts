import { describe, expect, it } from 'vitest'
import { workspaceAt } from '../../../src/engine/workspace.ts'
import { SamplePlan } from '../../../src/pipelines/nmeSamplePlan.ts'
import { nmeMatcher, nmeProfile } from '../profiles/archive.ts'

const labels = [
  { index: 1, name: 'non-mass enhancement', shortForm: 'NME' },
  { index: 12, name: 'duct', shortForm: 'duct' },
]
const volume = 'NME-Seg-2025.8.25-train-val/imagesTr/NME-Seg_01A0.00000007.nii.gz'
const mask = volume.replace('imagesTr', 'labelsTr')
const profile = nmeProfile()
const place = {
  workspace: workspaceAt('/data'),
  archive: '/data/archive',
  grouped: '/data/grouped',
  profile,
  layout: nmeMatcher().layout,
}
const matched = nmeMatcher().match(volume)
if (matched.status !== 'matched') throw new Error('the profile must take the volume')

const planOf = (
  archive: { volume?: string; masks: Record<string, string> },
  extracts = true,
  inspects = true,
) =>
  new SamplePlan(
    place,
    { folder: matched.folder, id: matched.sampleId, attributes: matched.attributes, archive, voxels: 24 },
    { labels, onGeometryMismatch: 'copy', remake: false, extracts, inspects },
  )
const names = (jobs: readonly { readonly step: string; readonly part?: string }[]) =>
  jobs.map(({ step, part }) => [step, part])

describe('the plan of a sample', () => {
  it.each([
    ['both images', planOf({ volume, masks: { '': mask } })],
    ['a volume alone', planOf({ volume, masks: {} })],
    ['a mask alone', planOf({ masks: { '': mask } })],
    ['pairs only', planOf({ volume, masks: { '': mask } }, false, false)],
    ['no inspection', planOf({ volume, masks: { '': mask } }, true, false)],
  ])('names the jobs that it makes (%s)', (_, plan) => {
    expect(names(plan.named())).toEqual(names(plan.jobs))
    expect(plan.jobs.every(job => job.case === plan.case)).toBe(true)
    expect(plan.named().map(({ make }) => make())).toEqual(plan.jobs)
  })

  it('goes from the pair to the description, each label by itself', () => {
    expect(names(planOf({ volume, masks: { '': mask } }).named())).toEqual([
      ['confirm-pairs', undefined],
      ['extract-binary-masks', '01'],
      ['extract-binary-masks', '12'],
      ['inspect-sample', undefined],
      ['describe-sample', undefined],
    ])
  })

  it('describes the files that the pair has', () => {
    const [pair, described] = ['confirm-pairs', 'describe-sample'].map(
      step => planOf({ volume, masks: {} }).jobs.find(job => job.step === step)!,
    )
    expect(pair!.outputs.mask).toBeNull()
    expect(described!.inputs).toMatchObject({ volume: pair!.outputs.volume, mask: null })
  })
})

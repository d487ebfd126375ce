import { describe, expect, it } from 'vitest'
import { ManifestSamples } from '../../../src/pipelines/nmeSamples.ts'
import { ArchiveMatcher } from '../../../src/profiles/match.ts'
import { parseProfile } from '../../../src/profiles/parse.ts'
import { profileText } from '../profiles/archive.ts'

const columns = ['file_path', 'type', 'szx', 'szy', 'szz', 'site', 'pid']

/** What a manifest of these files plans, and why others are refused, by folder. */
function planOf(sections: Readonly<Record<string, string>>, files: readonly string[]) {
  const profile = parseProfile(profileText(sections), 'small.yaml')
  const samples = new ManifestSamples(
    { source: 'manifest.xlsx', name: 'files', columns },
    profile,
    new ArchiveMatcher(profile),
  )
  for (const [index, file] of files.entries()) {
    const [site, name] = file.split('/') as [string, string]
    const type = name.includes('_mask') ? 'm3d' : 'v3d'
    samples.add([file, type, 2, 3, 4, site, name.replace(/(_mask)?\.nii\.gz$/, '')], index + 2)
  }
  const { samples: planned, refused, findings } = samples.planned()
  return {
    planned: planned.map(s => [s.archive.volume ?? '', s.folder, s.voxels]),
    refused: refused.map(r => [r.folder, r.finding.code, r.finding.message]),
    findings,
  }
}

describe('samples of a manifest', () => {
  it('come of the files in any order', () => {
    const { planned, refused, findings } = planOf({}, [
      ...['A/1_mask.nii.gz', 'B/2.nii.gz', 'A/1.nii.gz', 'B/2_mask.nii.gz'],
    ])
    expect(planned.map(([volume, , voxels]) => [volume, voxels])).toEqual([
      ['A/1.nii.gz', 24],
      ['B/2.nii.gz', 24],
    ])
    expect([...refused, ...findings]).toEqual([])
  })

  it('that would lie in one folder are all refused, the others kept', () => {
    const { planned, refused } = planOf({}, [...['A/1.nii.gz', 'B/1.nii.gz', 'C/1.nii.gz', 'A/2.nii.gz']])
    expect(planned.map(([volume]) => volume)).toEqual(['A/2.nii.gz'])
    expect(refused).toHaveLength(1)
    expect(refused[0]![1]).toBe('sample-id-repeated')
    expect(refused[0]![2]).toContain('two samples of the manifest would both lie in')
  })

  it('whose files say two folders are refused, the others kept', () => {
    const sections = { sample: "{ id: '{pid}', key: [pid] }", layout: "{ folder: '{site}/{id}' }" }
    const { planned, refused } = planOf(sections, ['A/1.nii.gz', 'B/1_mask.nii.gz', 'B/2.nii.gz'])
    expect(planned.map(([volume]) => volume)).toEqual(['B/2.nii.gz'])
    expect(refused).toEqual([['A/1', 'pair-inconsistent', 'its files say different folders: A/1 and B/1']])
  })
})

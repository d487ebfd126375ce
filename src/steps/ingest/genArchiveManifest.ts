import { type ArchiveTree, archiveTree } from '../../artifacts/archiveTree.ts'
import { workbook } from '../../artifacts/workbook.ts'
import { type Affine, frobeniusDistance, voxelSizes } from '../../core/affine.ts'
import { findingsOf } from '../../core/dataError.ts'
import { type Finding, finding } from '../../core/finding.ts'
import { orientationText, transformText } from '../../core/orientation.ts'
import type { Shape } from '../../core/volume.ts'
import { defineStep, editable, one, type Zod } from '../../engine/step.ts'
import { niftiAffine, niftiSpacing } from '../../formats/nifti/geometry.ts'
import { dtypeText } from '../../formats/nifti/header.ts'
import type { Cell } from '../../formats/table/cell.ts'
import { ArchiveMatcher, type MatchedFile } from '../../profiles/match.ts'
import type { Profile } from '../../profiles/schema.ts'
import type { Table } from '../../profiles/tableJoin.ts'
import { findingsSheet } from '../findingsSheet.ts'

/** Columns after those of the profile; spec: sizes in voxels, spacing in mm, RAS+ affine by rows. */
const HEADER_COLUMNS = [
  'szx', 'szy', 'szz', 'spx', 'spy', 'spz', 'orientation_from', 'orientation_to', 'dtype', 'transform', 'diff_trans_f_norm',
] // biome-ignore format: one line
const TEXT_COLUMNS = new Set(['orientation_from', 'orientation_to', 'dtype', 'transform'])
const TYPES = { volume: 'v3d', mask: 'm3d' } as const
/** Below a tenth of a voxel the two forms of a header differ by rounding only. */
const FORMS_DIFFER_VOXELS = 0.1

interface ScannedImage {
  readonly path: string
  readonly match: MatchedFile
  readonly shape: Shape
  /** In mm. */
  readonly spacing: readonly [number, number, number]
  readonly dtype: string
  readonly affine: Affine<'voxel', 'ras'>
}

const params = (z: Zod) =>
  z.object({
    profile: z.custom<Profile>(value => typeof value === 'object').describe('The archive profile.'),
    tables: z.array(z.custom<Table>()).describe('Tables that the profile joins.'),
    sheet: z.string().describe('Name of the worksheet.'),
  })

export const genArchiveManifest = defineStep({
  name: 'gen-archive-manifest',
  version: 1,
  summary: 'Lists every image of an archive with what its header says, for a check by eye.',
  per: 'dataset',
  params,
  inputs: { archive: one(archiveTree, 'archive') },
  outputs: { manifest: editable(workbook, 'archive.manifest') },
  memory: () => 200e6,
  async run({ archive }, { profile, tables, sheet }, context) {
    const { images, findings } = await scanImages(archive, new ArchiveMatcher(profile, tables))
    for (const f of findings) context.report(f)
    return { manifest: { sheets: [manifestSheet(images, profile, sheet), findingsSheet(findings)] } }
  },
})

async function scanImages(
  archive: ArchiveTree,
  matcher: ArchiveMatcher,
): Promise<{ images: ScannedImage[]; findings: Finding[] }> {
  const images: ScannedImage[] = []
  const findings: Finding[] = [...archive.findings]
  for (const path of archive.images) {
    const match = matcher.match(path)
    if (match.status === 'left-out') continue
    if (match.status === 'unmatched') {
      findings.push(finding('file-unmatched', path, match.message, { remedy: match.remedy }))
      continue
    }
    try {
      const header = await archive.scan(path)
      const { affine, source, formsDifferMm } = niftiAffine(header)
      if (source === 'pixdim')
        findings.push(
          finding(
            'geometry-missing',
            path,
            'sform_code and qform_code are both 0: only the spacing is known',
          ),
        )
      if (formsDifferMm > FORMS_DIFFER_VOXELS * Math.min(...voxelSizes(affine)))
        findings.push(
          finding(
            'geometry-forms-differ',
            path,
            Number.isFinite(formsDifferMm)
              ? `sform and qform place a corner ${formsDifferMm.toPrecision(3)} mm apart`
              : 'the qform is no rotation; the sform is used',
            Number.isFinite(formsDifferMm) ? { numbers: { millimetres: formsDifferMm } } : {},
          ),
        )
      const { shape } = header
      images.push({ path, match, shape, spacing: niftiSpacing(header), dtype: dtypeText(header), affine })
    } catch (error) {
      const own = findingsOf(error, path)
      if (own.length === 0) throw error
      findings.push(...own)
    }
  }
  findings.push(...repeated(images))
  return { images, findings }
}

function headerCells({ shape, spacing, dtype, affine }: ScannedImage): Cell[] {
  const { from, to } = orientationText(affine)
  return [...shape, ...spacing, from, to, dtype, transformText(affine)]
}

/** Files that claim the same role of the same sample, and sample ids that stand for several samples. */
function repeated(images: readonly ScannedImage[]): Finding[] {
  const findings: Finding[] = []
  const roles = new Map<string, ScannedImage>()
  const ids = new Map<string, ScannedImage>()
  for (const image of images) {
    const { sampleKey, sampleId, role, maskName } = image.match
    const slot = `${sampleKey}\0${role}\0${maskName ?? ''}`
    const other = roles.get(slot)
    if (other === undefined) roles.set(slot, image)
    else
      findings.push(
        finding(
          'sample-id-repeated',
          image.path,
          `${other.path} is the ${role} of the same sample ${sampleId}`,
        ),
      )
    const same = ids.get(sampleId)
    if (same === undefined) ids.set(sampleId, image)
    else if (same.match.sampleKey !== sampleKey && other === undefined)
      findings.push(
        finding(
          'sample-id-repeated',
          image.path,
          `the id ${sampleId} also stands for the sample of ${same.path}`,
          { severity: 'warning' },
        ),
      )
  }
  return findings
}

function manifestSheet(images: readonly ScannedImage[], profile: Profile, name: string) {
  const own = profile.manifest.columns.map(c => c.name)
  const volumes = new Map(
    images.filter(i => i.match.role === 'volume').map(i => [i.match.sampleKey, i.affine]),
  )
  const row = (image: ScannedImage): Cell[] => {
    const volume = image.match.role === 'mask' ? volumes.get(image.match.sampleKey) : undefined
    return [
      image.path,
      ...profile.manifest.columns.map(c => image.match.attributes[c.from] ?? ''),
      TYPES[image.match.role],
      ...headerCells(image),
      volume === undefined ? null : frobeniusDistance(image.affine, volume),
    ]
  }
  return {
    name,
    columns: [
      ...['file_path', ...own, 'type'].map(column => ({ name: column, kind: 'text' as const })),
      ...HEADER_COLUMNS.map(column => ({
        name: column,
        kind: TEXT_COLUMNS.has(column) ? ('text' as const) : ('number' as const),
      })),
    ],
    rows: eachOf(images, row),
  }
}

/** Rows that are made when they are written: of 200,000 images they would take as much again as what is known of them. */
const eachOf = <T>(of: readonly T[], row: (one: T) => Cell[]): Iterable<Cell[]> => ({
  *[Symbol.iterator]() {
    for (const one of of) yield row(one)
  },
})

import { parse } from 'yaml'
import { jsonFile } from '../../artifacts/jsonFile.ts'
import { type NiftiGeometryValue, niftiGeometry } from '../../artifacts/niftiGeometry.ts'
import { type LabelMask, niftiMask } from '../../artifacts/niftiMask.ts'
import { textFile } from '../../artifacts/textFile.ts'
import { type Finding, finding } from '../../core/finding.ts'
import { orientationText, transformText } from '../../core/orientation.ts'
import { defineStep, each, one, optional, type ParamsOf, type Zod } from '../../engine/step.ts'
import { countDisagreement } from '../../imaging/labels.ts'
import { leftBehind } from '../leftBehind.ts'

/** What one row of the dataset manifest needs to know of a sample, and what is wrong with it. */
export interface SampleRecord {
  readonly id: string
  /** Cells of the profile's columns by title. */
  readonly attributes: Readonly<Record<string, string>>
  /** Paths as the manifest shows them; a file that is missing has none. */
  readonly paths: {
    readonly info?: string
    readonly volume?: string
    readonly mask?: string
    readonly binaries: Readonly<Record<string, string>>
  }
  /** Keys (index and short form) of the labels that have voxels, as the binary masks' keys. */
  readonly labels: readonly string[]
  /** Binary masks by key: whether the label has voxels; a key that is missing has no file. */
  readonly existence: Readonly<Record<string, boolean>>
  readonly geometry?: {
    readonly shape: readonly number[]
    readonly spacing: readonly number[]
    readonly orientationFrom: string
    readonly orientationTo: string
    readonly transform: string
  }
  readonly volumeDtype?: string
  readonly maskDtype?: string
  readonly violations: readonly Finding[]
}

const params = (z: Zod) =>
  z.object({
    id: z.string().describe('Id of the sample.'),
    attributes: z.record(z.string(), z.string()).describe("Cells of the profile's columns by title."),
    paths: z
      .object({
        info: z.string().optional(),
        volume: z.string().optional(),
        mask: z.string().optional(),
        binaries: z.record(z.string(), z.string()),
      })
      .describe('Where the manifest says that the files are, relative to its root.'),
    absent: z
      .array(z.enum(['volume', 'mask']))
      .optional()
      .describe('What the archive never had of this sample: its lack is no violation.'),
    labels: z.record(z.string(), z.int()).describe('Labels of the label map by key of their binary mask.'),
    info: z.record(z.string(), z.string()).describe('What the info file must say.'),
    tolerance: z
      .object({ relative: z.number(), absolute: z.number() })
      .describe('Differences that still count as equal: relative, and absolute in mm.'),
  })

type Tolerance = ParamsOf<typeof params>['tolerance']

export const inspectSample = defineStep({
  name: 'inspect-sample',
  version: 1,
  summary: 'Checks that all files of a sample agree and records what the dataset manifest needs.',
  per: 'case',
  params,
  inputs: {
    volumeHeader: optional(niftiGeometry, 'grouped.volume'),
    maskHeader: optional(niftiGeometry, 'grouped.mask'),
    binaryHeaders: each(niftiGeometry, 'grouped.binary-mask'),
    mask: optional(niftiMask, 'grouped.mask'),
    binaries: each(niftiMask, 'grouped.binary-mask'),
    info: optional(textFile, 'grouped.info'),
  },
  outputs: { record: one(jsonFile<SampleRecord>(), 'state.record') },
  memory: ({ voxels }) => 8 * voxels + 32e6 + leftBehind(voxels),
  run(inputs, p, context) {
    const { volumeHeader, maskHeader, binaryHeaders, mask, binaries } = inputs
    const absent = new Set<string>(p.absent)
    const violations: Finding[] = []
    const add = (code: Finding['code'], where: string, message: string) =>
      violations.push(finding(code, where, message))
    for (const [role, there] of [
      ['volume', volumeHeader],
      ['mask', maskHeader],
      ['info', inputs.info],
    ] as const)
      if (there === undefined && !absent.has(role))
        add('sample-file-missing', context.case, `the ${role} file is missing`)
    for (const key of Object.keys(p.labels))
      if (binaryHeaders[key] === undefined && !absent.has('mask'))
        add('sample-file-missing', context.case, `the binary mask ${key} is missing`)

    const reference = volumeHeader ?? maskHeader ?? Object.values(binaryHeaders)[0]
    const others: [string, NiftiGeometryValue][] = [
      ...(maskHeader ? [[context.source('maskHeader'), maskHeader] as [string, NiftiGeometryValue]] : []),
      ...Object.entries(binaryHeaders).map(([key, g]): [string, NiftiGeometryValue] => [
        context.source('binaryHeaders', key),
        g,
      ]),
    ]
    if (reference !== undefined)
      for (const [where, g] of others) violations.push(...disagreements(reference, g, where, p.tolerance))
    const dtypes = new Map(others.map(([where, g]) => [g.dtype, where]))
    if (dtypes.size > 1)
      add(
        'mask-dtype-inconsistent',
        context.case,
        `the masks have the types ${[...dtypes.keys()].join(' and ')}`,
      )
    violations.push(...partitionViolations(mask, binaries, p.labels, context.source.bind(context)))
    violations.push(...infoViolations(inputs.info, p.info, context.source('info')))

    const present = (key: string, label: number): boolean => {
      if (mask !== undefined) return mask.counts[label]! > 0
      return (binaries[key]?.counts[1] ?? 0) > 0
    }
    const record: SampleRecord = {
      id: p.id,
      attributes: p.attributes,
      paths: p.paths as SampleRecord['paths'],
      labels: Object.entries(p.labels)
        .filter(([key, label]) => present(key, label))
        .map(([key]) => key),
      existence: Object.fromEntries(Object.entries(binaries).map(([key, b]) => [key, b.counts[1]! > 0])),
      ...(reference === undefined ? {} : { geometry: geometryRow(reference) }),
      ...(volumeHeader === undefined ? {} : { volumeDtype: volumeHeader.dtype }),
      ...(others[0] === undefined ? {} : { maskDtype: others[0][1].dtype }),
      violations,
    }
    return { record }
  },
})

function geometryRow(g: NiftiGeometryValue): NonNullable<SampleRecord['geometry']> {
  const { from, to } = orientationText(g.affine)
  return {
    shape: g.shape,
    spacing: g.spacing,
    orientationFrom: from,
    orientationTo: to,
    transform: transformText(g.affine),
  }
}

const agree = (a: number, b: number, t: Tolerance): boolean =>
  Math.abs(a - b) <= Math.max(t.absolute, t.relative * Math.max(Math.abs(a), Math.abs(b)))

function disagreements(a: NiftiGeometryValue, b: NiftiGeometryValue, where: string, t: Tolerance): Finding[] {
  const found: Finding[] = []
  const differ = (x: readonly number[], y: readonly number[]) => x.some((v, i) => !agree(v, y[i]!, t))
  if (a.shape.some((n, i) => n !== b.shape[i]))
    found.push(
      finding('size-inconsistent', where, `${b.shape.join('×')} voxels, the sample has ${a.shape.join('×')}`),
    )
  const rotation = (m: readonly number[]) => m.filter((_, i) => i % 4 !== 3 && i < 12)
  const origin = (m: readonly number[]) => [m[3]!, m[7]!, m[11]!]
  if (differ(rotation(a.affine), rotation(b.affine)))
    found.push(
      finding(
        'affine-inconsistent',
        where,
        `the affine is [${transformText(b.affine)}], the sample has [${transformText(a.affine)}]`,
      ),
    )
  if (differ(a.spacing, b.spacing))
    found.push(
      finding(
        'spacing-inconsistent',
        where,
        `the spacing is ${b.spacing.join('×')} mm, the sample has ${a.spacing.join('×')} mm`,
      ),
    )
  if (differ(origin(a.affine), origin(b.affine)))
    found.push(
      finding(
        'origin-inconsistent',
        where,
        `the origin is (${origin(b.affine).join(', ')}) mm, the sample has (${origin(a.affine).join(', ')}) mm`,
      ),
    )
  return found
}

function partitionViolations(
  mask: LabelMask | undefined,
  binaries: Readonly<Record<string, LabelMask>>,
  labels: Readonly<Record<string, number>>,
  source: (slot: string, key?: string) => string,
): Finding[] {
  if (mask === undefined) return []
  const found: Finding[] = []
  const known = new Set(Object.values(labels))
  for (const [label, voxels] of mask.counts.entries())
    if (voxels > 0 && !known.has(label))
      found.push(
        finding(
          'label-unknown',
          source('mask'),
          `label ${label} (${voxels} voxels) is not in the label map`,
          { numbers: { label, voxels } },
        ),
      )
  for (const [key, binary] of Object.entries(binaries)) {
    if (binary.mask.data.length !== mask.mask.data.length) continue
    const voxels = countDisagreement(mask.mask.data, labels[key]!, binary.mask.data)
    if (voxels > 0)
      found.push(
        finding(
          'masks-not-partition',
          source('binaries', key),
          `${voxels} voxels are not what the label map says for ${key}`,
          {
            numbers: { voxels },
          },
        ),
      )
  }
  return found
}

function infoViolations(
  text: string | undefined,
  expected: Readonly<Record<string, string>>,
  where: string,
): Finding[] {
  if (text === undefined) return []
  let info: unknown
  try {
    info = parse(text, { version: '1.1' })
  } catch {
    return [finding('info-inconsistent', where, 'the info file is not YAML')]
  }
  if (typeof info !== 'object' || info === null)
    return [finding('info-inconsistent', where, 'the info file holds no fields')]
  return Object.entries(expected).flatMap(([name, value]) => {
    const said = (info as Record<string, unknown>)[name]
    return said === value
      ? []
      : [
          finding(
            'info-inconsistent',
            where,
            `${name} is ${JSON.stringify(said)}, the folder says ${JSON.stringify(value)}`,
          ),
        ]
  })
}

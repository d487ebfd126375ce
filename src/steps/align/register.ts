import { jsonFile } from '../../artifacts/jsonFile.ts'
import { type DisplacementField, niftiField } from '../../artifacts/niftiField.ts'
import { type NiftiImage, niftiImage } from '../../artifacts/niftiImage.ts'
import { niftiMask } from '../../artifacts/niftiMask.ts'
import { pictureFile } from '../../artifacts/pictureFile.ts'
import { textFile } from '../../artifacts/textFile.ts'
import { DataError } from '../../core/dataError.ts'
import { finding } from '../../core/finding.ts'
import type { Grid } from '../../core/volume.ts'
import { defineStep, each, one, optional, type Zod } from '../../engine/step.ts'
import { nonrigidMaps } from '../../formats/elastix/defaultMaps.ts'
import { parseParameterMap } from '../../formats/elastix/parameterMap.ts'
import { checkerboard } from '../../imaging/checkerboard.ts'
import { registrationQuality } from '../../imaging/registrationQuality.ts'
import { valueRange } from '../../imaging/similarity.ts'
import { type Registered, registerImages, usedMaps } from '../../registration/registerImages.ts'
import { spatialFieldsOnCores } from '../../registration/warpOnCores.ts'
import { carryImages } from './carryImages.ts'
import { type RegistrationRecord, verdictOf } from './registrationRecord.ts'
import { type CarryOver, carryOver, gridToComputeOn } from './transformFiles.ts'

const params = (z: Zod) =>
  z.object({
    engine: z
      .enum(['auto', 'native', 'wasm'])
      .default('auto')
      .describe('elastix as installed, or as WebAssembly; auto: as installed where it is.'),
    threads: z.int().min(1).default(2).describe('Threads of elastix; its B-spline results depend on them.'),
    parameterMaps: z
      .array(z.string())
      .default([])
      .describe("Texts of elastix parameter files, one a stage; none: SimpleElastix's nonrigid maps."),
    iterations: z
      .int()
      .min(1)
      .optional()
      .describe('Iterations of each resolution, in place of those of the files.'),
    overrides: z
      .record(z.string(), z.array(z.union([z.string(), z.number()])).min(1))
      .default({})
      .describe('elastix parameters that take the place of those of every stage.'),
    timeoutSeconds: z
      .number()
      .positive()
      .default(3600)
      .describe('After this time elastix is ended, with all its processes.'),
    marginMm: z
      .number()
      .min(0)
      .nullable()
      .default(20)
      .describe(
        'The fixed image is restricted to where the moving image is, and so much round it; null: it is not.',
      ),
    finalOrder: z
      .union([z.literal(3), z.literal(1), z.literal(0)])
      .default(3)
      .describe('Order of the B-spline by which images are sampled; labels take the nearest voxel.'),
    movingKey: z
      .string()
      .min(1)
      .default('moving')
      .describe('Key of the warped moving image among the warped images.'),
    squareMm: z.number().positive().default(20).describe('Size of the squares of the checkerboard picture.'),
    jacobian: z
      .boolean()
      .default(false)
      .describe('Write the determinant of the spatial Jacobian of each voxel.'),
    field: z.boolean().default(false).describe('Write the displacement of each voxel.'),
    gate: z
      .object({
        maxFoldedShare: z.number().default(0.001).describe('Share of voxels with a Jacobian not above 0.'),
        minFieldOverlap: z
          .number()
          .default(0.5)
          .describe('Share of the fixed image within the warped moving image.'),
        maxDisplacementMm: z.number().default(50).describe('Largest displacement.'),
        minSimilarityGain: z
          .number()
          .default(0)
          .describe('Normalised mutual information after, less that before.'),
      })
      .prefault({})
      .describe('Bounds beyond which a case is marked for review.'),
  })

export const register = defineStep({
  name: 'register',
  version: 1,
  summary: 'Registers a moving image to a fixed one by elastix, and carries images and labels over.',
  per: 'case',
  params,
  inputs: {
    fixed: one(niftiImage, 'sorted.fixed'),
    moving: one(niftiImage, 'sorted.moving'),
    others: each(niftiImage, 'sorted.others'),
    labels: each(niftiMask, 'moving.labels'),
  },
  outputs: {
    fixed: one(niftiImage, 'registered.fixed'),
    warped: each(niftiImage, 'registered.warped'),
    labels: each(niftiMask, 'registered.labels'),
    transforms: each(textFile, 'registered.transform'),
    parameters: each(textFile, 'registered.parameters'),
    log: one(textFile, 'registered.log'),
    record: one(jsonFile<RegistrationRecord>(), 'registered.record'),
    checkerboard: one(pictureFile, 'registered.checkerboard'),
    jacobian: optional(niftiImage, 'registered.jacobian'),
    field: optional(niftiField, 'registered.field'),
  },
  // elastix holds four levels of both images as float32, and more while it smooths them; in WebAssembly a copy beside.
  memory: ({ voxels, inputBytes }) => 44 * voxels + 4 * inputBytes + 400e6,
  async run({ fixed, moving, others, labels }, p, context) {
    const where = context.source('moving')
    if (others[p.movingKey] !== undefined)
      throw new RangeError(`${p.movingKey} is the key of the moving image and of another`)
    const given = p.parameterMaps.map((text, stage) => parseParameterMap(text, `parameter map ${stage}`))
    const maps = usedMaps(given.length > 0 ? given : nonrigidMaps(), p.iterations, asTexts(p.overrides))
    const registered = await registerImages({
      fixed: fixed.volume,
      moving: moving.volume,
      maps,
      engine: p.engine,
      threads: p.threads,
      timeoutSeconds: p.timeoutSeconds,
      marginMm: p.marginMm ?? undefined,
      where,
    })
    const transforms = Object.fromEntries(registered.transforms.map((text, stage) => [String(stage), text]))
    // From the texts as they are written, so that apply-transform computes with the same doubles.
    const transform = carryOver(transforms)
    const quality = await registrationQuality({
      chain: transform.chain,
      fixed: fixed.volume,
      moving: moving.volume,
    })
    if (quality.overlap.ofFixed === 0)
      throw new DataError(
        'registration-fields-apart',
        `${where}: it lies wholly outside the fixed image after registration`,
        { where, log: registered.log },
      )
    const carried = await carryImages(
      transform,
      fixed.volume.grid,
      { ...others, [p.movingKey]: moving },
      labels,
      { order: p.finalOrder, threads: p.threads },
    )
    const gate = verdictOf(quality, p.gate)
    if (gate.verdict === 'review')
      context.report(
        finding('registration-doubtful', where, gate.reasons.join('; '), {
          numbers: {
            foldedShare: quality.foldedShare,
            overlap: quality.overlap.ofMoving,
            farthestMm: quality.farthestMm,
            mutualInformationBefore: quality.before.mutualInformation ?? 0,
            mutualInformationAfter: quality.after.mutualInformation ?? 0,
          },
        }),
      )
    return {
      fixed,
      warped: carried.images,
      labels: carried.labels,
      transforms,
      parameters: Object.fromEntries(registered.parameters.map((text, stage) => [String(stage), text])),
      log:
        registered.log.trim() === ''
          ? `${registered.version} tells nothing of its iterations.\n`
          : registered.log,
      record: {
        case: context.case,
        ...engineRecord(registered, fixed.volume.grid.shape, p.marginMm ?? 0),
        stages: maps.map((map, stage) => ({
          transform: map.get('Transform')![0]!,
          finalMetric: registered.metrics.find(m => m.stage === stage)?.metric ?? null,
        })),
        quality,
        gate,
      },
      checkerboard: checkerboard({
        grid: fixed.volume.grid,
        fixed: fixed.volume.data,
        warped: carried.images[p.movingKey]!.volume.data,
        centre: quality.commonCentre,
        window: greyWindow(fixed.volume.data),
        squareMm: p.squareMm,
      }),
      ...(await fieldsOf(fixed.volume.grid, transform, p)),
    }
  },
})

const SAMPLES = 200_000

/** Values that are drawn black and white: all but the outliers of the fixed image. */
function greyWindow(data: Int16Array | Float32Array): readonly [number, number] {
  const step = Math.max(1, Math.floor(data.length / SAMPLES))
  return valueRange(Float32Array.from({ length: Math.floor(data.length / step) }, (_, i) => data[i * step]!))
}

async function fieldsOf(
  fixedGrid: Grid,
  transform: CarryOver,
  { jacobian, field, threads }: { jacobian: boolean; field: boolean; threads: number },
): Promise<{ jacobian: NiftiImage | undefined; field: DisplacementField | undefined }> {
  if (!jacobian && !field) return { jacobian: undefined, field: undefined }
  const grid = gridToComputeOn(fixedGrid, transform.grid)
  const fields = await spatialFieldsOnCores(
    { chain: transform.chain, grid, jacobian, displacement: field },
    { threads },
  )
  return {
    jacobian:
      fields.jacobian === undefined ? undefined : { volume: { grid: fixedGrid, data: fields.jacobian } },
    field: fields.displacement === undefined ? undefined : { grid: fixedGrid, vectors: fields.displacement },
  }
}

const engineRecord = (
  { engine, version, threads, restriction }: Registered,
  of: readonly [number, number, number],
  marginMm: number,
): Pick<RegistrationRecord, 'engine' | 'version' | 'threads' | 'restriction'> => ({
  engine,
  version,
  threads,
  restriction: restriction === undefined ? null : { ...restriction, of, marginMm },
})

const asTexts = (
  parameters: Readonly<Record<string, readonly (string | number)[]>>,
): Record<string, string[]> =>
  Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.map(String)]))

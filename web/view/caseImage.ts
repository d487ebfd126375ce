import { NVImage } from '@niivue/niivue'
import { type Affine, invert, type Point, transformPoint } from '../../src/core/affine.ts'
import { voxelCount } from '../../src/core/volume.ts'
import type { ImageReply } from '../../src/server/api.ts'
import { type DisplayLabels, imageForDisplay, labelsForDisplay } from './displayFile.ts'
import { type ValueRange, valueRange } from './windowPresets.ts'

/** Where something lies: the nearest voxel of an image, or undefined outside of it. */
class VoxelLocator {
  readonly shape: readonly number[]
  readonly #toVoxel: Affine<'ras', 'voxel'>

  constructor(affine: Affine<'voxel', 'ras'>, shape: readonly number[]) {
    this.#toVoxel = invert(affine)
    this.shape = shape
  }

  /** @param mm RAS */
  at(mm: Point): Point | undefined {
    const voxel = transformPoint(this.#toVoxel, mm).map(v => Math.round(v)) as unknown as Point
    return voxel.every((v, axis) => v >= 0 && v < this.shape[axis]!) ? voxel : undefined
  }

  offset = ([i, j, k]: Point): number => i + this.shape[0]! * (j + this.shape[1]! * k)
}

/** An image of intensities as it is shown, with its values as the file has them. */
export class CaseImage {
  readonly reply: ImageReply
  readonly nv: NVImage
  readonly affine: Affine<'voxel', 'ras'>
  readonly locator: VoxelLocator
  readonly range: ValueRange
  readonly #slope: number
  readonly #intercept: number

  private constructor(reply: ImageReply, nv: NVImage, file: ReturnType<typeof imageForDisplay>) {
    const { slope, intercept, shape } = file.header
    this.reply = reply
    this.nv = nv
    this.affine = file.affine
    this.locator = new VoxelLocator(file.affine, shape)
    this.#slope = slope
    this.#intercept = intercept
    this.range = valueRange(nv.img!.subarray(0, voxelCount(shape)), slope, intercept)
  }

  /** @throws NiftiError when the file cannot be read. */
  static async read(reply: ImageReply, bytes: ArrayBuffer): Promise<CaseImage> {
    const file = imageForDisplay(bytes)
    const nv = await NVImage.loadFromUrl({
      url: file.bytes as unknown as string,
      name: `${reply.key}.nii`,
      colormap: isBloodFlow(reply) ? 'jet' : 'gray',
    })
    return new CaseImage(reply, nv, file)
  }

  /** The value at a place in RAS mm, as the file has it. */
  valueAt(mm: Point): { voxel: Point; value: number } | undefined {
    const voxel = this.locator.at(mm)
    if (voxel === undefined) return undefined
    return { voxel, value: this.nv.img![this.locator.offset(voxel)]! * this.#slope + this.#intercept }
  }
}

/** Labels of a case as they are shown. */
export class CaseLabels {
  readonly reply: ImageReply
  readonly nv: NVImage
  readonly data: Uint8Array
  readonly affine: Affine<'voxel', 'ras'>
  readonly locator: VoxelLocator
  readonly notLabels: number
  /** Label values that occur, in order, without 0. */
  readonly present: readonly number[]

  private constructor(reply: ImageReply, nv: NVImage, file: DisplayLabels) {
    this.reply = reply
    this.nv = nv
    this.data = file.data
    this.affine = file.affine
    this.locator = new VoxelLocator(file.affine, file.header.shape)
    this.notLabels = file.notLabels
    const seen = new Uint8Array(256)
    for (const label of file.data) seen[label] = 1
    this.present = [...seen.keys()].filter(label => label > 0 && seen[label] === 1)
  }

  static async read(reply: ImageReply, bytes: ArrayBuffer): Promise<CaseLabels> {
    const file = labelsForDisplay(bytes)
    const nv = await NVImage.loadFromUrl({ url: file.bytes as unknown as string, name: `${reply.key}.nii` })
    return new CaseLabels(reply, nv, file)
  }

  labelAt(mm: Point): number | undefined {
    const voxel = this.locator.at(mm)
    return voxel && this.data[this.locator.offset(voxel)]
  }

  /** A labelled place to look at first, RAS mm: in the slice of the last axis that has most labelled voxels, its middle. */
  get busiestPlace(): Point | undefined {
    const [nx, ny, nz] = this.locator.shape as [number, number, number]
    let best = { count: 0, k: 0 }
    for (let k = 0, at = 0; k < nz; k++) {
      let count = 0
      for (const end = at + nx * ny; at < end; at++) if (this.data[at] !== 0) count++
      if (count > best.count) best = { count, k }
    }
    if (best.count === 0) return undefined
    return transformPoint(this.affine, nearestToMiddle(this.data, nx, ny, best.k))
  }
}

/** The labelled voxel of a slice that is nearest to the middle of all of its labelled voxels. */
function nearestToMiddle(data: Uint8Array, nx: number, ny: number, k: number): Point {
  const labelled: (readonly [number, number])[] = []
  for (let j = 0, at = k * nx * ny; j < ny; j++)
    for (let i = 0; i < nx; i++, at++) if (data[at] !== 0) labelled.push([i, j])
  const mean = (axis: 0 | 1) => labelled.reduce((sum, voxel) => sum + voxel[axis], 0) / labelled.length
  const [x, y] = [mean(0), mean(1)]
  const away = ([i, j]: readonly [number, number]) => (i - x) ** 2 + (j - y) ** 2
  const [i, j] = labelled.reduce((best, voxel) => (away(voxel) < away(best) ? voxel : best))
  return [i, j, k]
}

/** Maps of blood flow are shown in colours, transparent where there is none. */
export const isBloodFlow = ({ key, unit }: Pick<ImageReply, 'key' | 'unit'>): boolean =>
  /(^|[_-])m?bf([_-]|$)|blood.?flow|infered|fake_b|real_b/i.test(key) || /mL\/.*min/i.test(unit)

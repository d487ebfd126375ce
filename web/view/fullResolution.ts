import { type Affine, invert, type Point, transformPoint, voxelSizes } from '../../src/core/affine.ts'
import type { Grid } from '../../src/core/volume.ts'
import { niftiAffine } from '../../src/formats/nifti/geometry.ts'
import { parseNiftiHeader } from '../../src/formats/nifti/header.ts'
import { float32Decoder, maskDecoder } from '../../src/formats/nifti/voxels.ts'
import { axisView, orderTowards } from '../../src/imaging/axisView.ts'
import type { ImageReply } from '../../src/server/api.ts'
import { segmented } from './choices.ts'
import { element } from './element.ts'
import type { LabelPalette } from './labelPalette.ts'
import { isAborted, server } from './serverClient.ts'
import type { Window } from './windowPresets.ts'

const WAIT_MS = 250

/** Ends of the body that the picture's right, its lower side and the way through lead to, radiologists' way. */
const PLANES = { axial: 'LPS', coronal: 'LIA', sagittal: 'AIR' } as const
type Plane = keyof typeof PLANES

export interface FullSource {
  readonly first: ImageReply
  readonly labels: ImageReply | undefined
  readonly window: () => Window
  readonly palette: () => LabelPalette
  readonly labelOpacity: () => number
  readonly radiological: () => boolean
}

const headerOf = (file: ArrayBuffer): { grid: Grid; header: ReturnType<typeof parseNiftiHeader> } => {
  const header = parseNiftiHeader(new Uint8Array(file, 0, Math.min(file.byteLength, 544)))
  return { header, grid: { shape: header.shape, affine: niftiAffine(header).affine } }
}

/** The slice at the crosshair of an image that is too large to be loaded whole, as it is in the file. */
export class FullResolution {
  readonly box: HTMLElement
  readonly #canvas = element('canvas', { role: 'img', 'aria-label': 'No slice is shown' })
  readonly #caption = element('figcaption', {})
  #plane: Plane = 'axial'
  #source: FullSource | undefined
  #grid: { key: string; affine: Affine<'voxel', 'ras'>; shape: readonly number[] } | undefined
  #place: Point | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #stop = new AbortController()

  constructor() {
    const planes = (Object.keys(PLANES) as Plane[]).map(key => ({
      key,
      title: key[0]!.toUpperCase() + key.slice(1),
    }))
    const pick = segmented('Plane at full resolution', planes, this.#plane, key => {
      this.#plane = key as Plane
      this.#soon()
    })
    this.box = element(
      'figure',
      { class: 'pane full', hidden: true },
      element('div', { class: 'canvas-box' }, this.#canvas),
      this.#caption,
      pick,
    )
  }

  show(source: FullSource | undefined): void {
    this.#source = source
    this.box.hidden = source === undefined
    if (source === undefined) this.#stop.abort()
    else this.#soon()
  }

  set place(mm: Point) {
    this.#place = mm
    if (this.#source) this.#soon()
  }

  /** Draws with a window or palette that changed. */
  redraw(): void {
    if (this.#source) this.#soon()
  }

  #soon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#load(), WAIT_MS)
  }

  async #load(): Promise<void> {
    const [source, place] = [this.#source, this.#place]
    if (source === undefined || place === undefined) return
    this.#stop.abort()
    this.#stop = new AbortController()
    const { signal } = this.#stop
    try {
      if (this.#grid?.key !== source.first.id) {
        const { grid } = headerOf(await server.header(source.first.id, signal))
        this.#grid = { key: source.first.id, ...grid }
      }
      const { affine, shape } = this.#grid
      const { axis } = orderTowards({ affine, shape: shape as Grid['shape'] }, PLANES[this.#plane])[2]!
      const voxel = transformPoint(invert(affine), place)[axis]!
      const index = Math.min(shape[axis]! - 1, Math.max(0, Math.round(voxel)))
      const [image, labels] = await Promise.all([
        server.slice(source.first.id, axis, index, signal),
        source.labels && server.slice(source.labels.id, axis, index, signal),
      ])
      this.#draw(source, image, labels)
      this.#caption.textContent = `Full resolution: ${this.#plane} slice ${index + 1} of ${shape[axis]}`
      this.#canvas.setAttribute('aria-label', this.#caption.textContent)
    } catch (error) {
      if (isAborted(error)) return
      this.#caption.textContent = `The slice at full resolution cannot be shown: ${error instanceof Error ? error.message : error}`
    }
  }

  #draw(source: FullSource, image: ArrayBuffer, labels: ArrayBuffer | undefined): void {
    const { header, grid } = headerOf(image)
    const decoder = float32Decoder(header)
    decoder.push(new Uint8Array(image))
    const { data } = decoder.finish()
    const labelData = labels && labelsOf(labels)
    const towards = source.radiological() ? PLANES[this.#plane] : PLANES[this.#plane].replace('L', 'R')
    const order = orderTowards(grid, towards)
    const { shape, strides, first } = axisView(grid, order)
    const [width, height] = shape
    const sizes = voxelSizes(grid.affine)
    const { min, max } = source.window()
    const palette = source.palette()
    const opacity = source.labelOpacity()
    const picture = new ImageData(width, height)
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0; x < width; x++, at += 4) {
        const voxel = first + x * strides[0] + y * strides[1]
        const grey = ((data[voxel]! - min) / (max - min)) * 255
        const label = labelData?.[voxel] ?? 0
        const share = label > 0 && palette.A[label]! > 0 ? opacity : 0
        picture.data[at] = grey + share * (palette.R[label]! - grey)
        picture.data[at + 1] = grey + share * (palette.G[label]! - grey)
        picture.data[at + 2] = grey + share * (palette.B[label]! - grey)
        picture.data[at + 3] = 255
      }
    this.#canvas.width = width
    this.#canvas.height = height
    const across = width * sizes[order[0]!.axis]
    const down = height * sizes[order[1]!.axis]
    this.#canvas.style.setProperty('--ratio', String(across / down))
    this.#canvas.getContext('2d')!.putImageData(picture, 0, 0)
  }
}

function labelsOf(file: ArrayBuffer): Uint8Array {
  const decoder = maskDecoder(headerOf(file).header)
  decoder.push(new Uint8Array(file))
  return decoder.finish().data
}

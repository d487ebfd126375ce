import {
  cmapper,
  DRAG_MODE,
  MULTIPLANAR_TYPE,
  Niivue,
  type NVImage,
  SHOW_RENDER,
  type SLICE_TYPE,
} from '@niivue/niivue'
import type { Point } from '../../src/core/affine.ts'
import type { CaseImage, CaseLabels } from './caseImage.ts'
import type { LabelPalette } from './labelPalette.ts'
import { SLICE_SHADER, type SliceUniforms } from './sliceShader.ts'

export interface PaneContent {
  readonly first: CaseImage
  /** Laid over the first as the uniforms say. */
  readonly second: CaseImage | undefined
  readonly labels: CaseLabels | undefined
}

const BLACK = [0, 0, 0, 1]
const CROSSHAIR = [1, 0.78, 0.25, 0.75]

/** What is reached of the library beyond its types: the shader that `setCustomSliceShader` made. */
interface Shaded {
  readonly customSliceShader: { program: WebGLProgram; uniforms: Record<string, WebGLUniformLocation | null> }
}

/** One canvas with the library's view of a case. */
export class NiivuePane {
  readonly canvas: HTMLCanvasElement
  readonly #nv: Niivue
  readonly #uniforms: SliceUniforms
  #content: PaneContent | undefined

  /** Hears where the crosshair is, RAS mm, whenever it moved. */
  onMove: (mm: Point) => void = () => {}

  private constructor(canvas: HTMLCanvasElement, nv: Niivue, uniforms: SliceUniforms) {
    this.canvas = canvas
    this.#nv = nv
    this.#uniforms = uniforms
  }

  /** @param canvas within an element of its own, which it fills */
  static async attach(canvas: HTMLCanvasElement, uniforms: SliceUniforms): Promise<NiivuePane> {
    const nv = new Niivue({
      backColor: BLACK,
      crosshairColor: CROSSHAIR,
      crosshairWidth: 0.34,
      crosshairWidthUnit: 'percent',
      crosshairGap: 12,
      fontColor: [0.72, 0.76, 0.8, 1],
      fontMinPx: 12,
      loadingText: '',
      isRadiologicalConvention: true,
      isNearestInterpolation: true,
      multiplanarShowRender: SHOW_RENDER.NEVER,
      multiplanarLayout: MULTIPLANAR_TYPE.AUTO,
      multiplanarPadPixels: 6,
      dragMode: DRAG_MODE.pan,
      dragAndDropEnabled: false,
      logLevel: 'error',
    })
    await nv.attachToCanvas(canvas, false)
    const pane = new NiivuePane(canvas, nv, uniforms)
    nv.setCustomSliceShader(SLICE_SHADER)
    nv.onLocationChange = location => {
      const [x, y, z] = (location as { mm: ArrayLike<number> & number[] }).mm
      pane.onMove([x!, y!, z!])
    }
    return pane
  }

  get isEmpty(): boolean {
    return this.#content === undefined
  }

  /** Shows this and lets go of what was shown before. */
  show(content: PaneContent | undefined, palette: LabelPalette): void {
    const nv = this.#nv
    const at = this.#content && content ? this.place : undefined
    if (nv.drawBitmap) nv.closeDrawing()
    this.#content = content
    const images = content ? [content.first, content.second].flatMap(image => image?.nv ?? []) : []
    nv.volumes = images
    nv.back = images[0] ?? null
    nv.overlays = images.slice(1)
    if (content === undefined) {
      nv.drawScene()
      return
    }
    nv.drawLut = cmapper.makeDrawLut(palette as never)
    nv.setVolume(images.at(-1)!, images.length - 1)
    if (content.labels) nv.loadDrawing(content.labels.nv)
    this.#tellShader()
    if (at) this.place = at
    nv.drawScene()
  }

  set palette(palette: LabelPalette) {
    this.#nv.drawLut = cmapper.makeDrawLut(palette as never)
    this.#nv.refreshColormaps()
    this.#nv.drawScene()
  }

  /** Draws with uniforms that changed. */
  redraw(): void {
    if (this.isEmpty) return
    this.#tellShader()
    this.#nv.drawScene()
  }

  /** Takes the windows of its images over, after they changed. */
  rewindow(): void {
    if (this.isEmpty) return
    this.#nv.updateGLVolume()
    this.redraw()
  }

  #tellShader(): void {
    const { gl } = this.#nv
    const { program, uniforms: at } = (this.#nv as unknown as Shaded).customSliceShader
    const u = this.#uniforms
    gl.useProgram(program)
    gl.uniform1f(at.secondShare!, u.secondShare)
    gl.uniform1i(at.secondOpaque!, u.secondOpaque ? 1 : 0)
    gl.uniform1i(at.checkered!, u.checkered ? 1 : 0)
    gl.uniform3fv(at.extentMm!, u.extentMm)
    gl.uniform1f(at.squareMm!, u.squareMm)
    gl.uniform1i(at.outlined!, u.outlined ? 1 : 0)
  }

  set labelOpacity(share: number) {
    this.#nv.setDrawOpacity(share)
  }

  /** Thickness of the crosshair's lines in per cent of the image's width. */
  set crosshairPercent(percent: number) {
    this.#nv.setCrosshairWidth(percent)
  }

  set sliceType(type: SLICE_TYPE) {
    this.#nv.setSliceType(type)
  }

  set radiological(is: boolean) {
    this.#nv.setRadiologicalConvention(is)
    this.#nv.drawScene()
  }

  set smooth(is: boolean) {
    this.#nv.setInterpolation(!is)
  }

  /** The crosshair, RAS mm. */
  get place(): Point {
    const [x, y, z] = this.#nv.frac2mm(this.#nv.scene.crosshairPos, 0, true)
    return [x!, y!, z!]
  }

  set place(mm: Point) {
    if (this.isEmpty) return
    this.#nv.scene.crosshairPos = this.#nv.mm2frac([...mm], 0, true)
    this.#nv.drawScene()
  }

  /** Moves the crosshair by voxels of the first image towards R, A and S. */
  step(right: number, front: number, up: number): void {
    if (!this.isEmpty) this.#nv.moveCrosshairInVox(right, front, up)
  }

  /** The place under a point of the canvas in CSS pixels, RAS mm; undefined beside the slices. */
  placeUnder(x: number, y: number): Point | undefined {
    if (this.isEmpty) return undefined
    const scale = this.canvas.width / Math.max(1, this.canvas.clientWidth)
    const at = this.#nv.canvasPos2frac([x * scale, y * scale])
    if ([0, 1, 2].some(axis => !(at[axis]! >= 0 && at[axis]! <= 1))) return undefined
    const [mx, my, mz] = this.#nv.frac2mm(at, 0, true)
    return [mx!, my!, mz!]
  }

  /** Takes place, pan and zoom over from another pane. */
  follow(other: NiivuePane): void {
    if (this.isEmpty) return
    const { pan2Dxyzmm, renderAzimuth, renderElevation, volScaleMultiplier } = other.#nv.scene
    this.#nv.scene.pan2Dxyzmm = [...pan2Dxyzmm] as never
    this.#nv.scene.renderAzimuth = renderAzimuth
    this.#nv.scene.renderElevation = renderElevation
    this.#nv.scene.volScaleMultiplier = volScaleMultiplier
    this.place = other.place
  }

  resetView(): void {
    this.#nv.scene.pan2Dxyzmm = [0, 0, 0, 1] as never
    this.#nv.scene.volScaleMultiplier = 1
    this.redraw()
  }
}

export const setWindow = (image: NVImage, min: number, max: number): void => {
  image.cal_min = min
  image.cal_max = max
}

/** Whether this browser can draw at all. */
export function canDraw(): boolean {
  const context = document.createElement('canvas').getContext('webgl2')
  context?.getExtension('WEBGL_lose_context')?.loseContext()
  return context !== null
}

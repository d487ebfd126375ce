import type { Point } from '../../src/core/affine.ts'
import { element } from './element.ts'
import type { LabelPalette } from './labelPalette.ts'
import { NiivuePane, type PaneContent } from './niivuePane.ts'
import type { SliceUniforms } from './sliceShader.ts'
import type { SliceKey } from './viewSettings.ts'

const STEPS: Readonly<Record<string, readonly [right: number, up: number, through: number]>> = {
  ArrowLeft: [-1, 0, 0],
  ArrowRight: [1, 0, 0],
  ArrowUp: [0, 1, 0],
  ArrowDown: [0, -1, 0],
  PageUp: [0, 0, 1],
  PageDown: [0, 0, -1],
}

interface Framed {
  readonly pane: NiivuePane
  readonly frame: HTMLElement
  readonly title: HTMLElement
}

/** One or two panes side by side whose crosshairs, pan and zoom go together. */
export class ImageStage {
  readonly #box: HTMLElement
  readonly #uniforms: SliceUniforms
  readonly #panes: Framed[] = []
  readonly #note = element('p', { class: 'pane-note', role: 'status', hidden: true })
  readonly #convention = element('p', { class: 'convention' })
  #following = false
  #slices: SliceKey = 'multi'
  #radiological = true

  /** Hears where the crosshair went. */
  onMove: (mm: Point) => void = () => {}
  /** Hears where the pointer is, undefined when it left. */
  onPoint: (mm: Point | undefined) => void = () => {}

  private constructor(box: HTMLElement, uniforms: SliceUniforms) {
    this.#box = box
    this.#uniforms = uniforms
    box.append(this.#note, this.#convention)
  }

  static async in(box: HTMLElement, uniforms: SliceUniforms): Promise<ImageStage> {
    const stage = new ImageStage(box, uniforms)
    await stage.#addPane()
    return stage
  }

  async #addPane(): Promise<Framed> {
    const canvas = element('canvas', { role: 'img', tabindex: 0, 'aria-label': 'No image is shown' })
    const title = element('figcaption', {})
    const frame = element('figure', { class: 'pane' }, element('div', { class: 'canvas-box' }, canvas), title)
    this.#box.insertBefore(frame, this.#note)
    const pane = await NiivuePane.attach(canvas, this.#uniforms)
    const framed = { pane, frame, title }
    this.#panes.push(framed)
    pane.onMove = mm => this.#moved(pane, mm)
    canvas.addEventListener('pointerdown', () => canvas.focus({ preventScroll: true }))
    canvas.addEventListener('pointermove', event => {
      this.onPoint(pane.placeUnder(event.offsetX, event.offsetY))
      if (event.buttons !== 0) this.#lead(pane)
    })
    canvas.addEventListener('pointerleave', () => this.onPoint(undefined))
    canvas.addEventListener('wheel', () => this.#lead(pane))
    canvas.addEventListener('webglcontextlost', () =>
      this.note('The browser has lost the graphics card. Load the page again; verdicts are saved.'),
    )
    // The image library's own keys would act on letters that mean something else on this page.
    frame.addEventListener('keydown', event => this.#key(pane, event), true)
    frame.addEventListener('keyup', event => event.stopPropagation(), true)
    return framed
  }

  #key(pane: NiivuePane, event: KeyboardEvent): void {
    event.stopPropagation()
    const step = STEPS[event.key]
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    const [right, up, through] = step
    const toRight = this.#radiological ? -right : right
    if (this.#slices === 'coronal') pane.step(toRight, through, up)
    else if (this.#slices === 'sagittal') pane.step(through, right, up)
    else pane.step(toRight, up, through)
  }

  #moved(pane: NiivuePane, mm: Point): void {
    if (this.#following) return
    this.#lead(pane)
    this.onMove(mm)
  }

  #lead(leading: NiivuePane): void {
    this.#following = true
    for (const { pane } of this.#panes) if (pane !== leading) pane.follow(leading)
    this.#following = false
  }

  /**
   * Shows contents in as many panes.
   *
   * @param described what each pane shows, for those who cannot see it
   */
  async show(
    contents: readonly PaneContent[],
    titles: readonly string[],
    described: readonly string[],
    palette: LabelPalette,
  ) {
    while (this.#panes.length < contents.length) {
      const { pane } = await this.#addPane()
      this.#apply(pane)
    }
    this.#panes.forEach(({ pane, frame, title }, i) => {
      frame.hidden = i > 0 && contents[i] === undefined
      pane.show(contents[i], palette)
      title.textContent = titles[i] ?? ''
      pane.canvas.setAttribute('aria-label', described[i] ?? 'No image is shown')
    })
    this.#widenCrosshairs()
    if (contents.length > 1) this.#lead(this.#panes[0]!.pane)
  }

  /** Lines are thin, but never so thin that they fall between pixels: the smaller the slices, the thicker in mm. */
  #widenCrosshairs(): void {
    const shown = this.#panes.filter(({ pane }) => !pane.isEmpty)
    const perSlice = this.#slices === 'multi' ? 0.34 : 0.17
    for (const { pane } of shown) pane.crosshairPercent = perSlice * (shown.length > 1 ? 1.6 : 1)
  }

  /** Says something over the images, such as that they are loading; an empty text takes it away. */
  note(text: string): void {
    this.#note.hidden = text === ''
    this.#note.textContent = text
  }

  /** Tells on which side of the screen the patient's right is. */
  set convention(text: string) {
    this.#convention.hidden = text === ''
    this.#convention.textContent = text
  }

  #labelOpacity = 0.35
  #smooth = true

  #apply(pane: NiivuePane): void {
    pane.labelOpacity = this.#labelOpacity
    pane.smooth = this.#smooth
    pane.radiological = this.#radiological
  }

  set labelOpacity(share: number) {
    this.#labelOpacity = share
    for (const { pane } of this.#panes) pane.labelOpacity = share
  }

  set smooth(is: boolean) {
    this.#smooth = is
    for (const { pane } of this.#panes) pane.smooth = is
  }

  set radiological(is: boolean) {
    this.#radiological = is
    for (const { pane } of this.#panes) pane.radiological = is
  }

  set palette(palette: LabelPalette) {
    for (const { pane } of this.#panes) pane.palette = palette
  }

  slices(key: SliceKey, type: number): void {
    this.#slices = key
    this.#widenCrosshairs()
    for (const { pane } of this.#panes) pane.sliceType = type
  }

  redraw(): void {
    for (const { pane } of this.#panes) pane.redraw()
  }

  rewindow(): void {
    for (const { pane } of this.#panes) pane.rewindow()
  }

  resetView(): void {
    for (const { pane } of this.#panes) pane.resetView()
  }

  get place(): Point {
    return this.#panes[0]!.pane.place
  }

  set place(mm: Point) {
    for (const { pane } of this.#panes) pane.place = mm
    this.onMove(mm)
  }
}

import type { Point } from '../../src/core/affine.ts'
import { transformPoint, voxelSizes } from '../../src/core/affine.ts'
import { orientationOf } from '../../src/core/orientation.ts'
import type { CaseReply, ImageReply } from '../../src/server/api.ts'
import { type CaseImage, type CaseLabels, isBloodFlow } from './caseImage.ts'
import { byId } from './element.ts'
import { FullResolution } from './fullResolution.ts'
import { drawImageBar, drawLabelBar, drawViewBar } from './imageBars.ts'
import { ImageStage } from './imageStage.ts'
import { ImageStore } from './imageStore.ts'
import { type ShownLabel, shownLabels } from './labelChips.ts'
import { type LabelPalette, labelPalette } from './labelPalette.ts'
import { setWindow } from './niivuePane.ts'
import { showReadout } from './readout.ts'
import { isAborted } from './serverClient.ts'
import type { SliceUniforms } from './sliceShader.ts'
import {
  type Chosen,
  type ChosenWindow,
  chosenOf,
  firstSettings,
  imageTitle,
  SLICES,
  type ViewMode,
  windowKey,
  withUnit,
} from './viewSettings.ts'
import { firstPreset, presetsFor, type Window, windowOf } from './windowPresets.ts'

/** A case as it is on the screen. */
export interface Shown {
  readonly chosen: Chosen
  readonly first: CaseImage
  readonly second: CaseImage | undefined
  readonly labels: CaseLabels | undefined
  readonly names: readonly ShownLabel[]
}

/** The middle of the page: images of the open case, how they are drawn, and the values in them. */
export class ImagePanel {
  readonly settings = firstSettings()
  readonly #store = new ImageStore()
  readonly #stage: ImageStage
  readonly #full = new FullResolution()
  readonly #uniforms: SliceUniforms
  #reply: CaseReply | undefined
  #shown: Shown | undefined
  #turn = 0
  #pointed: Point | undefined

  private constructor(stage: ImageStage, uniforms: SliceUniforms, box: HTMLElement) {
    this.#stage = stage
    this.#uniforms = uniforms
    box.append(this.#full.box)
    stage.onMove = mm => {
      this.#full.place = mm
      this.#readOut()
    }
    stage.onPoint = mm => {
      this.#pointed = mm
      this.#readOut()
    }
  }

  static async create(): Promise<ImagePanel> {
    const uniforms: SliceUniforms = {
      secondShare: 0,
      secondOpaque: true,
      checkered: false,
      extentMm: [1, 1, 1],
      squareMm: 20,
      outlined: true,
    }
    const box = byId('panes')
    return new ImagePanel(await ImageStage.in(box, uniforms), uniforms, box)
  }

  /** Opens a case: what was shown before is let go of at once, also where its successor has no image. */
  async open(reply: CaseReply): Promise<void> {
    this.#store.openCase()
    this.#reply = { ...reply, images: reply.images.map(withUnit) }
    this.#shown = undefined
    this.#pointed = undefined
    await this.#stage.show([], [], [], this.#palette)
    this.#full.show(undefined)
    await this.update()
  }

  /** Fetches what `open` will ask for. */
  fetchAhead(reply: CaseReply): void {
    const chosen = chosenOf(reply, this.settings)
    if (chosen) this.#store.fetchAhead(this.#wanted(chosen))
  }

  #wanted({ first, second, labels }: Chosen): ImageReply[] {
    const both = this.settings.mode === 'single' ? [first] : [first, second]
    return [...both, this.settings.labelsShown ? labels : undefined].flatMap(i => i ?? [])
  }

  /** Takes over settings that ask for other images or another arrangement. */
  async update(): Promise<void> {
    const turn = ++this.#turn
    const reply = this.#reply
    if (reply === undefined) return
    const chosen = chosenOf(reply, this.settings)
    drawImageBar(byId('image-bar'), this, reply, chosen)
    if (chosen === undefined) return this.#empty('This case has no image that can be shown.')
    if (chosen.second === undefined && this.settings.mode !== 'single') this.settings.mode = 'single'
    const loading = `Loading ${this.#wanted(chosen).map(imageTitle).join(', ')} …`
    const slow = setTimeout(() => this.#stage.note(loading), 120)
    this.#store.onProgress = ({ bytes }, count) => {
      if (bytes > 2 ** 24) this.#stage.note(`${loading} ${Math.round((100 * count) / bytes)} %`)
    }
    try {
      const shown = await this.#load(reply, chosen)
      if (turn !== this.#turn) return
      clearTimeout(slow)
      this.#stage.note('')
      await this.#show(shown)
    } catch (error) {
      clearTimeout(slow)
      if (turn !== this.#turn || isAborted(error)) return
      const { message, remedy = '' } = error as { message: string; remedy?: string }
      this.#empty(`The image cannot be shown: ${message}. ${remedy}`)
    }
  }

  #empty(text: string): void {
    this.#shown = undefined
    void this.#stage.show([], [], [], this.#palette)
    this.#stage.convention = ''
    this.#stage.note(text)
    byId('view-bar').replaceChildren()
    byId('labels').replaceChildren()
    byId('readout').replaceChildren()
  }

  async #load(reply: CaseReply, chosen: Chosen): Promise<Shown> {
    const { first, second, labels, preview } = chosen
    const [firstImage, secondImage, labelImage] = await Promise.all([
      this.#store.image(first, preview),
      this.settings.mode !== 'single' && second ? this.#store.image(second, preview) : undefined,
      this.settings.labelsShown && labels ? this.#store.labels(labels, preview) : undefined,
    ])
    const names = labelImage ? shownLabels(labelImage.present, reply.labels) : []
    return { chosen, first: firstImage, second: secondImage, labels: labelImage, names }
  }

  async #show(shown: Shown): Promise<void> {
    const { first, second, labels, chosen } = shown
    const isNew = this.#shown === undefined
    this.#shown = shown
    for (const image of [first, second]) if (image) this.#applyWindow(image)
    this.#tellUniforms()
    const side = this.settings.mode === 'side' && second !== undefined
    const contents = side
      ? [
          { first, second: undefined, labels },
          { first: second, second: undefined, labels },
        ]
      : [{ first, second, labels }]
    const { type } = SLICES.find(s => s.key === this.settings.slices)!
    this.#stage.slices(this.settings.slices, type)
    this.#stage.smooth = this.settings.smooth
    this.#stage.radiological = this.settings.radiological
    this.#stage.labelOpacity = this.settings.labelOpacity
    await this.#stage.show(contents, this.#titles(side), this.#described(side), this.#palette)
    if (isNew) this.#stage.place = labels?.busiestPlace ?? middleOf(first)
    this.#drawControls()
    this.#readOut()
    this.#full.show(
      chosen.preview
        ? {
            first: first.reply,
            labels: labels?.reply,
            window: () => this.windowFor(first),
            palette: () => this.#palette,
            labelOpacity: () => this.settings.labelOpacity,
            radiological: () => this.settings.radiological,
          }
        : undefined,
    )
    this.#full.place = this.#stage.place
  }

  #titles(side: boolean): string[] {
    const { chosen, first, second } = this.#shown!
    const resolution = chosen.preview
      ? `, preview: ${first.locator.shape.join(' × ')} of ${first.reply.shape.join(' × ')} voxels`
      : ''
    if (side) return [first, second!].map(i => imageTitle(i.reply) + resolution)
    const pair = second ? ` | ${imageTitle(second.reply)}` : ''
    return [imageTitle(first.reply) + pair + resolution]
  }

  #described(side: boolean): string[] {
    const { names, first, second } = this.#shown!
    const { slices, mode, radiological, hiddenLabels } = this.settings
    const seen = names.filter(n => !hiddenLabels.has(n.index)).map(n => n.name)
    const masks = seen.length > 0 ? `, with ${seen.join(', ')} in colour` : ''
    const how = `${SLICES.find(s => s.key === slices)!.title.toLowerCase()}, ${radiological ? 'radiological' : 'neurological'} convention`
    const text = (images: readonly CaseImage[]) =>
      `${this.#reply!.case}: ${images.map(i => imageTitle(i.reply)).join(` and ${mode} of `)}${masks}; ${how}. Arrow keys and Page Up, Page Down move the crosshair.`
    return side ? [text([first]), text([second!])] : [text([first, second].flatMap(i => i ?? []))]
  }

  get #palette(): LabelPalette {
    return labelPalette(this.#reply?.labels ?? [], this.settings.hiddenLabels)
  }

  #tellUniforms(): void {
    const { first, second } = this.#shown!
    const { mode, secondShare, squareMm, outlined } = this.settings
    Object.assign(this.#uniforms, {
      secondShare: mode === 'overlay' ? secondShare : 0,
      secondOpaque: second !== undefined && !isBloodFlow(second.reply),
      checkered: mode === 'checkerboard',
      extentMm: extentOf(first),
      squareMm,
      outlined,
    })
  }

  #drawControls(): void {
    drawViewBar(byId('view-bar'), this, this.#shown)
    drawLabelBar(byId('labels'), this, this.#shown)
    this.#stage.convention = this.settings.radiological
      ? 'Radiological: the patient’s right is on the left'
      : 'Neurological: the patient’s right is on the right'
  }

  #readOut(): void {
    if (this.#shown === undefined) return
    const { first, second, labels, names, chosen } = this.#shown
    const place = this.#pointed ?? this.#stage.place
    const images = second ? [first, second] : [first]
    const of = { images, labels, names, preview: chosen.preview }
    showReadout(byId('readout'), of, place, this.#pointed !== undefined)
  }

  // What the bars and the keyboard do.

  setMode(mode: ViewMode): void {
    this.settings.mode = mode
    void this.update()
  }

  setSlices(key: (typeof SLICES)[number]['key']): void {
    this.settings.slices = key
    void this.#rearranged()
  }

  setRadiological(is: boolean): void {
    this.settings.radiological = is
    this.#full.redraw()
    void this.#rearranged()
  }

  async #rearranged(): Promise<void> {
    if (this.#shown) await this.#show(this.#shown)
  }

  setSmooth(is: boolean): void {
    this.settings.smooth = is
    this.#stage.smooth = is
  }

  setShare(share: number): void {
    this.settings.secondShare = share
    this.#redraw()
  }

  setSquare(mm: number): void {
    this.settings.squareMm = Math.max(1, mm)
    this.#redraw()
  }

  setOutlined(is: boolean): void {
    this.settings.outlined = is
    this.#redraw()
    drawLabelBar(byId('labels'), this, this.#shown)
  }

  #redraw(): void {
    if (this.#shown === undefined) return
    this.#tellUniforms()
    this.#stage.redraw()
  }

  setLabelOpacity(share: number): void {
    this.settings.labelOpacity = share
    this.#stage.labelOpacity = share
    this.#full.redraw()
  }

  setLabelsShown(are: boolean): void {
    this.settings.labelsShown = are
    void this.update()
  }

  toggleLabel(index: number): void {
    const { hiddenLabels } = this.settings
    if (!hiddenLabels.delete(index)) hiddenLabels.add(index)
    this.#stage.palette = this.#palette
    this.#full.redraw()
    drawLabelBar(byId('labels'), this, this.#shown)
  }

  resetView(): void {
    this.#stage.resetView()
  }

  /** The window that an image is shown with. */
  windowFor(image: CaseImage): Window {
    const typed = this.settings.windows.get(windowKey(image.reply))?.typed
    const preset = typed
      ? { key: 'typed', title: '', window: typed }
      : presetsFor(image.reply.unit).find(p => p.key === this.presetFor(image))!
    const { range } = image
    // Where no blood flows there is nothing to colour.
    return windowOf(preset, isBloodFlow(image.reply) ? { ...range, min: Math.max(0, range.min) } : range)
  }

  /** Key of the preset that is chosen for an image, or that it has at first. */
  presetFor({ reply }: CaseImage): string {
    const chosen = this.settings.windows.get(windowKey(reply))?.preset
    if (presetsFor(reply.unit).some(p => p.key === chosen)) return chosen!
    return isBloodFlow(reply) ? 'full' : firstPreset(reply.unit)
  }

  setWindow(image: CaseImage, chosen: ChosenWindow): void {
    this.settings.windows.set(windowKey(image.reply), chosen)
    for (const shown of [this.#shown?.first, this.#shown?.second]) if (shown) this.#applyWindow(shown)
    this.#stage.rewindow()
    this.#full.redraw()
    drawViewBar(byId('view-bar'), this, this.#shown)
  }

  #applyWindow(image: CaseImage): void {
    const { min, max } = this.windowFor(image)
    setWindow(image.nv, min, max)
  }
}

/** The middle of an image, RAS mm. */
const middleOf = ({ affine, locator }: CaseImage): Point =>
  transformPoint(affine, locator.shape.map(n => (n - 1) / 2) as unknown as Point)

/** Length of an image's grid along the axes nearest to R, A and S, mm. */
function extentOf({ affine, locator }: CaseImage): [number, number, number] {
  const { to } = orientationOf(affine)
  const sizes = voxelSizes(affine)
  return ['RL', 'AP', 'SI'].map(pair => {
    const axis = [...to].findIndex(letter => pair.includes(letter))
    return locator.shape[axis]! * sizes[axis]!
  }) as [number, number, number]
}

import type { DicomSeries } from '../../artifacts/dicomSeries.ts'
import { type ComingImage, NotInt16 } from '../../artifacts/niftiImage.ts'
import type { Finding } from '../../core/finding.ts'
import type { Volume } from '../../core/volume.ts'
import { VolumeAssembly } from '../../imaging/dicom/assembleVolume.ts'
import type { VolumePlan } from '../../imaging/dicom/volumePlan.ts'

/** Slices that are read ahead of the one that is worked on. */
const AHEAD = 8
/** Voxels are passed on in pieces of about this many. */
const PIECE = 1 << 19

/** A planned volume whose slices are read and rescaled when its voxels are asked for, each once. */
export class SlicedImage implements ComingImage {
  readonly #series: DicomSeries
  readonly #plan: VolumePlan
  readonly #report: (finding: Finding) => void
  readonly #assembly: VolumeAssembly
  readonly #words: ReturnType<DicomSeries['words']>[] = []
  #done = 0
  #volume: Volume<Int16Array | Float32Array> | undefined

  constructor(series: DicomSeries, plan: VolumePlan, report: (finding: Finding) => void) {
    this.#series = series
    this.#plan = plan
    this.#report = report
    this.#assembly = new VolumeAssembly(plan)
  }

  get grid() {
    return this.#plan.grid
  }

  get volume(): Volume<Int16Array | Float32Array> {
    if (this.#volume === undefined) throw new Error('the voxels of the image are not there yet')
    return this.#volume
  }

  async *int16(): AsyncGenerator<Int16Array> {
    const { columns, rows, slices } = this.#plan
    const slicesAtOnce = Math.max(1, Math.round(PIECE / (columns * rows)))
    while (this.#done < slices.length) {
      const first = this.#done
      while (this.#done < Math.min(first + slicesAtOnce, slices.length)) await this.#addSlice()
      const before = this.#assembly.int16(first, this.#done)
      if (before === undefined) throw new NotInt16()
      yield before
    }
    this.#finish()
  }

  async complete(): Promise<void> {
    if (this.#volume !== undefined) return
    while (this.#done < this.#plan.slices.length) await this.#addSlice()
    this.#finish()
  }

  async #addSlice(): Promise<void> {
    const { slices } = this.#plan
    const place = this.#done
    while (this.#words.length < Math.min(place + AHEAD + 1, slices.length)) {
      const next = this.#words.length
      const into = this.#assembly.wordsOf(next)
      this.#words.push(
        into === undefined ? Promise.resolve(undefined) : this.#series.words(slices[next]!.index, into),
      )
    }
    const sample = await this.#words[place]
    if (sample === undefined || !this.#assembly.addWords(sample))
      this.#assembly.add(await this.#series.pixels(slices[place]!.index))
    this.#done++
  }

  #finish(): void {
    const { findings, ...volume } = this.#assembly.finish()
    for (const f of findings) this.#report(f)
    this.#volume = volume
  }
}

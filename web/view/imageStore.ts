import type { ImageReply } from '../../src/server/api.ts'
import { CaseImage, CaseLabels } from './caseImage.ts'
import { server } from './serverClient.ts'

/** Most bytes that are fetched ahead for the next case. */
const AHEAD_BYTES = 192 * 2 ** 20

/**
 * The images of the case that is open, each read once, and the files of the case that comes next. Opening another case
 * stops what is still loading and lets go of everything of the one before.
 */
export class ImageStore {
  #stop = new AbortController()
  #images = new Map<string, Promise<CaseImage | CaseLabels>>()
  #stopAhead = new AbortController()
  #ahead = new Map<string, Promise<ArrayBuffer>>()

  /** Hears how many bytes of an image have come. */
  onProgress: (reply: ImageReply, bytes: number) => void = () => {}

  /** @returns the signal that ends when the next case is opened */
  openCase(): AbortSignal {
    this.#stop.abort()
    this.#stop = new AbortController()
    this.#images = new Map()
    return this.#stop.signal
  }

  /** @param preview whether to load the downsampled image */
  image(reply: ImageReply, preview: boolean): Promise<CaseImage> {
    return this.#read(reply, preview, CaseImage.read) as Promise<CaseImage>
  }

  labels(reply: ImageReply, preview: boolean): Promise<CaseLabels> {
    return this.#read(reply, preview, CaseLabels.read) as Promise<CaseLabels>
  }

  #read(
    reply: ImageReply,
    preview: boolean,
    read: (reply: ImageReply, bytes: ArrayBuffer) => Promise<CaseImage | CaseLabels>,
  ): Promise<CaseImage | CaseLabels> {
    const key = keyOf(reply, preview)
    let image = this.#images.get(key)
    if (image === undefined) {
      const images = this.#images
      image = this.#file(reply, preview).then(bytes => read(reply, bytes))
      image.catch(() => images.delete(key))
      images.set(key, image)
    }
    return image
  }

  async #file(reply: ImageReply, preview: boolean): Promise<ArrayBuffer> {
    const { signal } = this.#stop
    const key = keyOf(reply, preview)
    const ahead = this.#ahead.get(key)
    this.#ahead.delete(key)
    const bytes = await ahead?.catch(() => undefined)
    if (bytes !== undefined) return bytes
    if (preview) return server.preview(reply.id, signal)
    return server.image(reply.id, reply.bytes, signal, count => this.onProgress(reply, count))
  }

  /** Fetches files that will be asked for next, as far as they are small; what was fetched ahead before goes. */
  fetchAhead(replies: readonly ImageReply[]): void {
    this.#stopAhead.abort()
    this.#stopAhead = new AbortController()
    this.#ahead = new Map()
    const { signal } = this.#stopAhead
    let room = AHEAD_BYTES
    for (const reply of replies) {
      room -= reply.bytes
      if (reply.large || room < 0) continue
      const file = server.image(reply.id, reply.bytes, signal)
      file.catch(() => {})
      this.#ahead.set(keyOf(reply, false), file)
    }
  }
}

const keyOf = ({ id }: ImageReply, preview: boolean): string => `${id} ${preview ? 'preview' : 'whole'}`

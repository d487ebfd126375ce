import type { ReportData } from '../../src/core/reportData.ts'

const AGAIN_MS = 60

/**
 * Gives the addresses of the pictures of a case. Those that are in the page lie in blocks of JSON behind the script, so
 * that the page is there before its last megabyte is read; a block is parsed when the first of its cases is looked at.
 */
export class PictureStore {
  readonly #data: ReportData
  readonly #blocks = new Map<number, readonly (readonly string[])[]>()

  constructor(data: ReportData) {
    this.#data = data
  }

  /** An address for each picture of the case at this place. */
  async of(at: number): Promise<readonly string[]> {
    const { cases, casesPerBlock } = this.#data
    if (casesPerBlock === null) return cases[at]!.pictures.map(p => p.src ?? '')
    if (cases[at]!.pictures.length === 0) return []
    const n = Math.floor(at / casesPerBlock)
    return (await this.#block(n))[at % casesPerBlock] ?? []
  }

  async #block(n: number): Promise<readonly (readonly string[])[]> {
    for (;;) {
      const known = this.#blocks.get(n)
      if (known !== undefined) return known
      const script = document.getElementById(`pictures-${n}`)
      // While the page is still being read, the block may be there in part.
      const isWhole =
        script !== null && (script.nextElementSibling !== null || document.readyState !== 'loading')
      if (isWhole) {
        const block = JSON.parse(script.textContent ?? '[]') as readonly (readonly string[])[]
        this.#blocks.set(n, block)
        // The text is not needed again; two copies of all pictures would be.
        script.textContent = ''
        return block
      }
      if (document.readyState !== 'loading') return []
      await new Promise(resolve => setTimeout(resolve, AGAIN_MS))
    }
  }
}

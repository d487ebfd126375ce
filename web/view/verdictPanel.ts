import type { VerdictWord } from '../../src/core/verdict.ts'
import { element } from './element.ts'
import type { ReviewerName } from './reviewerName.ts'
import { ServerError, server } from './serverClient.ts'
import type { JudgedCase, VerdictFeed } from './verdictFeed.ts'

const BUTTONS: readonly { word: VerdictWord; title: string; key: string }[] = [
  { word: 'accept', title: 'Accept', key: 'a' },
  { word: 'reject', title: 'Reject', key: 'r' },
  { word: 'needs-work', title: 'Needs work', key: 'n' },
]

const WORDS: Readonly<Record<VerdictWord, string>> = {
  accept: 'accepted',
  reject: 'rejected',
  'needs-work': 'needs work',
}

const time = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

interface GivenVerdict {
  readonly id: string
  readonly word: VerdictWord
  readonly before: VerdictWord | undefined
}

export interface VerdictPanelParts {
  readonly box: HTMLElement
  readonly feed: VerdictFeed
  readonly reviewer: ReviewerName
  readonly isReadonly: boolean
  /** Says something loudly, until it is told undefined. */
  readonly alarm: (text: string | undefined) => void
  readonly announce: (text: string) => void
  /** What a case is called in short. */
  readonly nameOf: (id: string) => string
}

/** Buttons, comment and history. A verdict is shown as saved when the server said so and not before. */
export class VerdictPanel {
  readonly #parts: VerdictPanelParts
  readonly #history = element('ol', { class: 'history', 'aria-label': 'Verdicts so far, latest first' })
  readonly #comment = element('textarea', { id: 'comment', rows: 2, maxlength: 4000 })
  readonly #status = element('p', { class: 'verdict-status', role: 'status' })
  readonly #advance = element('input', { type: 'checkbox', id: 'advance', checked: true })
  readonly #buttons: HTMLButtonElement[]
  /** Comments begun for cases that were left before a verdict was given. */
  readonly #drafts = new Map<string, string>()
  readonly #given: GivenVerdict[] = []
  #id: string | undefined
  /** What others said since the case was opened and nobody pressed a key about. */
  #unseen: JudgedCase | undefined
  /** A verdict that is being given. */
  #working: Promise<boolean> | undefined
  /** It is on its way to the server, so that what comes back is this page's own. */
  #saving = false

  /** Hears that a verdict was saved, and whether to go on to the next case. */
  onJudged: (id: string, goOn: boolean) => void = () => {}
  /** Hears which case a verdict was taken back of. */
  onTakenBack: (id: string) => void = () => {}

  constructor(parts: VerdictPanelParts) {
    this.#parts = parts
    this.#buttons = BUTTONS.map(({ word, title, key }) =>
      element(
        'button',
        {
          type: 'button',
          class: `judge ${word}`,
          'aria-keyshortcuts': key,
          onclick: () => void this.judge(word),
        },
        `${title} `,
        element('kbd', { 'aria-hidden': 'true' }, key),
      ),
    )
    const undo = element(
      'button',
      { type: 'button', class: 'quiet', 'aria-keyshortcuts': 'u', onclick: () => void this.undo() },
      'Take back ',
      element('kbd', { 'aria-hidden': 'true' }, 'u'),
    )
    parts.box.replaceChildren(
      element('h2', {}, 'Verdict'),
      this.#history,
      element('label', { for: 'comment' }, 'Comment ', element('kbd', { 'aria-hidden': 'true' }, 'c')),
      this.#comment,
      element('div', { class: 'judges' }, ...this.#buttons),
      this.#status,
      element(
        'div',
        { class: 'row' },
        element('label', { class: 'tick' }, this.#advance, 'Go on to the next unjudged'),
        undo,
      ),
    )
    this.#comment.addEventListener('keydown', event => {
      if (event.key === 'Escape') this.#comment.blur()
    })
    if (parts.isReadonly)
      for (const control of [...this.#buttons, undo, this.#comment]) control.setAttribute('disabled', '')
  }

  show(id: string): void {
    if (this.#id !== undefined) this.#drafts.set(this.#id, this.#comment.value)
    this.#id = id
    this.#comment.value = this.#drafts.get(id) ?? ''
    this.#unseen = undefined
    this.#tell('')
    this.#drawHistory()
  }

  /** Takes notice of verdicts that others gave. */
  hear(verdicts: readonly JudgedCase[]): void {
    const here = verdicts.filter(v => v.id === this.#id).at(-1)
    if (here === undefined) return
    if (!this.#saving) {
      this.#unseen = here
      this.#tell(`Judged meanwhile by ${here.reviewer}: ${WORDS[here.verdict]}.`, 'meanwhile')
    }
    this.#drawHistory()
  }

  focusComment(): void {
    this.#comment.focus()
  }

  async judge(word: VerdictWord): Promise<void> {
    const id = this.#id
    if (id === undefined || this.#working !== undefined) return
    if (!(await this.#start(id, word, this.#comment.value.trim()))) return
    this.onJudged(id, this.#advance.checked)
    this.#tellSaved(id, word)
  }

  /** Gives the verdict that stood before the last one of this page; what had none before needs work. */
  async undo(): Promise<void> {
    await this.#working
    const last = this.#given.at(-1)
    if (last === undefined) {
      this.#tell('Nothing to take back: no verdict was given in this window.')
      return
    }
    const word = last.before ?? 'needs-work'
    if (!(await this.#start(last.id, word, `takes back “${WORDS[last.word]}”`))) return
    this.#given.splice(-2)
    this.onTakenBack(last.id)
    this.#tellSaved(last.id, word)
  }

  /** One verdict at a time: what a key asks for while another is on its way would be for a case not yet seen. */
  async #start(id: string, word: VerdictWord, comment: string): Promise<boolean> {
    for (const button of this.#buttons) button.setAttribute('aria-disabled', 'true')
    const working = this.#give(id, word, comment)
    this.#working = working
    const saved = await working
    this.#working = undefined
    this.#saving = false
    for (const button of this.#buttons) button.setAttribute('aria-disabled', 'false')
    return saved
  }

  #tellSaved(id: string, word: VerdictWord): void {
    const text = `Saved: ${id === this.#id ? '' : `${this.#parts.nameOf(id)} `}${WORDS[word]}.`
    this.#tell(text, 'saved')
    this.#parts.announce(text)
  }

  async #give(id: string, word: VerdictWord, comment: string): Promise<boolean> {
    const { feed, isReadonly, reviewer, alarm } = this.#parts
    if (isReadonly) {
      alarm('Not saved: the server was started with --readonly.')
      return false
    }
    const name = await reviewer.get()
    if (name === '') {
      this.#tell('Not saved: a verdict needs the name of its reviewer.', 'failed')
      return false
    }
    try {
      if (await this.#judgedMeanwhile(id)) return false
      this.#tell('Saving …')
      const before = feed.of(id).at(-1)?.verdict
      this.#saving = true
      const saved = await server.judge({ case: id, verdict: word, comment, reviewer: name })
      feed.add({ ...saved, id })
      alarm(undefined)
      this.#given.push({ id, word, before })
      this.#drafts.delete(id)
      if (id === this.#id) this.#comment.value = ''
      return true
    } catch (error) {
      const { message, remedy } =
        error instanceof ServerError ? error : { message: String(error), remedy: '' }
      this.#tell('Not saved. What you typed is kept; press the key again to try once more.', 'failed')
      alarm(`The verdict “${WORDS[word]}” was not saved: ${message}. ${remedy}`)
      return false
    }
  }

  /** Looks whether somebody judged the case since it was opened; the second press then goes through. */
  async #judgedMeanwhile(id: string): Promise<boolean> {
    await this.#parts.feed.poll()
    const other = this.#unseen
    if (other === undefined || other.id !== id) return false
    this.#unseen = undefined
    const said = other.comment === '' ? '' : `, “${other.comment}”`
    const text = `Not saved yet: ${other.reviewer} judged this case meanwhile (${WORDS[other.verdict]}${said}). Press again to give yours.`
    this.#tell(text, 'meanwhile')
    this.#parts.announce(text)
    return true
  }

  #tell(text: string, kind = ''): void {
    this.#status.className = `verdict-status ${kind}`
    this.#status.textContent = text
  }

  #drawHistory(): void {
    const verdicts = this.#id === undefined ? [] : [...this.#parts.feed.of(this.#id)].reverse()
    this.#history.replaceChildren(
      ...verdicts.map(({ verdict, reviewer, comment, at }, i) =>
        element(
          'li',
          { class: i === 0 ? 'stands' : '' },
          element('span', { class: `word ${verdict}` }, WORDS[verdict]),
          ` ${reviewer}, ${time.format(new Date(at))}`,
          ...(comment === '' ? [] : [element('q', {}, comment)]),
        ),
      ),
    )
    if (verdicts.length === 0) this.#history.append(element('li', { class: 'none' }, 'Not judged yet.'))
  }
}

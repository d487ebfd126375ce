import { byId, element } from './element.ts'

const KEPT_AS = 'voxmill-reviewer'

/** Storage can be switched off in a browser; the name is then asked once a visit. */
function kept(): string {
  try {
    return localStorage.getItem(KEPT_AS) ?? ''
  } catch {
    return ''
  }
}

function keep(name: string): void {
  try {
    localStorage.setItem(KEPT_AS, name)
  } catch {
    // Asked again next time.
  }
}

/** Who judges: as the command line says, else asked once and kept in this browser. */
export class ReviewerName {
  readonly #button = byId('reviewer')
  readonly #dialog = byId<HTMLDialogElement>('reviewer-dialog')
  #name: string

  constructor(given: string | null) {
    this.#name = given ?? kept()
    this.#show()
    if (given === null) this.#button.addEventListener('click', () => void this.#ask())
    else this.#button.setAttribute('disabled', '')
  }

  /** The name, asked for where it is not known; empty when the question was dismissed. */
  async get(): Promise<string> {
    return this.#name || this.#ask()
  }

  #show(): void {
    this.#button.textContent = this.#name ? `Reviewer: ${this.#name}` : 'Reviewer: not named'
  }

  #ask(): Promise<string> {
    const input = element('input', {
      id: 'reviewer-name',
      maxlength: 100,
      autocomplete: 'name',
      required: true,
    })
    input.value = this.#name
    const form = element(
      'form',
      { method: 'dialog' },
      element('h2', { id: 'reviewer-title' }, 'Who judges?'),
      element('p', {}, 'The name is written beside each verdict. It is kept in this browser.'),
      element('label', { for: 'reviewer-name' }, 'Name'),
      input,
      element(
        'p',
        { class: 'row end' },
        element('button', { type: 'button', onclick: () => this.#dialog.close('') }, 'Cancel'),
        element('button', { type: 'submit', class: 'primary', value: 'ok' }, 'Keep'),
      ),
    )
    this.#dialog.replaceChildren(form)
    this.#dialog.returnValue = ''
    this.#dialog.showModal()
    input.select()
    return new Promise(resolve =>
      this.#dialog.addEventListener(
        'close',
        () => {
          if (this.#dialog.returnValue === 'ok' && input.value.trim() !== '') {
            this.#name = input.value.trim()
            keep(this.#name)
            this.#show()
            resolve(this.#name)
          } else resolve('')
        },
        { once: true },
      ),
    )
  }
}

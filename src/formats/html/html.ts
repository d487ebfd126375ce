/** Text that is HTML already; whatever else stands in a template is escaped. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text
  }
}

/** What may stand in a template: text and numbers are escaped, lists joined, false and undefined left out. */
export type HtmlPart = Html | string | number | false | undefined | readonly HtmlPart[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand between tags and in quoted attributes. Characters that no HTML may hold become U+FFFD. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll(/[&<>"']/g, character => ENTITIES[character]!)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those that the HTML standard forbids
    .replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '\ufffd')

/**
 * A template of HTML whose values are escaped. Values may stand between tags and within quoted attributes, nowhere else.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let text = strings[0]!
  parts.forEach((part, i) => {
    text += htmlText(part) + strings[i + 1]!
  })
  return new Html(text)
}

function htmlText(part: HtmlPart): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return escapeHtml(String(part))
  return part.map(htmlText).join('')
}

/** JSON that may stand within `<script type="application/json">`: nothing in it can end the element. */
export const scriptJson = (value: unknown): Html => new Html(JSON.stringify(value).replaceAll('<', '\\u003c'))

/** A script or style of one's own as it may stand within its element; JavaScript and CSS alike read `<\/` as `</`. */
export const inlineCode = (code: string): Html => new Html(code.replaceAll(/<\/(?=script|style)/gi, '<\\/'))

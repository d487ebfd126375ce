import { expect, it } from 'vitest'
import { escapeHtml, html, inlineCode, scriptJson } from '../../../../src/formats/html/html.ts'

it('escapes what stands between tags and in attributes, and lets through what is HTML already', () => {
  const name = `"><img src=x onerror='hit()'>&`
  const inner = html`<b title="${name}">${name}</b>`
  const escaped = '&quot;&gt;&lt;img src=x onerror=&#39;hit()&#39;&gt;&amp;'
  expect(inner.text).toBe(`<b title="${escaped}">${escaped}</b>`)
  expect(html`<p>${inner}${[html`<i></i>`, 'a<b', 3]}${false}${undefined}</p>`.text).toBe(
    `<p>${inner.text}<i></i>a&lt;b3</p>`,
  )
})

it('replaces characters that no page may hold', () => {
  expect(escapeHtml('a\u0000b\u0008c\td\ne\u007f')).toBe('a\ufffdb\ufffdc\td\ne\ufffd')
})

it('writes JSON that cannot end its element and reads back the same', () => {
  const value = { id: '</script><!-- <script>', n: [1, null], line: '\u2028' }
  const { text } = scriptJson(value)
  expect(text).not.toContain('<')
  expect(JSON.parse(text)).toEqual(value)
})

it('keeps the end tag of its element out of inlined code', () => {
  const code = "const a = '</script>', b = '</STYLE>', c = '</p>'"
  const { text } = inlineCode(code)
  expect(text).not.toMatch(/<\/(script|style)/i)
  // As JavaScript it says the same.
  expect(new Function(`${text}; return [a, b, c]`)()).toEqual(['</script>', '</STYLE>', '</p>'])
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { referencePages } from '../../scripts/referencePages.ts'

const pages = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map(f => `docs/${f}`),
]
  .map(f => f.replaceAll(path.sep, '/'))
  .filter(f => f.endsWith('.md'))

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '')
/** Fenced blocks, and code in running text, each on a line of its own. */
const codeOf = (page: string): string =>
  [...readFileSync(page, 'utf8').matchAll(/^```[\s\S]*?^```|`[^`\n]+`/gm)]
    .map(m => (m[0].startsWith('```') ? m[0] : m[0].slice(1, -1)))
    .join('\n')
const headings = (file: string): string[] =>
  [...withoutCode(readFileSync(file, 'utf8')).matchAll(/^#+ (.+)$/gm)].map(m => anchorOf(m[1]!))

describe('the reference pages (node scripts/generate-reference.mjs makes them)', async () => {
  const made = await referencePages()
  it.each(Object.entries(made))('docs/reference/%s is up to date', (name, page) => {
    expect(readFileSync(`docs/reference/${name}`, 'utf8')).toBe(page)
  })

  it('are the same when made again', async () => {
    expect(await referencePages()).toEqual(made)
  })
})

describe('the documentation', () => {
  it('has pages', () => {
    expect(pages).toContain('README.md')
    expect(pages.length).toBeGreaterThan(10)
  })

  it('has no link that leads nowhere', () => {
    const dead: string[] = []
    for (const page of pages)
      for (const [, target] of withoutCode(readFileSync(page, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target!)) continue
        const [file, anchor] = target!.split('#') as [string, string | undefined]
        const there = file === '' ? page : path.posix.join(path.posix.dirname(page), file)
        if (!existsSync(there) || (anchor !== undefined && !headings(there).includes(anchor)))
          dead.push(`${page}: ${target}`)
      }
    expect(dead).toEqual([])
  })

  it('shows only commands and flags that there are', async () => {
    const reference = (await referencePages())['commands.md']!
    const commands = new Set([...reference.matchAll(/^## ([a-z][a-z -]*)$/gm)].map(m => m[1]!.split(' ')[0]))
    const flags = new Set([...reference.matchAll(/--([a-z_]+)/g)].map(m => m[1]))
    const wrong: string[] = []
    let shown = 0
    for (const page of pages)
      for (const [line, command, rest] of codeOf(page).matchAll(/^(?:\$ )?voxmill ([a-z][a-z-]*)(.*)/gm)) {
        const unknown = [...rest!.matchAll(/ --([a-z_-]+)/g)].map(m => m[1]!.replaceAll('-', '_'))
        shown++
        if (!commands.has(command!) || unknown.some(f => !flags.has(f))) wrong.push(`${page}: ${line}`)
      }
    expect(wrong).toEqual([])
    expect(shown).toBeGreaterThan(50)
  })
})

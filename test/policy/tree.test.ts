import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { FINDING_CODES } from '../../src/core/findingCodes.ts'
import { STEPS } from '../../src/steps/registry.ts'

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(e => e.isFile())
    .map(e => path.join(e.parentPath ?? e.path, e.name))

const sources = filesBelow('src').filter(f => f.endsWith('.ts'))
const written = (f: string) => !f.endsWith('.generated.ts')

describe('the source tree', () => {
  it('has no file over 400 lines', () => {
    const long = sources.filter(written).filter(f => readFileSync(f, 'utf8').split('\n').length > 401)
    expect(long).toEqual([])
  })

  it('has no file named after nothing', () => {
    const vague = [...sources, ...filesBelow('test')].filter(f =>
      /^(utils?|helpers?|common|misc|manager|base)\.ts$/i.test(path.basename(f)),
    )
    expect(vague).toEqual([])
  })

  it('has each step in a file of its name', () => {
    const names = new Set(filesBelow('src/steps').map(f => path.basename(f, '.ts')))
    const camel = (step: string) => step.replace(/-(.)/g, (_, c: string) => c.toUpperCase())
    expect(STEPS.names.filter(step => !names.has(camel(step)))).toEqual([])
  })

  it('touches the disk only in storage and the command line', () => {
    const reaching = sources.filter(
      f =>
        !f.startsWith(path.join('src', 'storage')) &&
        /from 'node:(fs|fs\/promises)'/.test(readFileSync(f, 'utf8')),
    )
    expect(reaching).toEqual([])
  })

  it('keeps formats, imaging and core free of Node, so that they run in a browser', () => {
    const bound = sources.filter(
      f => /^src[\\/](formats|imaging|core)[\\/]/.test(f) && /from 'node:/.test(readFileSync(f, 'utf8')),
    )
    expect(bound).toEqual([])
  })
})

describe('finding codes', () => {
  it('are thing-problem, and each tells why and what to do', () => {
    for (const [code, kind] of Object.entries(FINDING_CODES)) {
      expect(code).toMatch(/^[a-z]+(-[a-z0-9]+)+$/)
      expect(kind.title.length, code).toBeGreaterThan(10)
      expect(kind.explanation.length, code).toBeGreaterThan(20)
      expect(kind.remedy, code).toMatch(/[.]$/)
    }
  })

  it('are all used', () => {
    const all = sources.map(f => readFileSync(f, 'utf8')).join('\n')
    const uses = (code: string) => all.split(`'${code}'`).length - 1
    expect(Object.keys(FINDING_CODES).filter(code => uses(code) < 2)).toEqual([])
  })
})

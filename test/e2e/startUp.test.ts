import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { voxmill } from './cli.ts'
import { copyOf, DATASET_MANIFEST, newFolder, phantomRoot } from './phantomRoot.ts'

/** Files of ours that a process may load for a small command: each costs about a millisecond. */
const MOST_FILES = 15

let whole: string
beforeAll(async () => {
  whole = await phantomRoot(4)
  const made = await voxmill(['run', 'nme', '-r', whole, '-j', '1'])
  expect(made.code, made.all).toBe(0)
})

/** The files of the program that a command loads, and the packages that lie in them. */
async function loadedBy(args: readonly string[]): Promise<{ files: string[]; packages: Set<string> }> {
  const folder = newFolder()
  const ended = await voxmill(args, { env: { NODE_V8_COVERAGE: folder } })
  expect(ended.code, ended.all).toBe(0)
  const urls = readdirSync(folder).flatMap(file => {
    const { result } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as {
      result: { url: string }[]
    }
    return result.map(r => r.url).filter(url => url.startsWith('file:'))
  })
  const files = urls.map(url => fileURLToPath(url))
  const packages = new Set<string>()
  for (const file of files)
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm))
      packages.add(name!)
  return { files, packages }
}

describe('a small command loads little', () => {
  const split = (root: string) => {
    const manifest = path.join(root, DATASET_MANIFEST)
    return [
      ...['make-split-predefined', '-m', manifest, '--split_name', 'mine', '--site', 'Tongji'],
      ...['-j', '1', '--remake'],
    ]
  }

  it('neither the parser of profiles nor any step but its own', async () => {
    const { files, packages } = await loadedBy(split(copyOf(whole)))
    expect([...packages]).toEqual(['commander'])
    expect(files.length).toBeLessThanOrEqual(MOST_FILES)
    expect(files.length).toBeGreaterThan(1)
    const text = files.map(file => readFileSync(file, 'utf8')).join('\n')
    expect(text).toContain('// src/steps/share/makeSplitPredefined.ts')
    expect(text).not.toContain('// src/steps/ingest/convertDicom.ts')
  })

  it('the parser where a profile is not one that ships', async () => {
    const root = copyOf(whole)
    const own = path.join(root, 'own.yaml')
    writeFileSync(own, `# mine\n${readFileSync('profiles/nme-2025.8.25.yaml', 'utf8')}`)
    const { packages } = await loadedBy([...split(root), '--profile', own])
    expect(packages).toContain('zod')
    expect(packages).toContain('yaml')
  })
})

import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { PROGRAM, voxmill } from './cli.ts'
import { copyOf, digestsBelow, newFolder, phantomRoot } from './phantomRoot.ts'

const examples = path.resolve('docs/examples')
const own = `"${process.execPath}" "${PROGRAM}"`
const SHARDS = 3

let archive: string
let expected: Record<string, string>
beforeAll(async () => {
  archive = await phantomRoot(5)
  const whole = copyOf(archive)
  const { code, all } = await voxmill(['run', 'nme', '-r', whole, '-j', '2'])
  expect(code, all).toBe(0)
  expected = digestsBelow(path.join(whole, 'grouped'))
})

const isInstalled = (tool: string): boolean => spawnSync(tool, ['-version']).error === undefined

/** Runs a tool in a folder of its own, which has a copy of its example. */
function run(example: string, tool: string, args: readonly string[]) {
  const folder = newFolder()
  cpSync(path.join(examples, example), folder, { recursive: true })
  return spawnSync(tool, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: folder } })
}

describe.skipIf(!isInstalled('snakemake'))('the example for Snakemake (skipped where it is missing)', () => {
  it('gives what one run gives, and has nothing left to do', () => {
    const root = copyOf(archive)
    const args = [
      ...['--snakefile', 'Snakefile', '--cores', '2'],
      ...['--config', `root=${root}`, `shards=${SHARDS}`, `voxmill=${own}`],
    ]
    const first = run('snakemake', 'snakemake', args)
    expect(first.status, first.stderr).toBe(0)
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
    const again = run('snakemake', 'snakemake', args)
    expect(again.status, again.stderr).toBe(0)
    expect(again.stderr).toContain('Nothing to be done')
  }, 180_000)
})

describe.skipIf(!isInstalled('nextflow'))('the example for Nextflow (skipped where it is missing)', () => {
  it('gives what one run gives', () => {
    const root = copyOf(archive)
    const args = ['run', 'main.nf', '--root', root, '--shards', String(SHARDS), '--voxmill', own]
    const { status, stdout, stderr } = run('nextflow', 'nextflow', args)
    expect(status, `${stdout}\n${stderr}`).toBe(0)
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
  }, 180_000)
})

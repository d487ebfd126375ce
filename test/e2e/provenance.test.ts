import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { FINDING_CODES } from '../../src/core/findingCodes.ts'
import { eventsOf, voxmill } from './cli.ts'
import {
  ARCHIVE_MANIFEST,
  copyOf,
  DATASET_MANIFEST,
  filesBelow,
  phantomRoot,
  samplesOf,
  stampsBelow,
} from './phantomRoot.ts'

const SAMPLES = 4
let finished: string
let mask: string
beforeAll(async () => {
  finished = await phantomRoot(SAMPLES)
  const { code, all } = await voxmill(['run', 'nme', '-r', finished, '-j', '1'])
  expect(code, all).toBe(0)
  mask = `grouped/${filesBelow(path.join(finished, 'grouped')).find(f => f.endsWith('_mask.nii.gz'))}`
})

describe('status', () => {
  it('counts what is done, from any folder below the root', async () => {
    for (const place of [finished, path.join(finished, 'grouped/Tongji')]) {
      const { code, all } = await voxmill(['status', place])
      expect(code, all).toBe(0)
      expect(all).toContain(finished)
      expect(all).toMatch(new RegExp(`confirm-pairs +${SAMPLES} +0 `))
      expect(all).toMatch(new RegExp(`extract-binary-masks +${2 * SAMPLES} +0 `))
    }
  })

  it('names what failed, and why', async () => {
    const [, broken] = samplesOf(2, 99)
    const root = await phantomRoot(2, [broken!])
    writeFileSync(path.join(root, broken!.path), 'no image')
    expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(4)
    const [whole] = samplesOf(2)
    writeFileSync(path.join(root, whole!.path), readFileSync(path.join(root, whole!.path)).subarray(0, 900))
    expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(8)
    const ended = await voxmill(['status', root, '--json'])
    expect(ended.code, ended.all).toBe(0)
    const failed = eventsOf(ended).filter(e => e.event === 'failed')
    expect(failed).toHaveLength(1)
    expect(failed[0]).toMatchObject({
      step: 'confirm-pairs',
      case: `Tongji/train-val/train/${whole!.seq}_${whole!.pid}`,
      fault: { name: 'DataError', message: expect.stringMatching(/gzip stream/) },
    })
  })
})

describe('why', () => {
  it('tells what made a file, down to the archive', async () => {
    const { code, all } = await voxmill([
      'why',
      path.join(finished, mask.replace('.nii.gz', '_01_NME.nii.gz')),
    ])
    expect(code, all).toBe(0)
    expect(all).toMatch(/by extract-binary-masks version \d+/)
    expect(all).toContain(mask)
    expect(all).toMatch(/by confirm-pairs version \d+/)
    expect(all).toMatch(/archive\/NME-Seg-2025\.8\.25-\S+ +\(an input/)
    expect(all).toMatch(/up to date/)
  })

  it('tells that a file has changed since', async () => {
    const root = copyOf(finished)
    expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(0)
    writeFileSync(path.join(root, mask), 'changed')
    const { code, all } = await voxmill(['why', path.join(root, mask)])
    expect(code, all).toBe(0)
    expect(all).toMatch(/would be made again/)
  })

  it('says that it did not make a file of the archive', async () => {
    const { code, all } = await voxmill(['why', path.join(finished, 'descriptor/label_map.yaml')])
    expect(code, all).toBe(2)
    expect(all).toMatch(/no receipt claims .*label_map\.yaml/)
  })
})

describe('verify', () => {
  it('finds nothing wrong with a data set that is as it was made', async () => {
    const { code, all } = await voxmill(['verify', finished])
    expect(code, all).toBe(0)
    expect(all).toMatch(/\d+ files checked: 0 changed, 0 missing, .*0 strangers/)
  })

  it('names a file with one flipped bit, a lost one and a stranger', async () => {
    const root = copyOf(finished)
    const bytes = readFileSync(path.join(root, mask))
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(path.join(root, mask), bytes)
    const stranger = `${path.dirname(mask)}/notes.txt`
    writeFileSync(path.join(root, stranger), 'mine')
    const ended = await voxmill(['verify', root, '--json'])
    expect(ended.code, ended.all).toBe(4)
    expect(eventsOf(ended)).toEqual([
      { event: 'changed', path: mask },
      { event: 'stranger', path: stranger },
    ])
  })

  it('does not take a manifest that a person has edited for rot, but tells of it', async () => {
    const root = copyOf(finished)
    const file = path.join(root, ARCHIVE_MANIFEST)
    writeFileSync(file, readFileSync(file).subarray(0, -1))
    const { code, all } = await voxmill(['verify', root])
    expect(code, all).toBe(0)
    expect(all).toMatch(/edited +descriptor\/archive_manifest\.xlsx/)
  })

  it('is content after splits were added to the dataset manifest', async () => {
    const root = copyOf(finished)
    const split = await voxmill([
      ...['make-split-predefined', '-m', path.join(root, DATASET_MANIFEST), '-spn', 'mine'],
    ])
    expect(split.code, split.all).toBe(0)
    const { code, all } = await voxmill(['verify', root])
    expect(code, all).toBe(0)
  })
})

describe('explain, doctor and completion', () => {
  it('explain lists every code, and tells of one why and what to do', async () => {
    const list = await voxmill(['explain'])
    expect(list.code).toBe(0)
    for (const code of Object.keys(FINDING_CODES)) expect(list.out).toContain(code)
    const one = await voxmill(['explain', 'geometry-mismatch'])
    expect(one.code).toBe(0)
    expect(one.out).toMatch(/What to do: Look at both in a viewer/)
    const none = await voxmill(['explain', 'geometry-mismach'])
    expect(none.code).toBe(2)
    expect(none.all).toMatch(/no finding has the code geometry-mismach/)
  })

  it('doctor says what it found', async () => {
    const ended = await voxmill(['doctor', '--json'])
    const names = eventsOf(ended).map(e => e.name)
    expect(names).toEqual(expect.arrayContaining(['voxmill', 'Node.js', 'memory']))
    expect([0, 2]).toContain(ended.code)
  })

  for (const shell of ['bash', 'zsh', 'fish'])
    it(`completion for ${shell} knows all commands`, async () => {
      const { code, out } = await voxmill(['completion', shell])
      expect(code).toBe(0)
      for (const command of ['run', 'confirm-pairs', 'extract-split-index-manifest', 'why'])
        expect(out).toContain(command)
    })
})

describe('--dry-run', () => {
  it('writes nothing at all on a new root', async () => {
    const root = await phantomRoot(2)
    const before = stampsBelow(root)
    const { code, all } = await voxmill(['run', 'nme', '-r', root, '--dry-run'])
    expect(code, all).toBe(0)
    expect(all).toMatch(/do +gen-archive-manifest .*never-made/)
    expect(stampsBelow(root)).toEqual(before)
  })

  it('tells of a finished root what is fresh, and after a change what would be done and why', async () => {
    const root = copyOf(finished)
    expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(0)
    const map = path.join(root, 'descriptor/label_map.yaml')
    const before = stampsBelow(root)
    const fresh = await voxmill(['run', 'nme', '-r', root, '--dry-run'])
    expect(fresh.code, fresh.all).toBe(0)
    expect(fresh.all).not.toMatch(/^do /m)
    expect(stampsBelow(root)).toEqual(before)
    writeFileSync(map, readFileSync(map, 'utf8').replace('1: NME', '1: NonMass'))
    const changed = await voxmill(['run', 'nme', '-r', root, '--dry-run'])
    expect(changed.all).toMatch(/do +extract-binary-masks 01 .*parameters-changed: shortForm/)
    expect(changed.all).toMatch(/keep +confirm-pairs /)
  })
})

describe('what is printed', () => {
  const ESCAPE = '\u001b'

  it('--json gives JSON lines on standard output and words on standard error', async () => {
    const root = copyOf(finished)
    const ended = await voxmill(['run', 'nme', '-r', root, '-j', '1', '--json', '--remake'])
    const events = eventsOf(ended)
    expect(events.at(-1)).toMatchObject({ event: 'end', exit: 0, failed: 0 })
    expect(new Set(events.map(e => e.event))).toEqual(new Set(['stage', 'job', 'end']))
    expect(ended.err).toMatch(/confirm-pairs +4 done/)
  })

  it('--json gives an error as a JSON line too', async () => {
    const ended = await voxmill(['run', 'nme', '-r', path.join(finished, 'nowhere'), '--json'])
    expect(ended.code).toBe(2)
    expect(eventsOf(ended)).toEqual([
      {
        event: 'error',
        name: 'UsageError',
        message: expect.stringContaining('does not exist'),
        remedy: expect.any(String),
        exit: 2,
      },
    ])
  })

  it('has no escape codes where it is no terminal, with or without NO_COLOR', async () => {
    const root = copyOf(finished)
    for (const env of [{ NO_COLOR: '1' }, { NO_COLOR: '', TERM: 'xterm-256color' }])
      for (const args of [
        ['run', 'nme', '-r', root, '-j', '1', '--remake'],
        ['status', root],
        ['explain', 'gzip-corrupt'],
        ['run', 'nme'],
      ])
        expect((await voxmill(args, { env })).all).not.toContain(ESCAPE)
  })
})

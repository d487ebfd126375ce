import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inflateWhole } from '../../../../src/formats/zip/inflateEntry.ts'
import { readZip } from '../../../../src/formats/zip/readZip.ts'
import { verifyZipFile } from '../../../../src/storage/zip/verifyZipFile.ts'
import { writeZipFile, type ZipProgress, type ZipSource } from '../../../../src/storage/zip/writeZipFile.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-zip-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const at = (name: string) => path.join(root, name)

function file(name: string, content: string | Uint8Array): ZipSource {
  mkdirSync(path.dirname(at(`in/${name}`)), { recursive: true })
  writeFileSync(at(`in/${name}`), content)
  return { name, file: at(`in/${name}`) }
}

const text = 'a line of a table, as there are many\n'.repeat(4000)
const noise = (length: number) => {
  const bytes = new Uint8Array(length)
  for (let n = 0, state = 7; n < length; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[n] = state >>> 24
  }
  return bytes
}

/** One of each: text, empty, compressed, noise of several reads, several chunks that deflate, names of other scripts. */
function sources(): ZipSource[] {
  const slowly = Uint8Array.from({ length: 5_000_000 }, (_, n) => (n >> 12) & 255)
  return [
    { name: '病人' },
    file('病人/größe.csv', text),
    file('病人/空.txt', ''),
    file('病人/image.nii.gz', gzipSync(text)),
    file('a/noise.bin', noise(2_500_000)),
    file('a/slow.raw', slowly),
  ]
}

const hasPython = spawnSync('/usr/bin/python3', ['-c', 'pass']).status === 0
const hasUnzip = spawnSync('unzip', ['-v']).status === 0

/** Names, sizes, digests, permissions and methods as Python's zipfile reads them, its checksums included. */
function readByPython(archive: string) {
  const script = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, i.file_size, hashlib.sha256(z.read(i)).hexdigest(), oct(i.external_attr >> 16), i.compress_type] for i in z.infolist()]))
`
  const { stdout, stderr, status } = spawnSync('/usr/bin/python3', ['-c', script, archive], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout) as [string, number, string, string, number][]
}

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

function expected(list: readonly ZipSource[]) {
  return list.map(({ name, file: f }) => {
    const content = f === undefined ? new Uint8Array(0) : readFileSync(f)
    return [f === undefined ? `${name}/` : name, content.length, sha256(content)]
  })
}

describe('an archive of files', () => {
  it('reads back with every byte, and its digest is that of the file', async () => {
    const list = sources()
    const written = await writeZipFile(at('out/all.zip'), list)
    const bytes = readFileSync(at('out/all.zip'))
    expect(written).toEqual({
      digest: sha256(bytes),
      bytes: bytes.length,
      members: 6,
      sourceBytes: list.reduce((sum, s) => sum + (s.file === undefined ? 0 : readFileSync(s.file).length), 0),
    })
    const entries = readZip(bytes)
    const found = []
    for (const entry of entries) found.push([entry.name, entry.size, sha256(await inflateWhole(entry))])
    expect(found).toEqual(expected(list))
    expect(readdirSync(at('out'))).toEqual(['all.zip'])
  })

  it('stores what is compressed already and deflates the rest', async () => {
    await writeZipFile(at('all.zip'), sources())
    const methods = readZip(readFileSync(at('all.zip'))).map(e => [path.posix.basename(e.name), e.method])
    expect(methods).toEqual([
      ['病人', 0],
      ['größe.csv', 8],
      ['空.txt', 0],
      ['image.nii.gz', 0],
      ['noise.bin', 0],
      ['slow.raw', 8],
    ])
  })

  it('has the same bytes whenever it is made and whatever the files permit', async () => {
    const list = sources()
    const { digest } = await writeZipFile(at('one.zip'), list)
    for (const { file: f } of list)
      if (f !== undefined) {
        utimesSync(f, 1e9, 1e9)
        chmodSync(f, 0o600)
      }
    expect((await writeZipFile(at('two.zip'), list)).digest).toBe(digest)
  })

  it.skipIf(!hasPython)('is read by zipfile of Python (skipped where Python is missing)', async () => {
    const list = sources()
    await writeZipFile(at('all.zip'), list)
    const found = readByPython(at('all.zip'))
    expect(found.map(([name, size, digest]) => [name, size, digest])).toEqual(expected(list))
    expect(found.map(f => f[3])).toEqual(['0o40755', ...Array(5).fill('0o100644')])
  })

  it.skipIf(!hasUnzip)('passes unzip -t (skipped where unzip is missing)', async () => {
    await writeZipFile(at('all.zip'), sources())
    const { status, stdout } = spawnSync('unzip', ['-t', at('all.zip')], { encoding: 'utf8' })
    expect(status, stdout).toBe(0)
  })

  it.skipIf(!hasPython)('is read with zip64 records too (skipped where Python is missing)', async () => {
    // Limits so low that every size, offset and number is in a zip64 field.
    const list = sources()
    await writeZipFile(at('all.zip'), list, { limits: { bytes: 1, members: 1 } })
    const bytes = readFileSync(at('all.zip'))
    expect(bytes.includes(Buffer.from('504b0606', 'hex'))).toBe(true)
    expect(readByPython(at('all.zip')).map(f => f.slice(0, 3))).toEqual(expected(list))
    expect(readZip(bytes).map(e => e.size)).toEqual(expected(list).map(e => e[1]))
    if (hasUnzip) expect(spawnSync('unzip', ['-tq', at('all.zip')]).status).toBe(0)
  })

  it.skipIf(!hasPython)(
    'may have 70,000 members (skipped where Python is missing)',
    async () => {
      const { file: f } = file('one.txt', 'one')
      const names = Array.from({ length: 70_000 }, (_, n) => `folder/${n}.txt`)
      const { members } = await writeZipFile(
        at('many.zip'),
        names.map(name => ({ name, file: f! })),
      )
      expect(members).toBe(70_000)
      const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    print("\\n".join(z.namelist()))
    assert z.read("folder/0.txt") == z.read("folder/69999.txt") == b"one"
`
      const { stdout, stderr, status } = spawnSync('/usr/bin/python3', ['-c', script, at('many.zip')], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      })
      expect(status, stderr).toBe(0)
      expect(stdout.trim().split('\n')).toEqual(names)
      if (hasUnzip) expect(spawnSync('unzip', ['-tqq', at('many.zip')]).status).toBe(0)
    },
    180_000,
  )

  it('may be empty', async () => {
    expect(await writeZipFile(at('none.zip'), [])).toMatchObject({ bytes: 22, members: 0 })
    expect(readZip(readFileSync(at('none.zip')))).toEqual([])
  })

  it('tells how far it is', async () => {
    const told: ZipProgress[] = []
    await writeZipFile(at('all.zip'), sources(), { onProgress: p => told.push(p) })
    const total = 2_500_000 + 5_000_000 + text.length + gzipSync(text).length
    expect(told.filter(p => p.stage === 'packing').at(-1)).toEqual({
      stage: 'packing',
      members: 6,
      bytes: total,
    })
    expect(told.at(-1)).toMatchObject({ stage: 'verifying', members: 6 })
    for (const [n, p] of told.entries())
      if (n > 0 && p.stage === told[n - 1]!.stage) expect(p.bytes).toBeGreaterThanOrEqual(told[n - 1]!.bytes)
  })
})

describe('an archive that cannot be written', () => {
  const nothingNew = () => {
    expect(readFileSync(at('out/all.zip'), 'utf8')).toBe('the archive of yesterday')
    expect(readdirSync(at('out'))).toEqual(['all.zip'])
  }
  beforeEach(() => {
    mkdirSync(at('out'))
    writeFileSync(at('out/all.zip'), 'the archive of yesterday')
  })

  it('leaves the old one and nothing else when a source is gone', async () => {
    const list = [...sources(), { name: 'gone.txt', file: at('in/gone.txt') }]
    await expect(writeZipFile(at('out/all.zip'), list)).rejects.toMatchObject({
      code: 'file-unreadable',
      message: `${at('in/gone.txt')} was there and is gone`,
    })
    nothingNew()
  })

  it('leaves the old one when the list breaks off', async () => {
    function* broken() {
      yield* sources()
      throw new RangeError('the walk broke off')
    }
    await expect(writeZipFile(at('out/all.zip'), broken())).rejects.toThrow('the walk broke off')
    nothingNew()
  })

  it('leaves the old one when a file changes while it is packed', async () => {
    const list = sources()
    const growing = list.at(-1)!.file!
    let told = 0
    const onProgress = (p: ZipProgress) => {
      if (p.members === 5 && p.stage === 'packing' && ++told === 3) writeFileSync(growing, randomBytes(10))
    }
    await expect(writeZipFile(at('out/all.zip'), list, { onProgress })).rejects.toMatchObject({
      code: 'file-unreadable',
      message: `${growing} was changed while it was read`,
    })
    nothingNew()
  })

  it('leaves the old one when what was written does not read back', async () => {
    const onProgress = (p: ZipProgress) => {
      if (p.stage !== 'verifying' || p.members !== 1) return
      const draft = readdirSync(at('out')).find(name => name.endsWith('.voxmill-tmp'))!
      const bytes = readFileSync(at(`out/${draft}`))
      // In the data of the last member, which is read much later than the first.
      const place = bytes.length - 2000
      bytes[place]! ^= 1
      writeFileSync(at(`out/${draft}`), bytes)
    }
    const list = [...sources(), file('z.bin', noise(3_000_000))]
    await expect(writeZipFile(at('out/all.zip'), list, { onProgress })).rejects.toMatchObject({
      name: 'WriteError',
      message: expect.stringContaining('does not read back as it was written: the member z.bin'),
    })
    nothingNew()
  })
})

describe('verifying an archive', () => {
  it('finds any flipped bit of headers, data and directory, but for fields that nothing depends on', async () => {
    await writeZipFile(at('small.zip'), [
      { name: 'f' },
      file('f/a.txt', 'some text, some text, some text, some text'),
      file('f/b.gz', gzipSync('b')),
    ])
    const bytes = readFileSync(at('small.zip'))
    const unseen: number[] = []
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      writeFileSync(at('flipped.zip'), flipped)
      const outcome = await verifyZipFile(at('flipped.zip')).catch((error: Error) => error)
      if (!(outcome instanceof Error)) unseen.push(bit >> 3)
      else expect(outcome.name).toBe('ZipInvalidError')
    }
    // Versions, flags, dates and attributes, and the count of members of this disk: 17 bytes of each of three local
    // headers and 21 of each of three entries at most.
    expect(new Set(unseen).size).toBeLessThan(3 * (17 + 21) + 22)
    for (const { name, data } of readZip(bytes)) {
      const from = data[0]!.byteOffset - bytes.byteOffset
      // The last byte of a deflate stream has bits that fill it up.
      const to = from + data[0]!.length - (name === 'f/a.txt' ? 1 : 0)
      expect(unseen.filter(byte => byte >= from && byte < to)).toEqual([])
    }
  })

  it('tells an archive that was cut off', async () => {
    await writeZipFile(at('all.zip'), sources())
    const bytes = readFileSync(at('all.zip'))
    for (const length of [0, 10, 5000, bytes.length - 1]) {
      writeFileSync(at('cut.zip'), bytes.subarray(0, length))
      await expect(verifyZipFile(at('cut.zip'))).rejects.toMatchObject({ name: 'ZipInvalidError' })
    }
  })
})

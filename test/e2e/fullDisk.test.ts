import { spawnSync } from 'node:child_process'
import { cpSync, openSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROGRAM, voxmill } from './cli.ts'
import { digestsBelow, expectNothingHalfWritten, newFolder, phantomRoot } from './phantomRoot.ts'

const command = (name: string, ...args: string[]) => spawnSync(name, args, { encoding: 'utf8' })

/** A file system of its own, in memory; undefined where this user may not mount one. */
function smallDisk(size: string): string | undefined {
  const folder = newFolder()
  return command('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'voxmill-test', folder).status === 0
    ? folder
    : undefined
}

const disk = smallDisk('2m')
afterAll(() => {
  if (disk !== undefined) command('umount', disk)
})
// Only root may mount, and not in every container.
const withDisk = describe.skipIf(disk === undefined)

let archive: string
let expected: Record<string, string>
beforeAll(async () => {
  archive = await phantomRoot(4)
  const reference = newFolder()
  cpSync(archive, reference, { recursive: true })
  const { code, all } = await voxmill(['run', 'nme', '-r', reference, '-j', '1'])
  expect(code, all).toBe(0)
  expected = digestsBelow(path.join(reference, 'grouped'))
})

withDisk('a disk without space (skipped where no tmpfs can be mounted)', () => {
  for (const left of [0, 16, 64, 150, 250])
    for (const jobs of ['1', '2'])
      it(`${left} KB before the end, -j ${jobs}: told, nothing half-written, and done once there is space`, async () => {
        const root = path.join(disk!, 'root')
        const ballast = path.join(disk!, 'ballast')
        cpSync(archive, root, { recursive: true })
        try {
          const { bavail, bsize } = statfsSync(disk!)
          writeFileSync(ballast, new Uint8Array(Math.max(0, bavail * bsize - left * 1024)))
          const run = await voxmill(['run', 'nme', '-r', root, '-j', jobs])
          expect(run.code, run.all).toBe(8)
          expect(run.all).toMatch(/cannot write .*: no space is left on the device/)
          expect(run.all).toMatch(/Free space on the disk.*finished work is kept/)
          expect(run.all).not.toMatch(/\n\s+at /)
          expectNothingHalfWritten(root)
          rmSync(ballast)
          const again = await voxmill(['run', 'nme', '-r', root, '-j', jobs])
          expect(again.code, again.all).toBe(0)
          expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
        } finally {
          rmSync(ballast, { force: true })
          rmSync(root, { recursive: true, force: true })
        }
      })

  it('that is read-only: a run is refused, what only reads works', async () => {
    const root = path.join(disk!, 'root')
    cpSync(archive, root, { recursive: true })
    expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(0)
    const before = digestsBelow(root)
    expect(command('mount', '-o', 'remount,ro', disk!).status).toBe(0)
    try {
      const run = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
      expect(run.code, run.all).toBe(2)
      expect(run.all).toMatch(/cannot write .*read-only file system/)
      expect(run.all).toMatch(/choose another output folder/)
      for (const args of [['status'], ['verify'], ['run', 'nme', '--dry-run', '-r']]) {
        const { code, all } = await voxmill([...args, root])
        expect(code, all).toBe(0)
      }
      expect(digestsBelow(root)).toEqual(before)
    } finally {
      command('mount', '-o', 'remount,rw', disk!)
      rmSync(root, { recursive: true, force: true })
    }
  })

  it('that is read-only for the archive alone is no hindrance', async () => {
    const root = newFolder()
    cpSync(path.join(archive, 'descriptor'), path.join(root, 'descriptor'), { recursive: true })
    cpSync(path.join(archive, 'archive'), path.join(disk!, 'archive'), { recursive: true })
    expect(command('ln', '-s', path.join(disk!, 'archive'), path.join(root, 'archive')).status).toBe(0)
    command('mount', '-o', 'remount,ro', disk!)
    try {
      const run = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
      expect(run.code, run.all).toBe(0)
      expect(Object.keys(digestsBelow(path.join(root, 'grouped')))).toEqual(Object.keys(expected))
    } finally {
      command('mount', '-o', 'remount,rw', disk!)
      rmSync(path.join(disk!, 'archive'), { recursive: true })
    }
  })
})

describe.skipIf(process.platform !== 'linux')('/dev/full (Linux only)', () => {
  it('as standard output: told on standard error, exit code 1', () => {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'explain'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(1)
    expect(stderr).toMatch(/standard output cannot be written/)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  it('as standard output of a run: the files are made all the same', async () => {
    const root = newFolder()
    cpSync(archive, root, { recursive: true })
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'run', 'nme', '-r', root, '-j', '1'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(1)
    expectNothingHalfWritten(root)
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
  })

  it('as output file: refused', async () => {
    const run = await voxmill([
      ...['gen-archive-manifest', '-r', path.join(archive, 'archive'), '-o', '/dev/full'],
      ...['--workspace', newFolder()],
    ])
    expect(run.code, run.all).toBe(2)
    expect(run.all).toMatch(/\/dev\/full is a device, not a file/)
  })
})

it('a reader that closes the pipe early does not stop a run', async () => {
  const root = newFolder()
  cpSync(archive, root, { recursive: true })
  const line = `"${process.execPath}" "${PROGRAM}" run nme -r "${root}" -j 1 --json | head -n 1; exit "\${PIPESTATUS[0]}"`
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
})

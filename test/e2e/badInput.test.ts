import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  bothWays,
  bytesOf,
  expectOutcome,
  inArchive,
  mask,
  pairedAs,
  put,
  REFUSED_BY_PAIRING,
  scannedAs,
  toTheEnd,
  volume,
  WHOLE,
  withVictim,
} from './brokenArchive.ts'
import { voxmill } from './cli.ts'
import { copyOf } from './phantomRoot.ts'

describe('a file that is no whole gzip stream', () => {
  it('cut off in the middle: refused with its mask, told by the scan', async () => {
    const root = copyOf(withVictim)
    put(root, volume, bytesOf(root, volume).subarray(0, 900))
    const said = await bothWays(root, toTheEnd(scannedAs('gzip-truncated')))
    expect(said).toContain('Copy the file again from its source')
  })

  it('cut off by its last four bytes', async () => {
    const root = copyOf(withVictim)
    put(root, volume, bytesOf(root, volume).subarray(0, -4))
    await bothWays(root, scannedAs('gzip-truncated'))
  })

  it('one bit flipped in the voxels', async () => {
    const root = copyOf(withVictim)
    const bytes = bytesOf(root, volume)
    bytes[Math.floor(bytes.length * 0.8)]! ^= 4
    put(root, volume, bytes)
    await bothWays(root, pairedAs('gzip-corrupt', volume.path))
  })

  it('one bit flipped in the CRC', async () => {
    const root = copyOf(withVictim)
    const bytes = bytesOf(root, volume)
    bytes[bytes.length - 8]! ^= 1
    put(root, volume, bytes)
    await bothWays(root, pairedAs('gzip-corrupt', volume.path))
  })

  it('one bit flipped in the length: the scan looks into the whole file', async () => {
    const root = copyOf(withVictim)
    const bytes = bytesOf(root, volume)
    bytes[bytes.length - 4]! ^= 1
    put(root, volume, bytes)
    await bothWays(root, scannedAs('gzip-corrupt'))
  })

  it('no bytes at all', async () => {
    const root = copyOf(withVictim)
    put(root, mask, new Uint8Array(0))
    await bothWays(root, scannedAs('file-empty', mask))
  })

  it('a web page named .nii.gz', async () => {
    const root = copyOf(withVictim)
    put(root, mask, Buffer.from('<!DOCTYPE html><html><body>Please log in</body></html>'))
    await bothWays(root, scannedAs('nifti-invalid', mask))
  })

  it('fewer voxels than the header promises', async () => {
    const root = copyOf(withVictim)
    put(root, volume, gzipSync(gunzipSync(bytesOf(root, volume)).subarray(0, 1000)))
    await bothWays(root, scannedAs('nifti-voxels-missing'))
  })
})

describe('a path that is no file', () => {
  it('a folder named .nii.gz', async () => {
    const root = copyOf(withVictim)
    rmSync(path.join(root, volume.path))
    mkdirSync(path.join(root, volume.path))
    await bothWays(root, {
      ...scannedAs('file-not-regular'),
      exit: REFUSED_BY_PAIRING,
      scanned: `file-not-regular warning ${inArchive(volume)}`,
    })
  })

  it('a link that leads to itself', async () => {
    const root = copyOf(withVictim)
    rmSync(path.join(root, volume.path))
    symlinkSync(path.basename(volume.path), path.join(root, volume.path))
    await bothWays(root, {
      ...scannedAs('symlink-loop'),
      exit: REFUSED_BY_PAIRING,
      scanned: `symlink-loop warning ${inArchive(volume)}`,
    })
  })

  it('a link to the folder that it lies in: told, not followed, and nothing is missing', async () => {
    const root = copyOf(withVictim)
    symlinkSync('.', path.join(root, 'archive/again'))
    await bothWays(root, {
      exit: { run: 0, steps: [0, 0, 0, 0] },
      scanned: 'symlink-loop warning again',
      made: WHOLE,
    })
  })

  it('a link that leads nowhere', async () => {
    const root = copyOf(withVictim)
    rmSync(path.join(root, volume.path))
    symlinkSync('/nowhere/at/all.nii.gz', path.join(root, volume.path))
    await bothWays(root, scannedAs('symlink-broken'))
  })

  it('a link to a sound file elsewhere is as good as the file', async () => {
    const root = copyOf(withVictim)
    const elsewhere = path.join(root, 'elsewhere.nii.gz')
    writeFileSync(elsewhere, bytesOf(root, volume))
    rmSync(path.join(root, volume.path))
    symlinkSync(elsewhere, path.join(root, volume.path))
    await bothWays(root, { exit: { run: 0, steps: [0, 0, 0, 0] }, made: WHOLE })
  })

  // Root may read everything, so as root the commands run as a user who owns the root but not the file.
  it('a file that may not be read', async () => {
    const root = copyOf(withVictim)
    chmodSync(path.join(root, volume.path), 0)
    const as = process.getuid?.() === 0 ? { as: { uid: 65534 } } : {}
    await bothWays(root, { ...scannedAs('file-unreadable'), ...as })
  })
})

it('a file that is mended makes its sample whole on the next run', async () => {
  const root = copyOf(withVictim)
  const sane = bytesOf(root, volume)
  put(root, volume, sane.subarray(0, 900))
  expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(8)
  put(root, volume, sane)
  const again = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
  expect(again.code, again.all).toBe(0)
  await expectOutcome(root, { exit: { run: 0, steps: [0, 0, 0, 0] }, made: WHOLE })
})

import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataError } from '../../../src/core/dataError.ts'
import { nonrigidMaps } from '../../../src/formats/elastix/defaultMaps.ts'
import { withParameters } from '../../../src/formats/elastix/parameterMap.ts'
import { registerImages, usedMaps } from '../../../src/registration/registerImages.ts'
import { takeSeenTogether } from '../../../src/storage/processMemory.ts'
import { blobGrid, blobs } from '../../oracle/registration/blobs.ts'

let folder: string
const path0 = process.env.PATH
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'voxmill-test-'))
  process.env.PATH = `${folder}${path.delimiter}${path0}`
})
afterEach(() => {
  process.env.PATH = path0
  rmSync(folder, { recursive: true, force: true })
})

/** An executable called elastix, first on PATH, that tells a version and then does what the script says. */
function fakeElastix(script: string): string {
  const file = path.join(folder, 'elastix')
  writeFileSync(
    file,
    `#!/bin/sh\nif [ "$1" = --version ]; then echo "elastix version: 5.0.1"; exit 0; fi\n${script}\n`,
  )
  chmodSync(file, 0o755)
  return file
}

const image = blobs(blobGrid([12, 12, 12], [2, 2, 2], [-11, -11, -11]))
const request = (engine: 'auto' | 'native' | 'wasm', timeoutSeconds = 60) => ({
  fixed: image,
  moving: image,
  maps: usedMaps(nonrigidMaps().slice(0, 1), 20),
  engine,
  threads: 1,
  timeoutSeconds,
  where: 'case-1',
})

const failure = async (engine: 'native' | 'wasm', timeoutSeconds?: number): Promise<DataError> => {
  const error = await registerImages(request(engine, timeoutSeconds)).catch(e => e)
  expect(error).toBeInstanceOf(DataError)
  return error
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A process that is dead but not yet waited for still has a number.
    return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) await new Promise(r => setTimeout(r, 50))
  expect(condition()).toBe(true)
}

const pids = (): number[] => readFileSync(path.join(folder, 'pids'), 'utf8').trim().split(/\s+/).map(Number)
/** Hangs, with a child of its own, after it has told both numbers. */
const HANGS =
  'echo begun; sleep 1000 & echo $$ $! > "$(dirname "$0")/pids.new"; mv "$(dirname "$0")/pids.new" "$(dirname "$0")/pids"; wait'

describe.skipIf(process.platform === 'win32')('a registration', () => {
  it('that hangs is killed with all it started; what it said is kept', async () => {
    fakeElastix(HANGS)
    const error = await failure('native', 3)
    expect(error).toMatchObject({ code: 'registration-timeout', log: 'begun\n' })
    expect(error.message).toBe('case-1: elastix was ended after 3 s')
    await until(() => pids().every(pid => !isAlive(pid)))
  })

  it('ends when the process that asked for it is killed', async () => {
    const command = fakeElastix(HANGS)
    const scratch = mkdtempSync(path.join(tmpdir(), 'voxmill-test-'))
    const script = path.resolve('dist/elastixChild.js')
    const parent = spawn(process.execPath, [
      '-e',
      `const c = require('child_process').fork(${JSON.stringify(script)}, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true })
       c.send(${JSON.stringify({ engine: 'native', command, args: [], folder: scratch })})`,
    ])
    await until(() => existsSync(path.join(folder, 'pids')))
    expect(pids().every(isAlive)).toBe(true)
    parent.kill('SIGKILL')
    await until(() => pids().every(pid => !isAlive(pid)))
    await until(() => !existsSync(scratch))
  })

  it('that fails tells the reason in the words of elastix, and keeps its log', async () => {
    fakeElastix(
      'echo "itk::ExceptionObject (0x1)"; echo "Description: itk::ERROR: Too many samples map outside moving image buffer: 1 / 2048"; exit 255',
    )
    const error = await failure('native')
    expect(error).toMatchObject({ code: 'registration-failed', where: 'case-1' })
    expect(error.message).toContain('too many samples fell outside the moving image')
    expect(error.log).toContain('Too many samples map')
  })

  it('that is killed by the system tells so', async () => {
    fakeElastix('kill -9 $$')
    expect((await failure('native')).message).toBe('case-1: elastix broke off: signal SIGKILL')
  })

  it('by WebAssembly is killed when time is up, though it blocks its thread', async () => {
    const maps = nonrigidMaps().map(map => withParameters(map, { MaximumNumberOfIterations: ['100000'] }))
    const error = await registerImages({ ...request('wasm', 6), maps: usedMaps(maps) }).catch(e => e)
    expect(error).toMatchObject({ code: 'registration-timeout' })
  })
})

it.skipIf(process.platform !== 'linux')(
  'what elastix has in memory is seen, since the job needs it (Linux only)',
  async () => {
    const node = JSON.stringify(process.execPath)
    fakeElastix(
      `${node} -e 'globalThis.held = Buffer.alloc(2e8, 1); setTimeout(() => process.exit(3), 1500)'`,
    )
    takeSeenTogether()
    await failure('native')
    expect(takeSeenTogether()).toBeGreaterThan(2e8 + 50e6)
  },
)

describe('the engine', () => {
  it('is WebAssembly where elastix is not installed', async () => {
    process.env.PATH = folder
    expect(await registerImages(request('auto'))).toMatchObject({ engine: 'wasm', threads: 1 })
    await expect(registerImages(request('native'))).rejects.toThrow('elastix is not installed')
  })
})

describe('usedMaps', () => {
  it('leaves result images out and writes numbers in full', () => {
    const [map] = usedMaps(nonrigidMaps(), 7)
    expect(map!.get('WriteResultImage')).toEqual(['false'])
    expect(map!.get('DefaultOutputPrecision')).toEqual(['17'])
    expect(map!.get('MaximumNumberOfIterations')).toEqual(['7'])
  })

  it.each([
    [{ Transform: ['SplineKernelTransform'] }, 'parameter map 1: the transform SplineKernelTransform'],
    [{ HowToCombineTransforms: ['Add'] }, 'parameter map 1: transforms that are added'],
    [{ BSplineTransformSplineOrder: ['2'] }, 'parameter map 1: only B-splines of order 3'],
  ])('refuses %j before anything is run', (change, message) => {
    const [first, second] = nonrigidMaps()
    expect(() => usedMaps([first!, withParameters(second!, change)])).toThrow(message)
  })
})

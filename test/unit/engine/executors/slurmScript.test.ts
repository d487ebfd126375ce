import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ArrayRequest,
  arrayScript,
  shellQuoted,
  slurmMemory,
  slurmQuoted,
} from '../../../../src/engine/executors/slurmScript.ts'

const REQUEST: ArrayRequest = {
  name: 'voxmill-confirm-pairs-1',
  tasks: 12,
  bytes: 4 * 2 ** 30,
  minutes: 240,
  folder: '/data/it\'s a "Büro" 50 %/.voxmill/slurm/r/stage1-1',
  root: '/data/it\'s a "Büro" 50 %',
  program: ['/opt/node 22/bin/node', '/opt/voxmill.js', 'job', '--shard'],
  args: ['--partition=long', '-A lab'],
}

describe('the script of an array', () => {
  it('has all that sbatch needs, folders of odd names quoted, and what was passed on last', () => {
    expect(arrayScript(REQUEST)).toBe(`#!/bin/sh
#SBATCH --job-name=voxmill-confirm-pairs-1
#SBATCH --array=0-11
#SBATCH --ntasks=1
#SBATCH --mem=4G
#SBATCH --time=240
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --chdir="/data/it's a \\"Büro\\" 50 %"
#SBATCH --output="/data/it's a \\"Büro\\" 50 %%/.voxmill/slurm/r/stage1-1/%a.log"
#SBATCH --partition=long
#SBATCH -A lab
exec '/opt/node 22/bin/node' /opt/voxmill.js job --shard '/data/it'\\''s a "Büro" 50 %/.voxmill/slurm/r/stage1-1/'"$SLURM_ARRAY_TASK_ID.json"
`)
  })

  it.skipIf(process.platform === 'win32')(
    'gives its program the shard of the task, whatever the folder is called (needs sh)',
    () => {
      const odd = fc.string({
        unit: fc.constantFrom("'", '"', ' ', '$', '`', 'ü', '%', '&', ';', '*', '#', '!', 'a'),
      })
      fc.assert(
        fc.property(odd, name => {
          const folder = `/data/${name}`
          const script = arrayScript({ ...REQUEST, folder, root: '/data', program: ['printf', '%s', 'job'] })
          const said = execFileSync('sh', ['-s'], {
            input: script,
            env: { ...process.env, SLURM_ARRAY_TASK_ID: '7' },
            encoding: 'utf8',
          })
          expect(said).toBe(`job${folder}/7.json`)
        }),
        { numRuns: 30 },
      )
    },
  )

  it('refuses a folder whose name Slurm would take for something else', () => {
    expect(() => slurmQuoted('/data/a\\b')).toThrow(/Slurm cannot be told of the folder/)
    expect(() => slurmQuoted('/data/a\nb')).toThrow(/Slurm cannot be told of the folder/)
  })

  it('asks for memory in whole MiB or GiB, never for less', () => {
    expect(slurmMemory(2 ** 31)).toBe('2G')
    expect(slurmMemory(60 * 2 ** 20)).toBe('60M')
    expect(slurmMemory(60 * 2 ** 20 + 1)).toBe('61M')
    expect(slurmMemory(1)).toBe('1M')
  })

  it('leaves plain words as they are', () => {
    expect(shellQuoted('--shard=/a/b-c_1.json')).toBe('--shard=/a/b-c_1.json')
    expect(shellQuoted('')).toBe("''")
  })
})

import { describe, expect, it } from 'vitest'
import { normalizeArgv } from '../../../src/cli/argv.ts'

describe('the command line', () => {
  it('takes long flags with hyphens or underscores', () => {
    expect(normalizeArgv(['run', 'nme', '--root-dir=/a-b', '--dry-run'])).toEqual([
      'run',
      'nme',
      '--root_dir=/a-b',
      '--dry_run',
    ])
  })

  it('leaves what is meant for sbatch as it was typed', () => {
    const told = ['--slurm_arg', '--cpus-per-task=4', '--slurm_arg=--mem-per-cpu=2G']
    expect(normalizeArgv(['run', 'nme', '--slurm-arg', ...told.slice(1)])).toEqual(['run', 'nme', ...told])
    expect(normalizeArgv(['run', 'nme', '--slurm_arg'])).toEqual(['run', 'nme', '--slurm_arg'])
  })
})

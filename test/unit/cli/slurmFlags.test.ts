import { describe, expect, it } from 'vitest'
import { isOnCluster, parseSlurmArg, parseSlurmSizes } from '../../../src/cli/slurmFlags.ts'

describe('flags for Slurm', () => {
  it('take sizes as Slurm has them, powers of 1024, in any order', () => {
    expect(parseSlurmSizes('16G,4g,512M')).toEqual([512 * 2 ** 20, 4 * 2 ** 30, 16 * 2 ** 30])
    expect(parseSlurmSizes('1.5T')).toEqual([1.5 * 2 ** 40])
    for (const wrong of ['', '4', '4GB', '0G', '4G,,8G', '-1G'])
      expect(() => parseSlurmSizes(wrong), wrong).toThrow(/such as/)
  })

  it('are refused where they would say nothing', () => {
    expect(isOnCluster({ executor: 'slurm', max_array: 4 })).toBe(true)
    expect(isOnCluster({ executor: 'local' })).toBe(false)
    expect(() => isOnCluster({ executor: 'local', max_array: 4 })).toThrow(/--max_array is for a cluster/)
    expect(() => isOnCluster({ leave_jobs: true })).toThrow(/--leave_jobs is for a cluster/)
  })

  it('take options of sbatch one by one', () => {
    expect(parseSlurmArg('-A lab', parseSlurmArg('--partition=long'))).toEqual(['--partition=long', '-A lab'])
    for (const wrong of ['long', '', '--a\n--b'])
      expect(() => parseSlurmArg(wrong), wrong).toThrow(/one option/)
  })
})

import { describe, expect, it } from 'vitest'
import {
  isAlive,
  isQueued,
  parseEnd,
  parseLargestArray,
  parseStates,
  parseSubmitted,
} from '../../../../src/engine/executors/slurmCommands.ts'

describe('what Slurm says', () => {
  it('of a submission', () => {
    expect(parseSubmitted('1234\n')).toBe('1234')
    expect(parseSubmitted('1234;cluster\n')).toBe('1234')
    expect(parseSubmitted('sbatch: error: invalid partition\n')).toBeUndefined()
  })

  it('of the tasks of arrays, those of others and jobs that are none left out', () => {
    const states = parseStates(
      '7|4|PENDING|Resources\n7|0|RUNNING|None\n7|1|OUT_OF_MEMORY|OutOfMemory\n8|N/A|RUNNING|None\n7|2|PENDING|BeginTime\n\n',
    )
    expect([...states]).toEqual([
      ['7_4', { state: 'PENDING', reason: 'Resources' }],
      ['7_0', { state: 'RUNNING', reason: 'None' }],
      ['7_1', { state: 'OUT_OF_MEMORY', reason: 'OutOfMemory' }],
      ['7_2', { state: 'PENDING', reason: 'BeginTime' }],
    ])
  })

  it('by states that are over or not', () => {
    const of = (state: string) => ({ state, reason: '' })
    for (const state of ['PENDING', 'RUNNING', 'COMPLETING', 'REQUEUED', 'SUSPENDED'])
      expect(isAlive(of(state)), state).toBe(true)
    for (const state of [
      'COMPLETED',
      'FAILED',
      'CANCELLED',
      'TIMEOUT',
      'NODE_FAIL',
      'OUT_OF_MEMORY',
      'PREEMPTED',
    ])
      expect(isAlive(of(state)), state).toBe(false)
    expect(isAlive(undefined)).toBe(false)
    expect(isQueued(of('PENDING'))).toBe(true)
    expect(isQueued(of('RUNNING'))).toBe(false)
  })

  it('of how a task ended', () => {
    const line = (code: string) =>
      `JobId=1 ArrayJobId=1 ArrayTaskId=0 JobState=FAILED Reason=NonZeroExitCode DerivedExitCode=0:0 ExitCode=${code} RunTime=00:00:01`
    expect(parseEnd(line('0:11'))).toBe('signal 11')
    expect(parseEnd(line('137:0'))).toBe('exit code 137')
    expect(parseEnd('slurm_load_jobs error: Invalid job id specified')).toBeUndefined()
  })

  it('of the largest array', () => {
    expect(
      parseLargestArray('MailProg = /bin/mail\nMaxArraySize            = 101\nMaxJobCount = 10000'),
    ).toBe(101)
    expect(parseLargestArray('MaxArraySize = 0')).toBe(0)
    expect(parseLargestArray('')).toBe(1001)
  })
})

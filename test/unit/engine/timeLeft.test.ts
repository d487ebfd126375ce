import { describe, expect, it } from 'vitest'
import { makeConsole } from '../../../src/cli/console.ts'
import { progressListener } from '../../../src/cli/progress.ts'
import type { JobOutcome } from '../../../src/engine/job.ts'
import { TimeLeft } from '../../../src/engine/timeLeft.ts'

const outcome = (step: string, seconds: number, weight: number, status: JobOutcome['status'] = 'done') => ({
  ...{ step, case: 'a', findings: [], bytesWritten: 0, inflated: [], digests: [] },
  ...{ seconds, weight, status },
})

describe('time left', () => {
  it('is not told before anything is known', () => {
    expect(new TimeLeft([{ step: 'warp', jobs: 3, weight: 30 }], 1).seconds(0)).toBeUndefined()
  })

  it('goes by the bytes of each step at its own rate, shared by the workers', () => {
    const left = new TimeLeft(
      [
        { step: 'warp', jobs: 10, weight: 100 },
        { step: 'crop', jobs: 10, weight: 100 },
      ],
      2,
    )
    left.ended(outcome('warp', 20, 10))
    left.ended(outcome('crop', 1, 10))
    // 90 bytes at 2 s and 90 at 0.1 s a byte.
    expect(left.seconds(1)).toBeCloseTo((180 + 9) / 2)
  })

  it('goes by the number of jobs where they read nothing of size', () => {
    const left = new TimeLeft([{ step: 'list', jobs: 5, weight: 0 }], 1)
    left.ended(outcome('list', 3, 0))
    expect(left.seconds(1)).toBeCloseTo(12)
  })

  it('begins with what receipts tell, and soon believes this run more', () => {
    const earlier = { jobs: 100, seconds: 100, weight: 1000, written: 0 }
    const left = new TimeLeft([{ step: 'warp', jobs: 100, weight: 1000, earlier }], 1)
    expect(left.seconds(0)).toBeCloseTo(100)
    let elapsed = 0
    for (let i = 0; i < 50; i++) {
      left.ended(outcome('warp', 3, 10))
      elapsed += 3
    }
    // Half is left, at three times the earlier time.
    expect(left.seconds(elapsed)).toBeGreaterThan(120)
    expect(left.seconds(elapsed)).toBeLessThan(150)
  })

  it('does not take what was finished before for speed', () => {
    const left = new TimeLeft([{ step: 'warp', jobs: 10, weight: 100 }], 1)
    for (let i = 0; i < 5; i++) left.ended(outcome('warp', 0, 10, 'fresh'))
    expect(left.seconds(0)).toBeUndefined()
    left.ended(outcome('warp', 7, 10))
    expect(left.seconds(7)).toBeCloseTo(28)
  })

  it('sees that the machine does less beside each other than there are workers', () => {
    const left = new TimeLeft([{ step: 'warp', jobs: 20, weight: 20 }], 4)
    // Eight seconds of work in four: two at a time.
    for (let i = 0; i < 8; i++) left.ended(outcome('warp', 1, 1))
    expect(left.seconds(4)).toBeCloseTo(12 / 2)
  })
})

describe('progress, by a clock that is told', () => {
  const stage = (earlier?: { jobs: number; seconds: number; weight: number; written: number }) => ({
    ...{ title: 'patients', cases: 4, jobs: 4, weight: 4e6 },
    work: [{ step: 'warp', jobs: 4, weight: 4e6, ...(earlier === undefined ? {} : { earlier }) }],
  })
  function listen(json: boolean) {
    const written: string[] = []
    const stream = { write: (text: string) => written.push(text) }
    let now = 0
    const listener = progressListener(makeConsole({ json, out: stream, err: stream }), 1, () => now)
    return { written, listener, at: (ms: number) => (now = ms) }
  }

  it('is a line with bytes, rate and time left', () => {
    const { written, listener, at } = listen(false)
    listener.stageStarted(stage())
    at(10_000)
    listener.jobEnded(outcome('warp', 10, 1e6))
    expect(written).toEqual(['patients  1/4  1.00 MB of 4.00 MB  25 %  100 KB/s  0:30 left\n'])
    for (const seconds of [20, 30, 40]) {
      at(seconds * 1000)
      listener.jobEnded(outcome('warp', 10, 1e6))
    }
    expect(written.at(-1)).toContain('4/4')
    expect(written.at(-1)).not.toContain('left')
  })

  it('is told to programs with every event, from the first where receipts know', () => {
    const { written, listener, at } = listen(true)
    const events = () => written.map(line => JSON.parse(line))
    listener.stageStarted(stage({ jobs: 2, seconds: 24, weight: 2e6, written: 0 }))
    expect(events()[0]).toMatchObject({ event: 'stage', secondsLeft: 48 })
    expect(events()[0].work).toBeUndefined()
    at(10_000)
    listener.jobEnded(outcome('warp', 9, 1e6))
    expect(events()[1]).toMatchObject({ event: 'job', secondsLeft: 33 })
  })
})

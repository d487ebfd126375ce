import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { makeConsole } from '../../../src/cli/console.ts'

/** A reader that takes one piece at a time, when it is told to. */
function slowReader() {
  const taken: string[] = []
  let next: (() => void) | undefined
  const stream = new Writable({
    write(piece, _encoding, done) {
      taken.push(String(piece))
      next = done
    },
  })
  return { stream, taken, go: () => next?.() }
}

describe('Console.heard', () => {
  it('waits until the reader has taken what was said', async () => {
    const { stream, taken, go } = slowReader()
    const console = makeConsole({ json: false, out: stream, err: stream })
    console.say('one')
    console.say('two')
    let heard = false
    const waiting = console.heard().then(() => {
      heard = true
    })
    await new Promise(setImmediate)
    expect(heard).toBe(false)
    expect(taken).toEqual(['one\n'])
    for (let i = 0; i < 3; i++) {
      go()
      await new Promise(setImmediate)
    }
    await waiting
    expect(taken.join('')).toBe('one\ntwo\n')
  })

  it('waits for the stream of programs with --json', async () => {
    const programs = slowReader()
    const people = slowReader()
    const console = makeConsole({ json: true, out: programs.stream, err: people.stream })
    console.emit({ event: 'plan' })
    const waiting = console.heard()
    for (let i = 0; i < 2; i++) {
      await new Promise(setImmediate)
      programs.go()
    }
    await waiting
    expect(programs.taken.join('')).toBe('{"event":"plan"}\n')
  })

  it('ends where the reader has gone', async () => {
    const stream = new Writable({
      write: (_piece, _encoding, done) => void setImmediate(() => done(new Error('write EPIPE'))),
    })
    stream.on('error', () => undefined)
    const console = makeConsole({ json: false, out: stream, err: stream })
    console.say('one')
    await expect(console.heard()).resolves.toBeUndefined()
    expect(stream.destroyed).toBe(true)
    await expect(console.heard()).resolves.toBeUndefined()
  })
})

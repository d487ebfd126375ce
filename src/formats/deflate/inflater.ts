import { InflateError, InflateStreamError } from './fault.ts'
import { type InflateKernel, instantiateInflateKernel, STOPPED } from './inflateKernel.ts'

/** Takes a piece of the content, which is valid only during the call. */
export type ChunkSink = (chunk: Uint8Array) => void

/** One stream under way. */
export interface InflateStream {
  /**
   * Takes the next bytes, in pieces of any size, and hands what they inflate to to `sink`, in chunks of at most about
   * 256 KB that lie in the inflater's memory.
   *
   * @returns whether the stream has ended, and how many bytes of this piece belong to it: all, unless it has ended.
   * @throws InflateError 'corrupt' where the bytes are no deflate stream; whatever `sink` throws. The stream is
   * finished then. InflateStreamError after its end, or after the inflater began another stream.
   */
  push(input: Uint8Array, sink: ChunkSink): { consumed: number; done: boolean }
  /**
   * Says that no more input comes.
   *
   * @throws InflateError 'truncated' if the stream has not ended.
   */
  finish(): void
}

/**
 * Inflates raw deflate streams (RFC 1951) in WebAssembly. Holds 448 KB and can be used again and again; not by two
 * streams at once.
 */
export interface Inflater {
  begin(): InflateStream
}

/** Compiles the kernel where that has not yet been done, and makes an inflater. */
export function createInflater(): Inflater {
  const kernel = instantiateInflateKernel()
  const memory = new Uint8Array(kernel.memory.buffer)
  let current: InflateStream | undefined

  return {
    begin() {
      let ended = false
      const stream: InflateStream = {
        push(input, sink) {
          if (current !== stream) throw new InflateStreamError()
          // Whatever is thrown leaves the stream finished; the sink cannot push to it or begin another.
          current = undefined
          const result = pushAll(kernel, memory, input, chunk => {
            sink(chunk)
            if (current !== undefined) throw new InflateStreamError()
          })
          ended = result.done
          if (!ended) current = stream
          return result
        },
        finish() {
          if (current === stream) current = undefined
          if (!ended) throw new InflateError('truncated', 'the deflate stream has no end')
        },
      }
      kernel.begin()
      current = stream
      return stream
    },
  }
}

function pushAll(
  kernel: InflateKernel,
  memory: Uint8Array,
  input: Uint8Array,
  sink: ChunkSink,
): { consumed: number; done: boolean } {
  const inputAddress = kernel.inputAddress()
  const inputBytes = kernel.inputBytes()
  const give = () => {
    const start = kernel.outputStart()
    const end = kernel.outputEnd()
    if (end > start) sink(memory.subarray(start, end))
    kernel.releaseOutput()
  }
  let taken = 0
  while (taken < input.length) {
    const piece = input.subarray(taken, taken + inputBytes)
    memory.set(piece, inputAddress)
    kernel.feed(piece.length)
    taken += piece.length
    let stopped = kernel.inflate()
    while (stopped === STOPPED.outputFull) {
      give()
      stopped = kernel.inflate()
    }
    if (stopped === STOPPED.corrupt)
      throw new InflateError('corrupt', 'the deflate stream has an invalid code, distance or block')
    if (stopped === STOPPED.ended) {
      give()
      return { consumed: taken - kernel.unusedBytes(), done: true }
    }
  }
  give()
  return { consumed: taken, done: false }
}

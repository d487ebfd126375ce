import fs from 'node:fs'

/**
 * Fills `into` with the bytes of a file from `offset` on, beside other work.
 *
 * @returns false when the file is not there, cannot be read or ends before
 */
export function readRange(file: string, offset: number, into: Uint8Array): Promise<boolean> {
  return new Promise(resolve => {
    fs.open(file, 'r', (refused, descriptor) => {
      if (refused) return resolve(false)
      const end = (filled: boolean) => fs.close(descriptor, () => resolve(filled))
      const read = (done: number): void => {
        if (done === into.byteLength) end(true)
        else
          fs.read(descriptor, into, done, into.byteLength - done, offset + done, (error, count) =>
            error || count === 0 ? end(false) : read(done + count),
          )
      }
      read(0)
    })
  })
}

import { type FileHandle, open } from 'node:fs/promises'

const CHUNK = 1 << 20

/**
 * Whether two files hold the same bytes; reads both up to the first chunk that differs.
 *
 * @throws the operating system's error when one of them cannot be read
 */
export async function sameBytes(fileA: string, fileB: string): Promise<boolean> {
  const a = await open(fileA, 'r')
  try {
    const b = await open(fileB, 'r')
    try {
      const { size } = await a.stat()
      if ((await b.stat()).size !== size) return false
      const chunk = Math.max(1, Math.min(CHUNK, size))
      const [left, right] = [Buffer.allocUnsafeSlow(chunk), Buffer.allocUnsafeSlow(chunk)]
      for (let at = 0; at < size; ) {
        const [m, n] = await Promise.all([fill(a, left, at), fill(b, right, at)])
        if (m !== n || !left.subarray(0, m).equals(right.subarray(0, n))) return false
        if (m === 0) return false
        at += m
      }
      return true
    } finally {
      await b.close()
    }
  } finally {
    await a.close()
  }
}

/** Reads until the buffer is full or the file ends. @returns how many bytes were read. */
async function fill(handle: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let done = 0
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pictureFile } from '../../../src/artifacts/pictureFile.ts'
import { encodePng } from '../../../src/formats/png/encodePng.ts'

const picture = { width: 3, height: 2, channels: 1, data: Uint8Array.of(0, 1, 2, 3, 4, 5) } as const

describe('pictureFile', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'voxmill-picture-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('writes the format that the name ends in, and digests its bytes', async () => {
    const file = path.join(folder, 'x', '0.png')
    const written = await pictureFile.write!(file, picture)
    const bytes = readFileSync(file)
    expect(new Uint8Array(bytes)).toEqual(encodePng(picture))
    expect(written).toEqual({
      bytes: bytes.length,
      digest: createHash('sha256').update(bytes).digest('hex'),
    })
    expect(await pictureFile.digest(file)).toBe(written.digest)
  })

  it('refuses other endings before anything is written', async () => {
    await expect(pictureFile.write!(path.join(folder, '0.bmp'), picture)).rejects.toThrow(
      /0\.bmp: pictures are written as/,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  it('is not read', async () => {
    await expect(pictureFile.read('a.png')).rejects.toThrow(/not read/)
  })
})

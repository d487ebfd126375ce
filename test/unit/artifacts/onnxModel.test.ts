import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { modelCardFile, onnxModel } from '../../../src/artifacts/onnxModel.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'voxmill-onnx-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('a network is read with its hash, which is its digest', async () => {
  const file = path.join(folder, 'a.onnx')
  writeFileSync(file, 'network')
  const sha256 = createHash('sha256').update('network').digest('hex')
  const read = await onnxModel.read(file)
  expect(read.digest).toBe(sha256)
  expect(read.value.sha256).toBe(sha256)
  expect(new TextDecoder().decode(read.value.bytes)).toBe('network')
  expect(await onnxModel.digest(file)).toBe(sha256)
})

it.each([
  ['network', onnxModel],
  ['model card', modelCardFile],
])('a %s that is not there is a finding of its own', async (what, kind) => {
  await expect(kind.read(path.join(folder, 'missing'))).rejects.toMatchObject({
    code: 'model-missing',
    message: expect.stringContaining(`the ${what}`),
    exitCode: 8,
  })
})

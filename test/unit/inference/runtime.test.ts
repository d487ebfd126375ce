import { expect, it, vi } from 'vitest'
import { openNetwork } from '../../../src/inference/network.ts'
import { loadRuntime } from '../../../src/inference/runtime.ts'
import { CPU, lopsidedMean, toyCard, toyModel } from './toyModels.ts'

vi.mock('onnxruntime-node', () => {
  throw new Error('libonnxruntime.so.1: cannot open shared object file')
})

it('the WebAssembly build takes over where the native one does not load', async () => {
  expect((await loadRuntime('auto')).build).toBe('web')
  const model = toyModel(lopsidedMean(0))
  const network = await openNetwork(model, toyCard(model), 0, CPU)
  expect([network.build, network.device]).toEqual(['web', 'cpu'])
  const values = await network.run(new Float32Array(4 * 3 * 2).fill(7), [2, 3, 4], 2)
  expect(values.length).toBe(2 * 24)
  expect(Math.max(...values)).toBeGreaterThan(0)
  await network.close()
})

it('what does not load is told where nothing else may be tried', async () => {
  const model = toyModel(lopsidedMean(0))
  await expect(openNetwork(model, toyCard(model), 0, { ...CPU, runtime: 'native' })).rejects.toMatchObject({
    name: 'NetworkError',
    message: expect.stringContaining('does not load'),
    remedy: expect.stringContaining('npm ci'),
  })
})

it('CUDA is refused there', async () => {
  const model = toyModel(lopsidedMean(0))
  await expect(openNetwork(model, toyCard(model), 0, { ...CPU, device: 'cuda' })).rejects.toMatchObject({
    name: 'NetworkError',
    message: expect.stringContaining('the native build of ONNX Runtime does not load'),
  })
})

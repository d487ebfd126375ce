import { expect, it } from 'vitest'
import { defineStep, StepRegistry } from '../../../src/engine/step.ts'

const named = (name: string) =>
  defineStep({
    name,
    version: 1,
    summary: 'Does nothing.',
    per: 'case',
    params: z => z.object({}),
    inputs: {},
    outputs: {},
    memory: () => 1,
    run: () => ({}),
  })

const registry = () => {
  const loaded: string[] = []
  const loader = (name: string) => async () => {
    loaded.push(name)
    return named(name)
  }
  return { loaded, steps: new StepRegistry({ one: loader('one'), two: loader('two') }) }
}

it('loads the steps that are asked for, and no other', async () => {
  const { loaded, steps } = registry()
  expect(steps.names).toEqual(['one', 'two'])
  expect(steps.has('two')).toBe(true)
  expect(loaded).toEqual([])
  const got = await steps.load(['two', 'two'])
  expect([...got.keys()]).toEqual(['two'])
  expect(got.get('two')?.name).toBe('two')
  expect(loaded).toEqual(['two'])
})

it('leaves out names that no step has, inherited ones too', async () => {
  const { steps } = registry()
  expect([...(await steps.load(['three', 'toString', 'one'])).keys()]).toEqual(['one'])
  expect(steps.has('toString')).toBe(false)
})

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { textFile } from '../../../src/artifacts/textFile.ts'
import { DataError } from '../../../src/core/dataError.ts'
import { inlineExecutor } from '../../../src/engine/executors/inline.ts'
import { Run } from '../../../src/engine/run.ts'
import { defineStep, each, one, optional, StepRegistry } from '../../../src/engine/step.ts'
import { workspaceAt } from '../../../src/engine/workspace.ts'
import type { SlotStep } from '../../../src/pipelines/pipelineSteps.ts'
import {
  checkedRecipe,
  datasetPlan,
  datasetUses,
  type Recipe,
  recipeCases,
  recipePlan,
} from '../../../src/pipelines/recipe.ts'

const upper = defineStep({
  name: 'upper',
  version: 1,
  summary: 'Upper case; a text of digits cannot be used.',
  per: 'case',
  params: z => z.object({ mark: z.string().default('') }),
  inputs: { text: one(textFile, 'in'), hint: optional(textFile, 'hint') },
  outputs: { text: one(textFile, 'out') },
  memory: () => 1,
  run: ({ text }, { mark }) => {
    if (/^\d+$/.test(text)) throw new DataError('file-unreadable', 'only digits')
    return { text: text.toUpperCase() + mark }
  },
})
const double = defineStep({
  name: 'double',
  version: 1,
  summary: 'Twice.',
  per: 'case',
  params: z => z.object({}),
  inputs: { text: one(textFile, 'out') },
  outputs: { text: one(textFile, 'twice') },
  memory: () => 1,
  run: ({ text }) => ({ text: text + text }),
})
const join = defineStep({
  name: 'join',
  version: 1,
  summary: 'All texts, and who was lost.',
  per: 'dataset',
  params: z => z.object({ failed: z.array(z.object({ case: z.string(), reason: z.string() })).default([]) }),
  inputs: { texts: each(textFile, 'twice') },
  outputs: { text: one(textFile, 'joined') },
  memory: () => 1,
  run: ({ texts }, { failed }) => ({
    text: [
      ...Object.entries(texts).map(([pid, t]) => `${pid}=${t}`),
      ...failed.map(f => `${f.case}: ${f.reason}`),
    ].join(';'),
  }),
})
const STEPS = new StepRegistry({
  upper: async () => upper,
  double: async () => double,
  join: async () => join,
})

const use = (step: string, rest: Partial<SlotStep>): SlotStep => ({
  step,
  on_request: false,
  inputs: {},
  outputs: {},
  params: {},
  ...rest,
})

let root: string
let recipe: Recipe
beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-recipe-'))
  for (const [pid, text] of Object.entries({ '007': 'a', '12': '34', 病人: 'b' })) {
    mkdirSync(path.join(root, 'in', pid), { recursive: true })
    writeFileSync(path.join(root, 'in', pid, 'text.txt'), text)
  }
  recipe = {
    workspace: workspaceAt(root),
    steps: await STEPS.load(STEPS.names),
    variables: { size: [3, 4], mode: 'none', end: '!' },
    uses: [
      use('upper', {
        inputs: { text: 'in/{pid}/text.txt' },
        outputs: { text: 'out_{size}{_mode}/{pid}.txt' },
        params: { mark: '$end' },
      }),
      use('double', {
        inputs: { text: 'out_{size}{_mode}/{pid}.txt' },
        outputs: { text: 'twice/{pid}.txt' },
      }),
      use('upper', {
        part: 'again',
        inputs: { text: 'in/{pid}/text.txt', hint: 'in/{pid}/hint.txt' },
        outputs: { text: 'again/{pid}.txt' },
        params: { mark: '?' },
      }),
      use('join', { inputs: { texts: 'twice/{pid}.txt' }, outputs: { text: 'joined.txt' } }),
    ],
  }
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const runOf = () =>
  new Run({
    workspace: recipe.workspace,
    steps: STEPS,
    executor: () => inlineExecutor(recipe.workspace, STEPS),
    listener: { stageStarted() {}, jobEnded() {}, stageEnded() {} },
    signal: new AbortController().signal,
    command: 'test',
    writes: [],
  })

const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

describe('a recipe', () => {
  it('finds the patients by the folders that it does not make itself, ids as they are', () => {
    expect(recipeCases(recipe)).toEqual(['007', '12', '病人'])
  })

  it('fills variables and patients in, and leaves a slot empty whose optional file is not there', () => {
    const [first, second, third] = recipePlan(recipe, '007').jobs
    expect(first).toMatchObject({
      params: { mark: '!' },
      inputs: { text: 'in/007/text.txt', hint: null },
      outputs: { text: 'out_3x4/007.txt' },
    })
    expect(second!.refusal).toBeUndefined()
    expect(third).toMatchObject({ part: 'again', inputs: { hint: null } })
    const eval_ = { ...recipe, variables: { ...recipe.variables, mode: 'eval' } }
    expect(recipePlan(eval_, '007').jobs[0]!.outputs).toEqual({ text: 'out_3x4_eval/007.txt' })
  })

  it('carries out each patient, goes on after a failure with what does not depend on it, and tells who was lost', async () => {
    const run = runOf()
    const outcomes = await run.stage(
      'cases',
      recipeCases(recipe).map(pid => recipePlan(recipe, pid)),
    )
    const of = (pid: string) => outcomes.filter(o => o.case === pid).map(o => `${o.step} ${o.status}`)
    expect(of('007')).toEqual(['upper done', 'double done', 'upper done'])
    expect(of('12')).toEqual(['upper failed', 'double skipped', 'upper failed'])
    expect(read('twice/病人.txt')).toBe('B!B!')
    const [last] = datasetUses(recipe)
    const plan = datasetPlan(recipe, last!, recipeCases(recipe), [{ case: '12', reason: 'only digits' }])
    expect((await run.stage('join', [plan]))[0]!.status).toBe('done')
    expect(read('joined.txt')).toBe('007=A!A!;病人=B!B!;12: only digits')
    run.close()
  })

  it('refuses the job whose input no one has made, naming who makes it', () => {
    const only = { ...recipe, uses: recipe.uses.slice(1) }
    mkdirSync(path.join(root, 'out_3x4'))
    writeFileSync(path.join(root, 'out_3x4', '007.txt'), 'X')
    expect(recipeCases(only)).toEqual(['007', '12', '病人'])
    const [ready] = recipePlan(only, '007').jobs
    expect(ready!.refusal).toBeUndefined()
    const [refused] = recipePlan({ ...recipe, uses: recipe.uses.slice(0, 2) }, '99').jobs
    expect(refused!.refusal).toMatchObject({ code: 'input-missing', where: 'in/99/text.txt' })
  })

  it('does not take what a lost patient left of an earlier run for its result', () => {
    mkdirSync(path.join(root, 'twice'))
    for (const pid of ['007', '12']) writeFileSync(path.join(root, 'twice', `${pid}.txt`), 'old')
    const plan = datasetPlan(recipe, recipe.uses[3]!, recipeCases(recipe), [{ case: '12', reason: 'x' }])
    expect(plan.jobs[0]!.inputs).toEqual({ texts: { '007': 'twice/007.txt' } })
  })

  it.each([
    ['a step', { ...use('uper', {}) }, "no step 'uper'"],
    ['a slot', use('upper', { inputs: { text: 'x', tex: 'y' } }), "no input 'tex'"],
    ['an input that is needed', use('upper', {}), "'text'"],
    ['a variable', use('upper', { inputs: { text: '{nothing}/x' } }), '{nothing}'],
    ['a parameter of another type', use('upper', { inputs: { text: 'x' }, params: { mark: 3 } }), 'mark'],
  ])('is refused before anything is done when it is wrong about %s', (_, wrong, told) => {
    expect(() => checkedRecipe({ ...recipe, uses: [wrong] }, 'own.yaml')).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(told) }),
    )
    expect(checkedRecipe(recipe, 'own.yaml')).toBe(recipe)
  })
})

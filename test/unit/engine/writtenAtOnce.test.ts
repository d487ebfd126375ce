import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { textFile } from '../../../src/artifacts/textFile.ts'
import type { Job } from '../../../src/engine/job.ts'
import { readReceipt, receiptPath } from '../../../src/engine/receipt.ts'
import { runCase } from '../../../src/engine/runCase.ts'
import { defineStep, editable, one, StepRegistry } from '../../../src/engine/step.ts'
import { type Workspace, workspaceAt } from '../../../src/engine/workspace.ts'

let root: string
let workspace: Workspace
let atOnce = 0
let most = 0
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-outputs-'))
  workspace = workspaceAt(root)
  most = 0
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** The later its name, the sooner it is written. */
const slowText: typeof textFile = {
  ...textFile,
  async write(file, value) {
    most = Math.max(most, ++atOnce)
    try {
      await new Promise(resolve => setTimeout(resolve, 10 * (5 - Number(path.basename(file)[0]))))
      if (value === 'refused') throw new Error(`no room for ${path.basename(file)}`)
      return await textFile.write!(file, value)
    } finally {
      atOnce--
    }
  },
}

/** Read while it is written. */
const comingText: typeof textFile = { ...slowText, isAtHand: value => value !== 'coming' }

const make = (name: string, last: ReturnType<typeof one<string>>) =>
  defineStep({
    name,
    version: 1,
    summary: 'Writes three texts.',
    per: 'case',
    params: z => z.object({ texts: z.array(z.string()) }),
    inputs: {},
    outputs: { first: one(comingText, 'first'), second: one(slowText, 'second'), third: last },
    memory: () => 1,
    run: (_, { texts: [first, second, third] }) => ({ first: first!, second: second!, third: third! }),
  })
const steps = new StepRegistry({
  three: async () => make('three', one(slowText, 'third')),
  edited: async () => make('edited', editable(slowText, 'third')),
})

async function carryOut(step: string, memory: number, texts = ['a', 'b', 'c']) {
  const job: Job = {
    step,
    case: 'x',
    fields: {},
    params: { texts },
    inputs: {},
    outputs: { first: 'out/1', second: 'out/2', third: 'out/3' },
    memory,
    weight: 0,
  }
  const outcomes: string[] = []
  await runCase({ plan: { case: 'x', jobs: [job] }, known: [] }, workspace, steps, o => {
    outcomes.push(o.fault?.message ?? o.status)
  })
  return { outcomes, receipt: readReceipt(receiptPath(workspace, job))! }
}

describe('outputs of a job', () => {
  it('are written beside each other where the job is small, and listed in order', async () => {
    const { outcomes, receipt } = await carryOut('three', 64e6)
    expect(outcomes).toEqual(['done'])
    expect(most).toBe(3)
    expect(receipt.outputs.map(o => o.path)).toEqual(['out/1', 'out/2', 'out/3'])
  })

  it('are written one after the other where it is large, or where one may have been edited', async () => {
    await carryOut('three', 1e9)
    expect(most).toBe(1)
    await carryOut('edited', 64e6)
    expect(most).toBe(1)
  })

  it('are written one after the other where one is still to come: none without it', async () => {
    await carryOut('three', 64e6, ['coming', 'b', 'c'])
    expect(most).toBe(1)
  })

  it('are all awaited when one is refused: nothing is written after the job has failed', async () => {
    const { outcomes, receipt } = await carryOut('three', 64e6, ['a', 'b', 'refused'])
    expect(outcomes).toEqual(['no room for 3'])
    expect(atOnce).toBe(0)
    expect(receipt.status).toBe('failed')
    expect(existsSync(path.join(root, 'out/3'))).toBe(false)
    expect(readdirSync(path.join(root, 'out'))).toEqual(['1', '2'])
  })
})

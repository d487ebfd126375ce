import { z } from 'zod'
import type { Finding } from '../../../src/core/finding.ts'
import type { SlotValues, Step } from '../../../src/engine/step.ts'

/** Runs a step on values, as the engine does on what it has read. */
export async function stepRun<P, I, O>(
  step: Step<P, I, O>,
  inputs: SlotValues<I>,
  params: unknown = {},
): Promise<{ outputs: SlotValues<O>; findings: Finding[] }> {
  const findings: Finding[] = []
  const outputs = await step.run(inputs, step.params(z).parse(params), {
    case: 'p1',
    fields: {},
    source: (slot, key) => (key === undefined ? `${slot}.nii.gz` : `${slot}/${key}`),
    destination: (slot, key) => (key === undefined ? `out/${slot}` : `out/${slot}/${key}`),
    report: f => findings.push(f),
  })
  return { outputs, findings }
}

import path from 'node:path'
import type { CaseImage, CaseSummary, DatasetDescription } from '../core/datasetDescription.ts'
import { DATASET } from '../engine/provenance.ts'
import { receiptsOf } from '../engine/receipt.ts'
import type { Workspace } from '../engine/workspace.ts'

/** The cases of a data set with their images, from receipts alone. */
export async function describeDataset(workspace: Workspace): Promise<DatasetDescription> {
  const images = new Map<string, Map<string, CaseImage>>()
  const findings = new Map<string, CaseSummary['findings'][number][]>()
  for (const receipt of receiptsOf(workspace)) {
    if (receipt.case === DATASET || receipt.status !== 'done') continue
    const of = images.get(receipt.case) ?? new Map()
    images.set(receipt.case, of)
    findings.set(receipt.case, [
      ...(findings.get(receipt.case) ?? []),
      ...receipt.findings.map(f => ({ ...f, step: receipt.step })),
    ])
    for (const { path: file, slot, key } of receipt.outputs)
      if (/\.nii(\.gz)?$/.test(file))
        of.set(file, {
          key: key ?? slot,
          role: slot === 'volume' ? 'image' : 'label',
          path: file,
          group: 'volume',
        })
  }
  return {
    name: path.basename(workspace.root),
    made: 'other',
    attributes: [],
    figures: [],
    labels: [],
    cases: [...images].sort().map(([name, of]) => ({
      case: name,
      attributes: {},
      texts: {},
      figures: {},
      labels: [],
      pictures: [],
      images: [...of.values()],
      findings: findings.get(name) ?? [],
      failures: [],
    })),
    findings: [],
    splits: [],
    tables: [],
    provenance: [],
  }
}

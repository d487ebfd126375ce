import path from 'node:path'
import { type Finding, finding } from '../core/finding.ts'
import { readReceipt } from '../engine/receipt.ts'
import { confirmPairs } from '../steps/prepare/confirmPairs.ts'
import { existsSync } from '../storage/exists.ts'
import { walk } from '../storage/walk.ts'
import type { NmePlace } from './groupedFiles.ts'

/**
 * Samples that an earlier run made in the grouped folder and that the archive manifest no longer names, as far as their files are still
 * there. They are told, not removed: the manifest may be one of several.
 *
 * @param named folders of the samples that the manifest names
 */
export function leftOverSamples(
  { workspace, grouped }: Pick<NmePlace, 'workspace' | 'grouped'>,
  named: ReadonlySet<string>,
): Finding[] {
  const below = `${workspace.relative(grouped)}/`
  const receipts = workspace.state('receipts', confirmPairs.name)
  if (!existsSync(receipts)) return []
  const found: Finding[] = []
  for (const file of walk(receipts)) {
    const folder = file.path.replace(/\.json$/, '')
    if (folder === file.path || named.has(folder)) continue
    const outputs = readReceipt(path.join(receipts, file.path))?.outputs ?? []
    const [output] = outputs.filter(o => o.path.startsWith(below) && existsSync(workspace.absolute(o.path)))
    if (output === undefined) continue
    const where = path.posix.dirname(output.path)
    found.push(finding('sample-left-over', where, 'the archive manifest no longer names this sample'))
  }
  return found
}

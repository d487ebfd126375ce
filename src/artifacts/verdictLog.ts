import { createHash } from 'node:crypto'
import type { ArtifactKind } from '../core/artifact.ts'
import { parseVerdicts, type UnreadableLine, type Verdict } from '../core/verdict.ts'
import { readBytes } from '../storage/readBytes.ts'
import { digestFile } from '../storage/readFile.ts'

/** What people thought of the cases of a data set, oldest first. */
export interface VerdictLogContent {
  readonly verdicts: readonly Verdict[]
  readonly unreadable: readonly UnreadableLine[]
}

/** Name of the file among what a data set keeps of its own. */
export const VERDICT_FILE = 'verdicts.jsonl'

/** JSON lines, read at once, so that a viewer may add to them meanwhile; no step writes them. */
export const verdictLog: ArtifactKind<VerdictLogContent> = {
  name: 'verdict-log',
  async read(file) {
    const bytes = readBytes(file)
    return {
      value: parseVerdicts(new TextDecoder().decode(bytes)),
      digest: createHash('sha256').update(bytes).digest('hex'),
    }
  },
  digest: digestFile,
}

import { createHash } from 'node:crypto'
import type { ArtifactKind } from '../core/artifact.ts'
import { parseVerdicts, type UnreadableLine, type Verdict } from '../core/verdict.ts'
import { readBytes } from '../storage/readBytes.ts'
import { digestFile } from '../storage/readFile.ts'

/** Verdicts on cases, oldest first. */
export interface VerdictLogContent {
  readonly verdicts: readonly Verdict[]
  readonly unreadable: readonly UnreadableLine[]
}

/** Its name in `.voxmill`. */
export const VERDICT_FILE = 'verdicts.jsonl'

/** JSON lines, read at once, since a viewer may add to them meanwhile. */
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

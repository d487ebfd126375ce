import { createHash } from 'node:crypto'
import { DATASET } from '../engine/provenance.ts'
import type { Shard } from '../storage/runLock.ts'
import type { Stages } from './stages.ts'

/**
 * Whether a case belongs to a shard. The name alone decides, so that every machine comes to the same answer whatever it
 * sees of the others' work; each shard has about the same number of cases.
 */
export function isInShard(shard: Shard | undefined, name: string): boolean {
  if (shard === undefined) return true
  return createHash('sha256').update(name).digest().readUInt32BE(0) % shard.count === shard.index - 1
}

/** Stages of single cases; what concerns the data set as a whole is left to the run that collects the shards. */
export function shardStages(stages: Stages, shard: Shard | undefined): Stages {
  if (shard === undefined) return stages
  return {
    get stopped() {
      return stages.stopped
    },
    dry: stages.dry,
    unweighed: stages.unweighed ?? false,
    async stage(title, cases) {
      const all = [...cases]
      const single = all.filter(c => c.case !== DATASET)
      return single.length === 0 && all.length > 0 ? [] : stages.stage(title, single)
    },
  }
}

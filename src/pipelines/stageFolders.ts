import type { DatasetEntry } from './datasetsFile.ts'
import type { PipelineFile, PipelineStage } from './pipelineFile.ts'

/** A stage of a pipeline as a data set has it. */
export interface StageFolder {
  readonly stage: PipelineStage
  /** Name of its folder in this data set; a pattern where nothing fits it. */
  readonly folder: string
}

/** Turns a pattern with `*` into an expression that fits whole names. */
export const namePattern = (pattern: string): RegExp =>
  new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 'u')

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/**
 * The folders of each stage, in the order of the pipeline. A pattern stands for each folder that fits it, unless a longer
 * pattern, or a plain name, of another stage fits too.
 *
 * @param names what lies in the root of the data set
 */
export function stageFolders(
  { stages }: PipelineFile,
  { folders }: DatasetEntry,
  names: readonly string[],
): StageFolder[] {
  const patterns = [...new Set(stages.map(s => folders[s.folder] ?? s.folder))]
  const plain = new Set(patterns.filter(p => !p.includes('*')))
  const best = (name: string): string | undefined =>
    plain.has(name)
      ? name
      : patterns.filter(p => namePattern(p).test(name)).sort((a, b) => b.length - a.length)[0]
  return stages.flatMap((stage): StageFolder[] => {
    const pattern = folders[stage.folder] ?? stage.folder
    const fitting = pattern.includes('*') ? names.filter(name => best(name) === pattern).sort() : []
    return (fitting.length > 0 ? fitting : [pattern]).map(folder => ({ stage, folder }))
  })
}

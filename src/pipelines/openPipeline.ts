import path from 'node:path'
import { UsageError } from '../core/fault.ts'
import { nearestWord } from '../core/nearestWord.ts'
import { existingFile } from '../storage/existingFile.ts'
import { namesIn, packageFolder } from '../storage/packageFolder.ts'
import { readText } from '../storage/readText.ts'
import { type PipelineFile, parsePipelineFile } from './pipelineFile.ts'

export const DEFAULT_PIPELINE = 'cta2mbf'

const YAML = /\.ya?ml$/i

/**
 * A pipeline by the name of a shipped one, or by path: whatever ends in .yaml or .yml, or holds a slash.
 *
 * @throws UsageError for an unknown name, PipelineFileError for a file that is none
 */
export function openPipeline(nameOrFile: string = DEFAULT_PIPELINE): PipelineFile {
  const file = YAML.test(nameOrFile) || /[/\\]/.test(nameOrFile) ? nameOrFile : shippedFile(nameOrFile)
  existingFile(file)
  return parsePipelineFile(readText(file), file)
}

function shippedFile(name: string): string {
  const folder = path.join(packageFolder(), 'pipelines')
  const names = namesIn(folder)
    .filter(file => YAML.test(file))
    .map(file => file.replace(YAML, ''))
  if (names.includes(name)) return path.join(folder, `${name}.yaml`)
  const near = nearestWord(name, names)
  throw new UsageError(`there is no pipeline named '${name}'`, {
    remedy: `${near ? `Did you mean '${near}'? ` : ''}Built-in pipelines: ${names.join(', ')}. A pipeline file of your own is given by its path, for example ./${name}.yaml.`,
  })
}

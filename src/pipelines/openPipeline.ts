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
 * @throws UsageError for an unknown name or a file that extends itself, PipelineFileError for a file that is none
 */
export const openPipeline = (nameOrFile: string = DEFAULT_PIPELINE): PipelineFile => opened(nameOrFile, [])

const isPath = (nameOrFile: string): boolean => YAML.test(nameOrFile) || /[/\\]/.test(nameOrFile)

function opened(nameOrFile: string, from: readonly string[]): PipelineFile {
  const file = isPath(nameOrFile) ? nameOrFile : shippedFile(nameOrFile)
  const resolved = path.resolve(file)
  if (from.includes(resolved))
    throw new UsageError(`the pipeline file ${file} extends itself`, {
      remedy: 'Let it extend a shipped pipeline, such as cta2mbf.',
      where: file,
    })
  existingFile(file)
  return parsePipelineFile(readText(file), file, base =>
    opened(isPath(base) ? path.resolve(path.dirname(file), base) : base, [...from, resolved]),
  )
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

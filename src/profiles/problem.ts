import { Fault } from '../core/fault.ts'

/** One thing that is wrong with a configuration file. Line and column count from 1. */
export interface Problem {
  readonly line: number
  readonly column: number
  /** The key that it is about, for example `files[1].where`; empty for the whole document. */
  readonly key: string
  readonly message: string
  readonly remedy: string
}

/** A problem by its place in the parsed value; `onKey` points at the key rather than at its value. */
export interface PlacedProblem {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly remedy: string
  readonly onKey?: boolean
}

/** A configuration file has problems; all of them are told at once, in the order of their lines. */
class DocumentError extends Fault {
  readonly problems: readonly Problem[]

  constructor(what: string, source: string, problems: readonly Problem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column)
    const lines = sorted.map(
      ({ line, column, key, message, remedy }) =>
        `${source}:${line}:${column}: ${key === '' ? '' : `${key}: `}${message}\n    ${remedy}`,
    )
    const count = sorted.length === 1 ? 'a problem' : `${sorted.length} problems`
    super(`the ${what} ${source} has ${count}\n${lines.join('\n')}`, {
      remedy: `Correct ${sorted.length === 1 ? 'the place' : 'the places'} named above in ${source}.`,
      where: source,
    })
    this.problems = sorted
  }
}

/** An archive profile cannot be used. */
export class ProfileError extends DocumentError {
  constructor(source: string, problems: readonly Problem[]) {
    super('archive profile', source, problems)
  }
}

/** A pipeline file cannot be used. */
export class PipelineFileError extends DocumentError {
  constructor(source: string, problems: readonly Problem[]) {
    super('pipeline file', source, problems)
  }
}

/** A list of data sets cannot be used. */
export class DatasetsFileError extends DocumentError {
  constructor(source: string, problems: readonly Problem[]) {
    super('list of data sets', source, problems)
  }
}

/** A label map cannot be used. */
export class LabelMapError extends DocumentError {
  constructor(source: string, problems: readonly Problem[]) {
    super('label map', source, problems)
  }
}

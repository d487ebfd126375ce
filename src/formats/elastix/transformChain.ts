import type { TransformChain } from '../../core/spatialTransform.ts'
import { ElastixFileError } from './fault.ts'
import { parseParameterMap } from './parameterMap.ts'
import { type ElastixTransform, parseTransform } from './transformFile.ts'

export interface ReadChain {
  readonly chain: TransformChain
  /** The file that is applied last; its grid and default value are those of the whole. */
  readonly last: ElastixTransform
}

const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/**
 * Puts a chain together by the initial transforms that its files name. Folders in these names do not count, since elastix writes
 * the path as it was given when it ran.
 *
 * @param files texts by file name.
 * @param lastName the file to end with; the one that no other names, if not given.
 * @throws ElastixFileError when a file is missing, named in a circle, or none or several could be the last.
 */
export function readTransformChain(files: ReadonlyMap<string, string>, lastName?: string): ReadChain {
  const transforms = new Map(
    [...files].map(([name, text]) => [baseName(name), parseTransform(parseParameterMap(text, name), name)]),
  )
  const last = lastName === undefined ? lastOf(transforms) : baseName(lastName)
  const chain: ElastixTransform[] = []
  const met = new Set<string>()
  for (let name: string | undefined = last; name !== undefined; ) {
    const transform = transforms.get(name)
    if (transform === undefined)
      throw new ElastixFileError(`the transform file ${name} is missing`, {
        where: chain.length === 0 ? undefined : [...met].at(-1),
        remedy: 'Give all files of the chain, the initial transforms too.',
      })
    if (met.has(name)) throw new ElastixFileError(`${name} is its own initial transform`)
    met.add(name)
    chain.unshift(transform)
    name = transform.initial === undefined ? undefined : baseName(transform.initial)
  }
  return { chain: chain.map(t => t.transform), last: chain.at(-1)! }
}

function lastOf(transforms: ReadonlyMap<string, ElastixTransform>): string {
  const named = new Set([...transforms.values()].map(t => baseName(t.initial ?? '')))
  const ends = [...transforms.keys()].filter(name => !named.has(name))
  if (ends.length !== 1)
    throw new ElastixFileError(
      ends.length === 0
        ? 'every transform file is the initial transform of another'
        : `${ends.join(' and ')} are no initial transform of another: it is not clear which is applied last`,
      { remedy: 'Give the files of one chain alone.' },
    )
  return ends[0]!
}

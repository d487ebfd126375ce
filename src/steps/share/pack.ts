import { fileTree } from '../../artifacts/fileTree.ts'
import { zipArchive } from '../../artifacts/zipArchive.ts'
import { UsageError } from '../../core/fault.ts'
import { defineStep, each, one, type Zod } from '../../engine/step.ts'

const params = (z: Zod) =>
  z.object({
    exclude: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Names or paths in the archive that are left out; * stands for any letters, ? for one. A folder is left out with all in it.',
      ),
  })

export const pack = defineStep({
  name: 'pack',
  version: 1,
  summary: 'Packs stage folders into one .zip file and reads it back.',
  per: 'dataset',
  params,
  inputs: { folders: each(fileTree, 'stage') },
  outputs: { archive: one(zipArchive, 'pack') },
  // Buffers, the deflate kernel, and the directory of a million files.
  memory: ({ files = 0 }) => 100e6 + 400 * files,
  run({ folders }, { exclude }, context) {
    const patterns = exclude.map(wildcard)
    const leaveOut = (member: string) => {
      const name = member.slice(member.lastIndexOf('/') + 1)
      return patterns.some(p => p.test(member) || p.test(name))
    }
    const packed = Object.entries(folders).map(([name, tree]) => ({ name: memberPath(name), tree }))
    requireApart(packed.map(({ name }) => name))
    for (const { name, tree } of packed)
      for (const f of tree.problems)
        if (!isLeftOut(`${name}/${f.where}`, leaveOut))
          context.report({ ...f, where: `${context.source('folders', name)}/${f.where}` })
    return { archive: { folders: packed, leaveOut } }
  },
})

/** Whether a path or a folder above it is left out. */
function isLeftOut(member: string, leaveOut: (member: string) => boolean): boolean {
  for (let end = member.length; end > 0; end = member.lastIndexOf('/', end - 1))
    if (leaveOut(member.slice(0, end))) return true
  return false
}

/** As `zip -x` has them: `*` also goes over `/`. */
const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.')}$`,
    'su',
  )

/** @throws UsageError when an archive with this path would unpack outside the folder that it is unpacked in. */
function memberPath(name: string): string {
  if (name.split('/').some(part => part === '' || part === '.' || part === '..') || name.includes('\\'))
    throw new UsageError(`${name} is no path for a folder in an archive`, {
      remedy: 'Name the folder relative to the root, without `.` and `..`.',
    })
  return name
}

/** @throws UsageError when a folder lies in another one, so that its files would be in the archive twice. */
function requireApart(names: readonly string[]): void {
  for (const inner of names)
    for (const outer of names)
      if (inner.startsWith(`${outer}/`))
        throw new UsageError(`${inner} lies in ${outer}, which is packed whole`, {
          remedy: `Name only ${outer}, or other folders of it in its place.`,
        })
}

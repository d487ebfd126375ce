import path from 'node:path'
import { type DicomFolder, openDicomFolder } from '../artifacts/dicomFolder.ts'
import { UsageError } from '../core/fault.ts'
import { STATE_FOLDER } from '../engine/workspace.ts'
import { folderName } from '../steps/ingest/folderName.ts'
import { existingFile } from '../storage/existingFile.ts'
import { listFolder, realPath, sizeOf } from '../storage/listFolder.ts'

/** Folders of raw files that are sorted together, since they share patients. */
export interface RawCase {
  /** Name of the (first) folder; `.` for files that lie in a raw folder itself. */
  readonly id: string
  /** Absolute paths of folders of which everything is sorted, by a name of their own. */
  readonly folders: Readonly<Record<string, string>>
  /** Absolute paths of raw folders of which the files in the folder itself are sorted. */
  readonly loose: Readonly<Record<string, string>>
  /** Names of the folders to be written, one a patient. */
  readonly patients: readonly string[]
  readonly files: number
  readonly bytes: number
}

/** The case of files that lie beside the folders of patients. */
const LOOSE = '.'

/**
 * The cases of raw folders, sorted by id. By folder, a case is a patient: all folders of one name directly below the raw
 * folders. By PatientID, every header is read, and folders that share a patient are one case.
 *
 * @throws UsageError when a raw folder is missing, or overlaps with another or with the output
 */
export async function rawCases(
  roots: readonly string[],
  output: string,
  pidFrom: 'folder' | 'PatientID',
): Promise<RawCase[]> {
  requireApart(roots, output)
  const parts = [...rawParts(roots, output)]
  const groups = pidFrom === 'folder' ? byName(parts) : await bySharedPatients(parts)
  return groups.map(finished).sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** A folder of a patient, or the loose files of a raw folder. */
interface RawPart {
  readonly name: string
  /** Unique among all parts, and the same wherever the raw folders lie. */
  readonly key: string
  readonly place: string
  readonly files: DicomFolder
}

function* rawParts(roots: readonly string[], output: string): Generator<RawPart> {
  const labels = new Map<string, number>()
  const own = realPath(output)
  for (const root of roots) {
    const base = path.basename(root)
    const count = (labels.get(base) ?? 0) + 1
    labels.set(base, count)
    const label = count === 1 ? base : `${base}#${count}`
    const { folders, files } = listFolder(root)
    for (const name of folders) {
      const place = path.join(root, name)
      if (name === STATE_FOLDER || realPath(place) === own) continue
      yield { name, key: `${label}/${name}`, place, files: openDicomFolder(place) }
    }
    if (files.length > 0) yield { name: LOOSE, key: label, place: root, files: openDicomFolder(root, true) }
  }
}

interface RawGroup {
  readonly parts: readonly RawPart[]
  readonly patients: readonly string[]
}

function byName(parts: readonly RawPart[]): RawGroup[] {
  const groups = new Map<string, RawPart[]>()
  for (const part of parts) groups.set(part.name, [...(groups.get(part.name) ?? []), part])
  return [...groups].map(([name, list]) => ({ parts: list, patients: name === LOOSE ? [] : [name] }))
}

async function bySharedPatients(parts: readonly RawPart[]): Promise<RawGroup[]> {
  let groups: { parts: RawPart[]; patients: Set<string> }[] = []
  for (const part of parts) {
    const patients = await patientsIn(part.files)
    const shared = groups.filter(g => [...patients].some(pid => g.patients.has(pid)))
    groups = groups.filter(g => !shared.includes(g))
    groups.push({
      parts: [...shared.flatMap(g => g.parts), part],
      patients: new Set([...shared.flatMap(g => [...g.patients]), ...patients]),
    })
  }
  return groups.map(g => ({ parts: g.parts, patients: [...g.patients].sort() }))
}

async function patientsIn(files: DicomFolder): Promise<Set<string>> {
  const found = new Set<string>()
  for (const entry of files.entries()) {
    if (entry.problem !== undefined) continue
    const scan = await files.scan(entry.path)
    if (!('header' in scan) || scan.header.isDirectory) continue
    const { patientId, seriesInstanceUid } = scan.header
    if (patientId !== undefined && seriesInstanceUid !== undefined) found.add(folderName(patientId))
  }
  return found
}

function finished({ parts, patients }: RawGroup): RawCase {
  const places = (loose: boolean) =>
    Object.fromEntries(parts.filter(p => (p.name === LOOSE) === loose).map(p => [p.key, p.place]))
  const [first] = parts
    .map(p => p.name)
    .sort((a, b) => Number(a === LOOSE) - Number(b === LOOSE) || (a < b ? -1 : 1))
  let [files, bytes] = [0, 0]
  for (const part of parts)
    for (const entry of part.files.entries()) {
      files++
      bytes += sizeOf(path.join(part.place, entry.path))
    }
  return { id: first!, folders: places(false), loose: places(true), patients, files, bytes }
}

/** A folder that was both read and written would grow while it is sorted. */
function requireApart(roots: readonly string[], output: string): void {
  for (const root of roots) existingFile(root)
  const out = realPath(output)
  const real = roots.map(realPath)
  for (const [i, root] of real.entries()) {
    const twin = real.findIndex((other, j) => j !== i && isWithin(root, other))
    if (twin >= 0)
      throw new UsageError(`${roots[i]} lies in ${roots[twin]}, which is sorted too`, {
        remedy: 'Give each raw folder once.',
        where: roots[i],
      })
    // Directly below the raw folder it can be told from the folders of patients, deeper it cannot.
    const inside = isWithin(out, root) && path.dirname(out) !== root
    if (out === root || inside || isWithin(root, out))
      throw new UsageError(`the output ${output} and the raw folder ${roots[i]} lie in each other`, {
        remedy: 'Choose an output folder beside the raw folder.',
        where: output,
      })
  }
}

const isWithin = (file: string, folder: string): boolean =>
  file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)

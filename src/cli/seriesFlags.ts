import { UsageError } from '../core/fault.ts'
import { nearestWord } from '../core/nearestWord.ts'

/** `--column name=title`: the title for pid and for each modality that is given. @throws UsageError */
export function givenColumns(values: readonly string[], modalities: readonly string[]): Map<string, string> {
  const names = ['pid', ...modalities]
  const titles = new Map<string, string>()
  for (const value of values) {
    const [name, title] = splitAtFirst(value, '=')
    if (!names.includes(name) || title === '')
      throw new UsageError(`--column ${value} is not NAME=TITLE with a NAME among ${names.join(', ')}`, {
        remedy: `Write for example --column '${nearestWord(name, names) ?? 'pid'}=${title || '住院号'}'.`,
      })
    titles.set(name, title)
  }
  return titles
}

/** `--series pid/modality=uid`: UIDs by modality by patient. @throws UsageError */
export function givenSeries(
  values: readonly string[],
  patients: readonly string[],
  modalities: readonly string[],
): Map<string, Map<string, string>> {
  const given = new Map<string, Map<string, string>>()
  for (const value of values) {
    const [place, uid] = splitAtFirst(value, '=')
    const [pid, modality] = splitAtLast(place, '/')
    if (!modalities.includes(modality) || !/^\d+(\.\d+)*$/.test(uid))
      throw new UsageError(
        `--series ${value} is not PID/MODALITY=UID with a MODALITY among ${modalities.join(', ')}`,
        { remedy: `Write for example --series '${patients[0]}/${modalities[0]}=1.2.840.1'.` },
      )
    if (!patients.includes(pid))
      throw new UsageError(`--series ${value}: there is no folder of patient ${pid}`, {
        remedy: `Write the name of the folder${hint(nearestWord(pid, patients))}.`,
      })
    const own = given.get(pid) ?? new Map<string, string>()
    given.set(pid, own.set(modality, uid))
  }
  return given
}

const hint = (near: string | undefined): string => (near === undefined ? '' : `; did you mean ${near}?`)

function splitAtFirst(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length).trim()]
}

function splitAtLast(text: string, separator: string): [string, string] {
  const at = text.lastIndexOf(separator)
  return at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + separator.length)]
}

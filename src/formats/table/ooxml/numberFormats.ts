import { CLOSE, EMPTY, NEEDS_MORE, OPEN, XmlScanner } from '../../xml/scanner.ts'
import { isDateFormat, isDateFormatId } from './serialDate.ts'

/** For each cell format of the styles part (ECMA-376 part 1, 18.8.10) whether it shows numbers as dates. */
export function dateFormats(styles: Uint8Array): boolean[] {
  const scanner = new XmlScanner(styles)
  const custom = new Map<number, boolean>()
  const dates: boolean[] = []
  let inCellFormats = false
  for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
    if (scanner.localNameIs('cellXfs') && kind !== EMPTY) inCellFormats = kind === OPEN
    if (kind !== OPEN && kind !== EMPTY) {
      if (kind === CLOSE && scanner.localNameIs('cellXfs')) inCellFormats = false
    } else if (scanner.localNameIs('numFmt'))
      custom.set(Number(scanner.attribute('numFmtId')), isDateFormat(scanner.attribute('formatCode') ?? ''))
    else if (inCellFormats && scanner.localNameIs('xf')) {
      const id = Number(scanner.attribute('numFmtId') ?? 0)
      dates.push(custom.get(id) ?? isDateFormatId(id))
    }
  }
  return dates
}

import { readFileSync } from 'node:fs'
import { readWorkbook } from '../../../../src/formats/table/readWorkbook.ts'
import type { Table } from '../../../../src/formats/table/table.ts'
import { deflateEntry } from '../../../../src/formats/zip/deflateEntry.ts'
import { inflateWhole } from '../../../../src/formats/zip/inflateEntry.ts'
import { readZip } from '../../../../src/formats/zip/readZip.ts'
import { writeZip } from '../../../../src/formats/zip/writeZip.ts'

/** A workbook of test/oracle/table. */
export function workbookFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../../oracle/table/${name}`, import.meta.url)))
}

/** One worksheet of a workbook. */
export async function readSheet(bytes: Uint8Array, name: string, source?: string): Promise<Table> {
  return (await readWorkbook(bytes, source)).sheet(name)
}

/** The parts of a package as text, binary ones with a replacement for each odd byte. */
export async function partsOf(bytes: Uint8Array): Promise<Map<string, string>> {
  const parts = new Map<string, string>()
  for (const entry of readZip(bytes))
    parts.set(entry.name, new TextDecoder('latin1').decode(await inflateWhole(entry)))
  return parts
}

/** A package of these parts, which hold ASCII. */
export async function packageOf(parts: Iterable<readonly [string, string]>): Promise<Uint8Array> {
  const encoder = new TextEncoder()
  return writeZip(
    await Promise.all([...parts].map(([name, text]) => deflateEntry(name, [encoder.encode(text)]))),
  )
}

/** The workbook with the text of one of its parts changed. */
export async function withPart(
  bytes: Uint8Array,
  name: string,
  change: (text: string) => string,
): Promise<Uint8Array> {
  const changed = await Promise.all(
    readZip(bytes).map(async entry =>
      entry.name === name
        ? deflateEntry(name, [
            new TextEncoder().encode(change(new TextDecoder().decode(await inflateWhole(entry)))),
          ])
        : entry,
    ),
  )
  return writeZip(changed)
}

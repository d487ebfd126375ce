import { encodeXmlAttribute } from '../xml/text.ts'
import { deflateEntry } from '../zip/deflateEntry.ts'
import type { ZipEntry } from '../zip/entry.ts'
import { writeZip } from '../zip/writeZip.ts'
import { emptyStyles, putCellFormats } from './ooxml/cellFormats.ts'
import { type ChartPart, chartParts } from './ooxml/chartParts.ts'
import { filterName } from './ooxml/filterName.ts'
import { CONTENT_TYPE, CONTENT_TYPES, PACKAGE_RELATIONSHIPS, TRANSITIONAL } from './ooxml/namespaces.ts'
import { WorksheetWriter } from './ooxml/worksheetWriter.ts'
import { requireSheetNames } from './sheetName.ts'
import type { WorksheetSpec } from './worksheetSpec.ts'

export type { ChartSpec, ColumnSpec, WorksheetSpec } from './worksheetSpec.ts'

/** Parts behind one chart. */
const CHART_PARTS = 4
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

/**
 * The bytes of an .xlsx workbook with these worksheets. The same worksheets give the same bytes. Numbers that are
 * not finite are written as text, since a worksheet has none; an empty text is an empty cell.
 * @throws SheetNameError for a name that Excel refuses; WorksheetLimitError for more than a worksheet can hold
 */
export async function writeWorkbook(sheets: readonly WorksheetSpec[]): Promise<Uint8Array> {
  if (sheets.length === 0) throw new RangeError('a workbook needs at least one worksheet')
  requireSheetNames(sheets.map(sheet => sheet.name))
  const { styles, formats } = putCellFormats(emptyStyles())
  const worksheets: ZipEntry[] = []
  const names: string[] = []
  const charts: ChartPart[] = []
  for (const [index, sheet] of sheets.entries()) {
    const writer = new WorksheetWriter(sheet, formats, TRANSITIONAL, index === 0)
    const part = `xl/worksheets/sheet${index + 1}.xml`
    worksheets.push(await deflateEntry(part, writer.pieces()))
    const numbered = (start: string, end: string) => `${start}${charts.length / CHART_PARTS + 1}${end}`
    charts.push(...chartParts(sheet, writer, part, 'xl/', sheet.name, TRANSITIONAL, numbered))
    names.push(filterName('', sheet.name, index, writer.absoluteRange))
  }
  const encoder = new TextEncoder()
  const part = (name: string, text: string) => deflateEntry(name, [encoder.encode(XML + text)])
  return writeZip([
    await part('[Content_Types].xml', contentTypes(sheets.length, charts)),
    await part('_rels/.rels', relationships([['officeDocument', 'xl/workbook.xml']])),
    await part('xl/workbook.xml', workbookXml(sheets, names.join(''))),
    await part(
      'xl/_rels/workbook.xml.rels',
      relationships([
        ...sheets.map((_, index): [string, string] => ['worksheet', `worksheets/sheet${index + 1}.xml`]),
        ['styles', 'styles.xml'],
      ]),
    ),
    await deflateEntry('xl/styles.xml', [styles]),
    ...worksheets,
    ...(await Promise.all(charts.map(({ name, xml }) => deflateEntry(name, [xml])))),
  ])
}

function contentTypes(sheetCount: number, charts: readonly ChartPart[]): string {
  const override = (name: string, type: string) => `<Override PartName="/${name}" ContentType="${type}"/>`
  const worksheets = Array.from({ length: sheetCount }, (_, index) =>
    override(`xl/worksheets/sheet${index + 1}.xml`, CONTENT_TYPE.worksheet),
  )
  return (
    `<Types xmlns="${CONTENT_TYPES}"><Default Extension="rels" ContentType="${CONTENT_TYPE.relationships}"/>` +
    `<Default Extension="xml" ContentType="application/xml"/>${override('xl/workbook.xml', CONTENT_TYPE.workbook)}` +
    `${worksheets.join('')}${override('xl/styles.xml', CONTENT_TYPE.styles)}` +
    `${charts.map(({ name, type }) => (type === undefined ? '' : override(name, type))).join('')}</Types>`
  )
}

function relationships(targets: readonly (readonly [type: string, target: string])[]): string {
  const elements = targets.map(
    ([type, target], index) =>
      `<Relationship Id="rId${index + 1}" Type="${TRANSITIONAL.relationships}/${type}" Target="${target}"/>`,
  )
  return `<Relationships xmlns="${PACKAGE_RELATIONSHIPS}">${elements.join('')}</Relationships>`
}

function workbookXml(sheets: readonly WorksheetSpec[], definedNames: string): string {
  const elements = sheets.map(
    ({ name }, index) =>
      `<sheet name="${encodeXmlAttribute(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  )
  return (
    `<workbook xmlns="${TRANSITIONAL.main}" xmlns:r="${TRANSITIONAL.relationships}">` +
    `<bookViews><workbookView activeTab="0"/></bookViews><sheets>${elements.join('')}</sheets>` +
    `${definedNames === '' ? '' : `<definedNames>${definedNames}</definedNames>`}</workbook>`
  )
}

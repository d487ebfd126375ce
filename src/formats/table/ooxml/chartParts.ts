import type { WorksheetSpec } from '../worksheetSpec.ts'
import { chartXml } from './chartPart.ts'
import { CONTENT_TYPE, type Dialect, PACKAGE_RELATIONSHIPS } from './namespaces.ts'
import { relationshipsPart } from './package.ts'
import { DRAWING_ID, type WorksheetWriter } from './worksheetWriter.ts'

/** A part to write beside a worksheet. */
export interface ChartPart {
  readonly name: string
  readonly xml: Uint8Array
  /** Absent for relationships, whose type follows from their ending. */
  readonly type?: string
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const CHART_ID = 'rId1'
/** Columns and rows of cells that a chart covers. */
const WIDTH = 12
const HEIGHT = 24

/**
 * The parts behind the chart of a worksheet, after the worksheet itself is written: its relationships, the drawing
 * (ECMA-376 part 1, 20.5), its relationships, and the chart. None for a worksheet without one.
 *
 * @param worksheet name of the worksheet's part
 * @param folder of the workbook's part, with its slash
 * @param sheet name of the worksheet in the workbook
 * @param freshName a part name of that beginning and end which is not taken
 */
export function chartParts(
  spec: WorksheetSpec,
  writer: WorksheetWriter,
  worksheet: string,
  folder: string,
  sheet: string,
  dialect: Dialect,
  freshName: (start: string, end: string) => string,
): ChartPart[] {
  if (spec.chart === undefined) return []
  const drawing = freshName(`${folder}drawings/drawing`, '.xml')
  const chart = freshName(`${folder}charts/chart`, '.xml')
  const related = (owner: string, id: string, type: string, target: string): ChartPart => ({
    name: relationshipsPart(owner),
    xml: encoded(
      `<Relationships xmlns="${PACKAGE_RELATIONSHIPS}"><Relationship Id="${id}" Type="${dialect.relationships}/${type}" Target="/${target}"/></Relationships>`,
    ),
  })
  return [
    related(worksheet, DRAWING_ID, 'drawing', drawing),
    { name: drawing, xml: encoded(drawingXml(spec, dialect)), type: CONTENT_TYPE.drawing },
    related(drawing, CHART_ID, 'chart', chart),
    {
      name: chart,
      xml: encoded(chartXml(spec.chart, spec, sheet, writer.bodyRows, dialect)),
      type: CONTENT_TYPE.chart,
    },
  ]
}

const encoded = (xml: string): Uint8Array => new TextEncoder().encode(XML + xml)

/** A frame with the chart, one column to the right of the table. */
function drawingXml({ columns }: WorksheetSpec, dialect: Dialect): string {
  const left = columns.length + 1
  const corner = (name: string, column: number, row: number) =>
    `<xdr:${name}><xdr:col>${column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>${row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:${name}>`
  return (
    `<xdr:wsDr xmlns:xdr="${dialect.spreadsheetDrawing}" xmlns:a="${dialect.drawing}">` +
    `<xdr:twoCellAnchor>${corner('from', left, 1)}${corner('to', left + WIDTH, 1 + HEIGHT)}` +
    `<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="Chart 1"/><xdr:cNvGraphicFramePr/>` +
    '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>' +
    `<a:graphic><a:graphicData uri="${dialect.chart}"><c:chart xmlns:c="${dialect.chart}" ` +
    `xmlns:r="${dialect.relationships}" r:id="${CHART_ID}"/></a:graphicData></a:graphic></xdr:graphicFrame>` +
    `<xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>`
  )
}

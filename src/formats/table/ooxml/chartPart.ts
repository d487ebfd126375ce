import { encodeXmlText } from '../../xml/text.ts'
import { columnLetters } from '../table.ts'
import type { ChartSpec, WorksheetSpec } from '../worksheetSpec.ts'
import { quotedSheet } from './filterName.ts'
import type { Dialect } from './namespaces.ts'

/** Ids by which the axes of a chart name each other. */
const CATEGORY_AXIS = 1
const VALUE_AXIS = 2
/** Blue, orange, green, purple: told apart by the colour-blind too. */
const COLOURS = ['1F77B4', 'FF7F0E', '2CA02C', '9467BD']
const LINE_WIDTH = 22_225
const GRID_LINES =
  '<c:majorGridlines><c:spPr><a:ln w="9525"><a:solidFill><a:srgbClr val="D9D9D9"/></a:solidFill></a:ln></c:spPr></c:majorGridlines>'

/**
 * A chart part: bars or lines over the cells of its worksheet, which the program that opens the workbook reads
 * (ECMA-376 part 1, 21.2; the elements stand in the order of its schema).
 *
 * @param sheet name of the worksheet in the workbook
 * @param body 1-based first and last row of the cells
 * @throws RangeError when the chart names a column that the worksheet lacks
 */
export function chartXml(
  chart: ChartSpec,
  spec: WorksheetSpec,
  sheet: string,
  body: readonly [number, number],
  dialect: Dialect,
): string {
  const [first, last] = body
  const end = Math.min(last, first + (chart.rows ?? Number.POSITIVE_INFINITY) - 1)
  const column = (name: string): string => {
    const at = spec.columns.findIndex(c => c.name === name)
    if (at < 0) throw new RangeError(`worksheet ${spec.name}: its chart shows a column ${name} that it lacks`)
    return columnLetters(at)
  }
  const cells = (name: string, from: number, to: number) => {
    const letters = column(name)
    const range = from === to ? `$${letters}$${from}` : `$${letters}$${from}:$${letters}$${to}`
    return `<c:f>${encodeXmlText(`${quotedSheet(sheet)}!${range}`)}</c:f>`
  }
  const series = chart.series.map((name, index) => {
    const colour = COLOURS[index % COLOURS.length]!
    const solid = `<a:solidFill><a:srgbClr val="${colour}"/></a:solidFill>`
    const shape = chart.kind === 'bar' ? solid : `<a:ln w="${LINE_WIDTH}">${solid}</a:ln>`
    return (
      `<c:ser><c:idx val="${index}"/><c:order val="${index}"/>` +
      `<c:tx><c:strRef>${cells(name, first - 1, first - 1)}</c:strRef></c:tx><c:spPr>${shape}</c:spPr>` +
      (chart.kind === 'bar'
        ? '<c:invertIfNegative val="0"/>'
        : '<c:marker><c:symbol val="none"/></c:marker>') +
      `<c:cat><c:strRef>${cells(chart.categories, first, end)}</c:strRef></c:cat>` +
      `<c:val><c:numRef>${cells(name, first, end)}</c:numRef></c:val>` +
      `${chart.kind === 'line' ? '<c:smooth val="0"/>' : ''}</c:ser>`
    )
  })
  const axes = `<c:axId val="${CATEGORY_AXIS}"/><c:axId val="${VALUE_AXIS}"/>`
  const plot =
    chart.kind === 'bar'
      ? `<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>${series.join('')}<c:gapWidth val="60"/>${axes}</c:barChart>`
      : `<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>${series.join('')}<c:marker val="1"/>${axes}</c:lineChart>`
  return (
    `<c:chartSpace xmlns:c="${dialect.chart}" xmlns:a="${dialect.drawing}" xmlns:r="${dialect.relationships}">` +
    `<c:roundedCorners val="0"/><c:chart>${title(chart.title)}<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>` +
    `${plot}${categoryAxis(chart.categories)}${valueAxis(chart.valueTitle)}</c:plotArea>` +
    '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>' +
    '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart></c:chartSpace>'
  )
}

const title = (text: string): string =>
  `<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>${encodeXmlText(text)}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>`

const categoryAxis = (name: string): string =>
  `<c:catAx><c:axId val="${CATEGORY_AXIS}"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>` +
  `<c:axPos val="b"/>${title(name)}<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>` +
  `<c:minorTickMark val="none"/><c:tickLblPos val="low"/><c:crossAx val="${VALUE_AXIS}"/><c:crosses val="autoZero"/>` +
  '<c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="1"/></c:catAx>'

const valueAxis = (name: string | undefined): string =>
  `<c:valAx><c:axId val="${VALUE_AXIS}"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>` +
  `<c:axPos val="l"/>${GRID_LINES}${name === undefined ? '' : title(name)}` +
  '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="out"/><c:minorTickMark val="none"/>' +
  `<c:tickLblPos val="nextTo"/><c:crossAx val="${CATEGORY_AXIS}"/><c:crosses val="autoZero"/>` +
  '<c:crossBetween val="between"/></c:valAx>'

import { encodeXmlText } from '../../xml/text.ts'

/** The hidden name by which Excel knows the range of a worksheet's filter (ECMA-376 part 1, 18.2.5). */
export const FILTER_NAME = '_xlnm._FilterDatabase'

/**
 * @param prefix of the workbook part's elements, with its colon, or nothing
 * @param position of the worksheet among the tabs, from 0
 * @param range absolute; none gives no name
 */
export function filterName(
  prefix: string,
  sheet: string,
  position: number,
  range: string | undefined,
): string {
  if (range === undefined) return ''
  const reference = encodeXmlText(`${quotedSheet(sheet)}!${range}`)
  return `<${prefix}definedName name="${FILTER_NAME}" localSheetId="${position}" hidden="1">${reference}</${prefix}definedName>`
}

/** The name of a worksheet as formulas have it before the exclamation mark. */
export const quotedSheet = (name: string): string => `'${name.replaceAll("'", "''")}'`

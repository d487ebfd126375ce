import { SheetNameError } from './fault.ts'

const LONGEST = 31

/**
 * Why Excel would refuse a worksheet name, worded to follow it ("... is longer than 31 characters"); none if it is
 * fine.
 * @param others names that are taken; upper and lower case count as equal
 */
export function checkSheetName(name: string, others: Iterable<string> = []): string[] {
  const reasons: string[] = []
  if (name === '') reasons.push('is empty')
  if (name.length > LONGEST) reasons.push(`is longer than ${LONGEST} characters (${name.length})`)
  const refused = [...new Set(name.match(/[[\]:*?/\\]/g))]
  if (refused.length > 0) reasons.push(`holds ${refused.join(' ')}`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f\ufffe\uffff]/.test(name) || !isWellFormed(name))
    reasons.push('holds a control character')
  if (name.startsWith("'") || name.endsWith("'")) reasons.push('begins or ends with an apostrophe')
  if (sameSheetName(name, 'History')) reasons.push('is kept by Excel for itself')
  for (const other of others)
    if (sameSheetName(name, other)) {
      reasons.push(`is taken${other === name ? '' : ` (as "${other}")`}`)
      break
    }
  return reasons
}

/**
 * Refuses a set of names as a whole.
 * @throws SheetNameError for the first that Excel would refuse or that occurs twice
 */
export function requireSheetNames(names: readonly string[], source?: string): void {
  names.forEach((name, index) => {
    const reasons = checkSheetName(name, names.slice(0, index))
    if (reasons.length > 0) throw new SheetNameError(name, reasons.join(' and '), source)
  })
}

/** Whether Excel takes the two for the same worksheet. */
export function sameSheetName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** No half of a surrogate pair stands alone. */
function isWellFormed(text: string): boolean {
  return !/[\ud800-\udfff]/u.test(text)
}

/** Names that the manifests already use for worksheets of their own. */
const TAKEN = ['manifest', 'findings']

/**
 * Why a name cannot be the name of a split's worksheet, or undefined when it can. The rules are Excel's: 1 to 31
 * characters, none of `: \ / ? * [ ]`, no apostrophe at either end, not `History`
 * (Microsoft Support, "Rename a worksheet").
 */
export function sheetNameProblem(name: string): string | undefined {
  if (name === '') return 'a worksheet needs a name'
  if (name.length > 31) return `the name has ${name.length} characters, and Excel takes at most 31`
  const refused = /[:\\/?*[\]]/.exec(name)
  if (refused) return `Excel refuses the character ${refused[0]} in the name of a worksheet`
  if (/\p{Cc}/u.test(name)) return 'Excel refuses control characters in the name of a worksheet'
  if (name.startsWith("'") || name.endsWith("'"))
    return 'Excel refuses an apostrophe at the beginning or end of the name of a worksheet'
  if (name.toLowerCase() === 'history') return 'Excel keeps the name History to itself'
  if (TAKEN.includes(name.toLowerCase())) return `the worksheet ${name} is already in the workbook`
  return undefined
}

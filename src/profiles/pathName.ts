/** The longest file or folder name that common file systems can hold; longer ones are not tried. */
export const LONGEST_NAME = 255

/** What most names are; other signs are looked at one by one. */
const PLAIN = /^[A-Za-z0-9_-][\w.-]*$/

/** Why a text cannot be the name of a file or folder, or undefined when it can. */
export function pathNameProblem(text: string): string | undefined {
  if (PLAIN.test(text)) return undefined
  if (text === '') return 'it is empty'
  if (text === '.' || text === '..') return 'it means a folder of its own'
  if (/[/\\]/.test(text)) return 'it holds a slash'
  if (/\p{Cc}/u.test(text)) return 'it holds a control character'
  return undefined
}

import path from 'node:path'

/** A path as a person would write it here: relative or absolute, whichever is shorter; `.` for the folder itself. */
export function shownPath(file: string, from: string = process.cwd()): string {
  const absolute = path.resolve(from, file)
  const relative = path.relative(from, absolute) || '.'
  return relative.length <= absolute.length ? relative : absolute
}

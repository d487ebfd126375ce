const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** A size as people read it: powers of 1000, three significant digits. */
export function formatBytes(bytes: number): string {
  let unit = 0
  let value = bytes
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? Math.round(value) : value.toPrecision(3)} ${UNITS[unit]}`
}

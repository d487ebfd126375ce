const DAY_MS = 86_400_000
/** Day 0 for serials from 61 on; day 60 is 29 February 1900, which never was, so earlier ones lie one day later. */
const EPOCH_1900 = Date.UTC(1899, 11, 30)
const EPOCH_1904 = Date.UTC(1904, 0, 1)
const LEAP_DAY_THAT_NEVER_WAS = 60
/** 9999-12-31, the last day that spreadsheet programs know. */
const LAST_1900 = 2_958_465

/**
 * ISO 8601 text of a serial date (ECMA-376 part 1, 18.17.4.1): `YYYY-MM-DD`, with `THH:MM:SS` unless it is midnight,
 * with milliseconds where there are any; the time alone when the day is 0. Undefined when it is no date.
 */
export function isoFromSerial(serial: number, date1904: boolean): string | undefined {
  if (!(serial >= 0) || serial >= LAST_1900 + 1 - (date1904 ? 1462 : 0)) return undefined
  const milliseconds = Math.round(serial * DAY_MS)
  const timeOnly = milliseconds < DAY_MS
  const shift = !date1904 && serial < LEAP_DAY_THAT_NEVER_WAS ? DAY_MS : 0
  const iso = new Date((date1904 ? EPOCH_1904 : EPOCH_1900) + shift + milliseconds).toISOString()
  const time = iso.slice(11, 23).replace(/\.000$/, '')
  if (timeOnly) return time
  return time === '00:00:00' ? iso.slice(0, 10) : `${iso.slice(0, 10)}T${time}`
}

/** Built-in number formats that show a date or time, East Asian ones included (ECMA-376 part 1, 18.8.30). */
export function isDateFormatId(id: number): boolean {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || id === 45 || id === 47 || (id >= 50 && id <= 58)
}

/**
 * Whether a number format code shows a date or a time of day. Elapsed time, such as `[h]:mm`, is a duration and
 * stays a number.
 */
export function isDateFormat(code: string): boolean {
  const positive = code.replace(/"[^"]*"|\\.|_.|\*./g, '').split(';')[0]!
  if (/\[(h+|m+|s+)\]/i.test(positive)) return false
  const letters = positive.replace(/\[[^\]]*\]/g, '')
  return /[ymdhs]/i.test(letters) && !/general/i.test(letters)
}

import { corrupt, unsupported } from '../fault.ts'

/** Coding parameters of ITU-T T.87, C.2.4.1.1. */
export interface CodingParameters {
  readonly maximum: number
  /** T1, T2, T3: where differences of neighbours change their class. */
  readonly thresholds: readonly [number, number, number]
  /** Number of samples after which the statistics of a context are halved. */
  readonly reset: number
}

/** How the components of a scan alternate. */
export const INTERLEAVE = { none: 0, line: 1, sample: 2 } as const

export interface JpegLsScan {
  /** Places of its components in a pixel. */
  readonly components: readonly number[]
  /** Largest error of a sample; 0 is lossless. */
  readonly near: number
  readonly interleave: number
  readonly parameters: CodingParameters
  /** Entropy-coded data, up to the next marker. */
  readonly data: Uint8Array
}

export interface JpegLsStream {
  readonly precision: number
  readonly rows: number
  readonly columns: number
  readonly components: number
  readonly scans: readonly JpegLsScan[]
}

const MARKER = { sof: 0xf7, lse: 0xf8, sos: 0xda, eoi: 0xd9, dri: 0xdd, app8: 0xe8 } as const

interface Frame {
  readonly precision: number
  readonly rows: number
  readonly columns: number
  readonly ids: readonly number[]
}

type Preset = readonly [maximum: number, t1: number, t2: number, t3: number, reset: number]

/**
 * Takes a JPEG-LS stream apart (T.87, annex C).
 *
 * @throws DicomPixelError for mapping tables, restart markers and subsampling, and for damaged segments
 */
export function parseJpegLs(bytes: Uint8Array): JpegLsStream {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw corrupt('A JPEG-LS stream does not begin with FF D8.')
  const scans: JpegLsScan[] = []
  let frame: Frame | undefined
  let preset: Preset = [0, 0, 0, 0, 0]
  let at = 2
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++
    const marker = bytes[at + 1]
    if (marker === undefined || marker === MARKER.eoi) break
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
    const end = at + 2 + length
    if (bytes[at] !== 0xff || length < 2 || end > bytes.length)
      throw corrupt(`A JPEG-LS stream of ${bytes.length} bytes has no whole segment at byte ${at}.`)
    const body = bytes.subarray(at + 4, end)
    at = end
    if (marker === MARKER.sof) {
      if (frame !== undefined) throw corrupt('A JPEG-LS stream has two frame headers.')
      frame = readFrame(body)
    } else if (marker === MARKER.lse) preset = readPreset(body)
    else if (marker === MARKER.dri && body.some(byte => byte !== 0))
      throw unsupported('The JPEG-LS stream has restart markers.')
    else if (marker === MARKER.app8 && isColourTransform(body))
      throw unsupported("The JPEG-LS stream has a colour transformation of one vendor's own.")
    else if (marker === MARKER.sos) {
      if (frame === undefined) throw corrupt('A JPEG-LS stream has a scan before its frame header.')
      const data = scanData(bytes, at)
      scans.push(readScan(body, frame, preset, data))
      at += data.length
    }
  }
  if (frame === undefined) throw corrupt('A JPEG-LS stream has no frame header.')
  const { precision, rows, columns, ids } = frame
  return { precision, rows, columns, components: ids.length, scans }
}

const word = (body: Uint8Array, at: number) => (body[at]! << 8) | body[at + 1]!

function readFrame(body: Uint8Array): Frame {
  const count = body[5] ?? 0
  if (count === 0 || body.length < 6 + 3 * count)
    throw corrupt('The frame header of a JPEG-LS stream is cut off.')
  const precision = body[0]!
  if (precision < 2 || precision > 16)
    throw corrupt(`A JPEG-LS stream has samples of ${precision} bits, where 2 to 16 are defined.`)
  const places = Array.from({ length: count }, (_, i) => 6 + 3 * i)
  if (places.some(at => body[at + 1] !== 0x11))
    throw unsupported('The JPEG-LS stream has components of different sampling.')
  return { precision, rows: word(body, 1), columns: word(body, 3), ids: places.map(at => body[at]!) }
}

function readPreset(body: Uint8Array): Preset {
  if (body[0] !== 1)
    throw unsupported('The JPEG-LS stream has mapping tables or is of more than 65535 pixels.')
  if (body.length < 11) throw corrupt('The coding parameters of a JPEG-LS stream are cut off.')
  return [word(body, 1), word(body, 3), word(body, 5), word(body, 7), word(body, 9)]
}

// 'mrfx' and the number of the transformation; 0 is none.
const isColourTransform = (body: Uint8Array) =>
  body[0] === 0x6d && body[1] === 0x72 && body[2] === 0x66 && body[3] === 0x78 && body[4] !== 0

function readScan(body: Uint8Array, frame: Frame, preset: Preset, data: Uint8Array): JpegLsScan {
  const count = body[0] ?? 0
  if (count === 0 || body.length < 4 + 2 * count)
    throw corrupt('The header of a scan in a JPEG-LS stream is cut off.')
  const components = Array.from({ length: count }, (_, i) => frame.ids.indexOf(body[1 + 2 * i]!))
  if (components.includes(-1))
    throw corrupt('A scan of a JPEG-LS stream names a component that the frame lacks.')
  if (components.some((_, i) => body[2 + 2 * i] !== 0))
    throw unsupported('The JPEG-LS stream has mapping tables.')
  const near = body[1 + 2 * count]!
  const interleave = body[2 + 2 * count]!
  if (body[3 + 2 * count]! !== 0) throw unsupported('The JPEG-LS stream has a point transform.')
  // One component may call itself interleaved, which changes nothing.
  if (interleave > INTERLEAVE.sample || (interleave === INTERLEAVE.none && count > 1))
    throw corrupt(`A scan of ${count} components in a JPEG-LS stream has interleave mode ${interleave}.`)
  const parameters = codingParameters(frame.precision, near, preset)
  return { components, near, interleave: count === 1 ? INTERLEAVE.none : interleave, parameters, data }
}

/** The preset values, and the defaults of T.87, C.2.4.1.1.1, for those that are 0. */
function codingParameters(precision: number, near: number, preset: Preset): CodingParameters {
  const maximum = preset[0] || (1 << precision) - 1
  if (maximum >= 1 << precision || near > Math.min(255, maximum >> 1))
    throw corrupt(`A JPEG-LS stream has the largest value ${maximum} and the largest error ${near}.`)
  const within = (value: number, low: number) => (value > maximum || value < low ? low : value)
  const wide = maximum >= 128
  const factor = wide ? (Math.min(maximum, 4095) + 128) >> 8 : Math.trunc(256 / (maximum + 1))
  const scaled = (basic: number, least: number, slack: number) =>
    wide ? factor * (basic - least) + least + slack : Math.max(least, Math.trunc(basic / factor) + slack)
  const t1 = preset[1] || within(scaled(3, 2, 3 * near), near + 1)
  const t2 = preset[2] || within(scaled(7, 3, 5 * near), t1)
  const t3 = preset[3] || within(scaled(21, 4, 7 * near), t2)
  const reset = preset[4] || 64
  if (t1 <= near || t2 < t1 || t3 < t2 || t3 > maximum || reset < 3 || reset > Math.max(255, maximum))
    throw corrupt(`A JPEG-LS stream has the thresholds ${t1}, ${t2}, ${t3} and the reset interval ${reset}.`)
  return { maximum, thresholds: [t1, t2, t3], reset }
}

/** Entropy-coded data ends at FF with the highest bit of the next byte set (T.87, C.1). */
function scanData(bytes: Uint8Array, start: number): Uint8Array {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1))
    if ((bytes[at + 1] ?? 0xff) > 0x7f) return bytes.subarray(start, at)
  return bytes.subarray(start)
}

import type { FindingCode } from '../../core/finding.ts'
import type { SliceHeader } from '../../core/sliceHeader.ts'
import type { PlanLedger } from './planLedger.ts'

type Known = 'rows' | 'columns' | 'position' | 'orientation' | 'pixelSpacing'

/** A slice of a grey image whose place in the patient is known. */
export type LocatedSlice = SliceHeader & { readonly [K in Known]: NonNullable<SliceHeader[K]> }

/** Secondary Capture Image Storage and its multi-frame kin (PS3.4, section B.5). */
const SECONDARY_CAPTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.[1-4])?$/

/** Direction cosines may be off unit length and right angles by this much. */
const COSINE_TOLERANCE = 1e-3

/** The first reason in this order for which a frame cannot be a slice of a volume. */
const REASONS: readonly (readonly [FindingCode, (slice: SliceHeader) => string | undefined])[] = [
  [
    'object-not-image',
    s => (!s.rows || !s.columns ? `hold no image (${s.modality ?? 'no modality'})` : undefined),
  ],
  ['image-colour', s => (isGrey(s) ? undefined : `are colour images (${s.photometric ?? 'no photometric'})`)],
  [
    'image-secondary-capture',
    s => (SECONDARY_CAPTURE.test(s.sopClassUid ?? '') ? 'are secondary captures' : undefined),
  ],
  ['image-mosaic', s => (s.imageType.includes('MOSAIC') ? 'are Siemens mosaics' : undefined)],
  ['image-localizer', s => (s.imageType.includes('LOCALIZER') ? 'are localizers (scouts)' : undefined)],
  [
    'image-multiframe-unsupported',
    s =>
      s.frames > 1 && !s.position
        ? `are multi-frame objects without a position for each frame (${s.modality ?? 'no modality'}, ${s.frames} frames)`
        : undefined,
  ],
  [
    'slice-position-missing',
    s => (!s.position || !s.orientation || !s.pixelSpacing ? `have no ${missingPart(s)}` : undefined),
  ],
  ['slice-header-invalid', s => invalidPart(s)],
  ['image-lut-unsupported', s => (s.modalityLut ? 'carry a modality look-up table' : undefined)],
]

const isGrey = (s: SliceHeader): boolean =>
  s.samplesPerPixel === 1 && (s.photometric ?? 'MONOCHROME2').startsWith('MONOCHROME')

function missingPart(s: SliceHeader): string {
  if (!s.position) return 'ImagePositionPatient'
  return s.orientation ? 'PixelSpacing' : 'ImageOrientationPatient'
}

function invalidPart(s: SliceHeader): string | undefined {
  const { orientation, pixelSpacing, slope, intercept } = s
  if (!orientation || !pixelSpacing) return undefined
  const [a, b, c, d, e, f] = orientation
  const offUnit = Math.max(Math.abs(Math.hypot(a, b, c) - 1), Math.abs(Math.hypot(d, e, f) - 1))
  if (offUnit > COSINE_TOLERANCE || Math.abs(a * d + b * e + c * f) > COSINE_TOLERANCE)
    return `have an ImageOrientationPatient that is no pair of unit vectors at right angles (${orientation.join('\\')})`
  if (!(pixelSpacing[0] > 0 && pixelSpacing[1] > 0))
    return `have a PixelSpacing that is not positive (${pixelSpacing.join('\\')})`
  if (!Number.isFinite(slope) || !Number.isFinite(intercept))
    return 'have no finite rescale slope and intercept'
  return undefined
}

/**
 * The frames that can be slices, in an order that does not depend on the caller's (SOPInstanceUID, then frame).
 * The others are left out with one finding for each reason.
 */
export function locatedSlices(slices: readonly SliceHeader[], ledger: PlanLedger): LocatedSlice[] {
  const unfit = new Map<FindingCode, { slices: SliceHeader[]; why: string }>()
  const located: LocatedSlice[] = []
  for (const slice of [...slices].sort(byInstance)) {
    const reason = reasonAgainst(slice)
    if (reason === undefined) located.push(slice as LocatedSlice)
    else {
      const group = unfit.get(reason.code) ?? { slices: [], why: reason.why }
      group.slices.push(slice)
      unfit.set(reason.code, group)
    }
  }
  for (const [code, { slices: group, why }] of unfit) {
    ledger.leave(code, group)
    ledger.note(code, group, `${group.length} of ${slices.length} frames ${why}: ${ledger.names(group)}`)
  }
  return located
}

function reasonAgainst(slice: SliceHeader): { code: FindingCode; why: string } | undefined {
  for (const [code, test] of REASONS) {
    const why = test(slice)
    if (why !== undefined) return { code, why }
  }
  return undefined
}

export function byInstance(a: SliceHeader, b: SliceHeader): number {
  const [left, right] = [a.sopInstanceUid ?? '', b.sopInstanceUid ?? '']
  if (left !== right) return left < right ? -1 : 1
  return a.frame - b.frame || a.index - b.index
}

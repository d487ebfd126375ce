import type { DicomFile, PixelData } from '../dataset.ts'
import { corrupt } from './fault.ts'

type Fragment = NonNullable<PixelData['fragments']>[number]

const groupsOf = new WeakMap<PixelData, readonly (readonly Fragment[])[]>()

/**
 * The compressed bytes of one frame of encapsulated pixels (PS3.5, annex A.4): a view of the file where the frame lies
 * in one fragment.
 *
 * The fragments are dealt out to frames by the first rule that fits: all to the only frame; one to each; by the offset
 * table; by the end-of-image marker of JPEG streams.
 *
 * @throws DicomPixelError if no rule fits, or a fragment reaches past the end of the file
 */
export function encodedFrame(
  file: DicomFile,
  pixelData: PixelData,
  frames: number,
  frame: number,
): Uint8Array {
  let groups = groupsOf.get(pixelData)
  if (groups === undefined) {
    groups = fragmentGroups(file.bytes, pixelData, frames)
    groupsOf.set(pixelData, groups)
  }
  const parts = groups[frame]!.map(({ offset, length }) => {
    if (offset + length > file.bytes.length)
      throw corrupt(
        `A fragment of frame ${frame + 1} reaches to byte ${offset + length}, past the end of the file at ${file.bytes.length}.`,
      )
    return file.bytes.subarray(offset, offset + length)
  })
  if (parts.length === 1) return parts[0]!
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function fragmentGroups(bytes: Uint8Array, pixelData: PixelData, frames: number): Fragment[][] {
  const fragments = pixelData.fragments ?? []
  if (fragments.length < frames)
    throw corrupt(`There are ${frames} frames, but only ${fragments.length} fragments of compressed pixels.`)
  if (frames === 1) return [[...fragments]]
  if (fragments.length === frames) return fragments.map(fragment => [fragment])
  const groups =
    groupedByOffset(fragments, pixelData.frameOffsets, frames) ?? groupedByMarker(bytes, fragments, frames)
  if (groups === undefined)
    throw corrupt(
      `${fragments.length} fragments cannot be dealt out to ${frames} frames: neither the offset table nor the end-of-image markers agree with that number.`,
    )
  return groups
}

function groupedByOffset(
  fragments: readonly Fragment[],
  offsets: readonly number[],
  frames: number,
): Fragment[][] | undefined {
  if (offsets.length !== frames) return undefined
  const first = fragments[0]!.offset
  const index = new Map(fragments.map((fragment, i) => [fragment.offset - first, i]))
  const starts = offsets.map(offset => index.get(offset))
  if (starts[0] !== 0 || starts.some((start, f) => start === undefined || (f > 0 && start <= starts[f - 1]!)))
    return undefined
  return starts.map((start, f) => fragments.slice(start, starts[f + 1]))
}

function groupedByMarker(
  bytes: Uint8Array,
  fragments: readonly Fragment[],
  frames: number,
): Fragment[][] | undefined {
  const groups: Fragment[][] = [[]]
  for (const fragment of fragments) {
    groups.at(-1)!.push(fragment)
    if (endsImage(bytes, fragment)) groups.push([])
  }
  if (groups.at(-1)!.length === 0) groups.pop()
  return groups.length === frames ? groups : undefined
}

// FF D9 ends JPEG, JPEG-LS and JPEG 2000 streams alike; a few bytes of padding may follow.
function endsImage(bytes: Uint8Array, { offset, length }: Fragment): boolean {
  const stop = Math.max(offset, offset + length - 8)
  for (let i = offset + length - 2; i >= stop; i--)
    if (bytes[i] === 0xff && bytes[i + 1] === 0xd9) return true
  return false
}

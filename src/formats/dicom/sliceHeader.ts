import type { SliceHeader } from '../../core/sliceHeader.ts'
import type { Dataset, Tag } from './dataset.ts'

/** More frames than any scanner writes; a NumberOfFrames beyond it is damage and must not fill memory. */
const MOST_FRAMES = 65_536

const SHARED_GROUPS = '52009229'
const PER_FRAME_GROUPS = '52009230'

/**
 * Functional groups (PS3.3, section C.7.6.16.2) whose elements a classic image has at its top level under the
 * same tag.
 */
const GROUP = {
  planePosition: '00209113',
  planeOrientation: '00209116',
  pixelMeasures: '00289110',
  pixelValueTransformation: '00289145',
  frameContent: '00209111',
  mrEcho: '00189114',
  mrDiffusion: '00189117',
  cardiacSynchronization: '00189118',
  mrFrameType: '00189226',
  ctFrameType: '00189329',
  petFrameType: '00189751',
} as const satisfies Record<string, Tag>

/**
 * The slice headers of one object, one a frame, numbered from `firstIndex`. A classic image gives one; an
 * enhanced multi-frame object (PS3.3, section A.36 and others) one for each frame, from its per-frame, then its
 * shared functional groups, then its top level; a multi-frame object without functional groups (nuclear
 * medicine, ultrasound) a single one whose `frames` tells how many there are.
 */
export function sliceHeaders(dataset: Dataset, firstIndex = 0): SliceHeader[] {
  const frames = Math.max(1, Math.trunc(dataset.number('00280008') ?? 1))
  const shared = dataset.items(SHARED_GROUPS)[0]
  const perFrame = dataset.items(PER_FRAME_GROUPS)
  const ofObject = objectPart(dataset, frames)
  if (perFrame.length === 0 && shared === undefined)
    return [{ ...ofObject, ...framePart(dataset, [dataset]), index: firstIndex, frame: 0 }]
  return Array.from({ length: Math.min(frames, MOST_FRAMES) }, (_, frame) => ({
    ...ofObject,
    ...framePart(dataset, [perFrame[frame], shared]),
    index: firstIndex + frame,
    frame,
  }))
}

/** What all frames of an object have in common. */
function objectPart(dataset: Dataset, frames: number) {
  return {
    frames,
    sopInstanceUid: dataset.text('00080018'),
    sopClassUid: dataset.text('00080016'),
    seriesInstanceUid: dataset.text('0020000E'),
    modality: dataset.text('00080060'),
    rows: dataset.number('00280010'),
    columns: dataset.number('00280011'),
    modalityLut: dataset.items('00283000').length > 0,
    samplesPerPixel: dataset.number('00280002') ?? 1,
    photometric: dataset.text('00280004'),
    bitsAllocated: dataset.number('00280100'),
    bitsStored: dataset.number('00280101'),
    signed: dataset.number('00280103') === 1,
    paddingValue: dataset.number('00280120'),
    instanceNumber: dataset.number('00200013'),
  }
}

/** What may differ from frame to frame; `groups` are searched in order, then the top level. */
function framePart(dataset: Dataset, groups: readonly (Dataset | undefined)[]) {
  const inGroup = (group: Tag, tag: Tag): Dataset => {
    for (const candidate of groups) {
      const item = candidate?.items(group)[0]
      if (item?.has(tag)) return item
    }
    return dataset
  }
  const number = (group: Tag, tag: Tag) => finite(inGroup(group, tag).number(tag))
  const numbers = (group: Tag, tag: Tag) => inGroup(group, tag).numbers(tag)
  const text = (group: Tag, tag: Tag) => inGroup(group, tag).text(tag)
  const frameType = [GROUP.mrFrameType, GROUP.ctFrameType, GROUP.petFrameType]
    .map(group => inGroup(group, '00089007').texts('00089007'))
    .find(type => type.length > 0)
  return {
    imageType: frameType ?? dataset.texts('00080008'),
    position: exactly(3, numbers(GROUP.planePosition, '00200032')) as SliceHeader['position'],
    orientation: exactly(6, numbers(GROUP.planeOrientation, '00200037')) as SliceHeader['orientation'],
    pixelSpacing: exactly(2, numbers(GROUP.pixelMeasures, '00280030')) as SliceHeader['pixelSpacing'],
    spacingBetweenSlices: number(GROUP.pixelMeasures, '00180088'),
    sliceThickness: number(GROUP.pixelMeasures, '00180050'),
    slope: number(GROUP.pixelValueTransformation, '00281053') ?? 1,
    intercept: number(GROUP.pixelValueTransformation, '00281052') ?? 0,
    units: dataset.text('00541001') ?? text(GROUP.pixelValueTransformation, '00281054'),
    acquisitionNumber: number(GROUP.frameContent, '00209156') ?? finite(dataset.number('00200012')),
    temporalPosition: number(GROUP.frameContent, '00209128') ?? finite(dataset.number('00200100')),
    echoTime: number(GROUP.mrEcho, '00189082') ?? finite(dataset.number('00180081')),
    triggerTime: number(GROUP.cardiacSynchronization, '00209153') ?? finite(dataset.number('00181060')),
    bValue: number(GROUP.mrDiffusion, '00189087'),
    stackId: text(GROUP.frameContent, '00209056'),
    inStackPosition: number(GROUP.frameContent, '00209057'),
    dimensionIndexValues: numbers(GROUP.frameContent, '00209157'),
  }
}

const finite = (value: number | undefined): number | undefined =>
  value !== undefined && Number.isFinite(value) ? value : undefined

const exactly = (count: number, values: readonly number[]): readonly number[] | undefined =>
  values.length === count && values.every(Number.isFinite) ? values : undefined

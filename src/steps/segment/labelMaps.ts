import { UsageError } from '../../core/fault.ts'

/** Labels of the cardiac pipeline, by the structure that is meant: those of chamber-unet3d. */
export const HEART_STRUCTURES = {
  leftVentricle: 1,
  leftAtrium: 2,
  rightVentricle: 3,
  rightAtrium: 4,
  aorta: 5,
  myocardium: 6,
} as const

/** Label in the file: label of the pipeline. What is not listed becomes background. */
export type LabelMap = Readonly<Record<number, number>>

const { leftVentricle, leftAtrium, rightVentricle, rightAtrium, aorta, myocardium } = HEART_STRUCTURES

/**
 * Indices of TotalSegmentator's multilabel files (`--ml`), by its tasks: totalsegmentator/map_to_binary.py. Task `total`
 * of version 2 has the heart as one structure, so only the aorta is told there; the chambers are in
 * `heartchambers_highres` and in version 1.
 */
export const BUILT_IN_LABEL_MAPS = {
  'totalsegmentator-heartchambers': {
    1: myocardium,
    2: leftAtrium,
    3: leftVentricle,
    4: rightAtrium,
    5: rightVentricle,
    6: aorta,
  },
  'totalsegmentator-v1': {
    7: aorta,
    44: myocardium,
    45: leftAtrium,
    46: leftVentricle,
    47: rightAtrium,
    48: rightVentricle,
  },
  'totalsegmentator-v2': { 52: aorta, 61: leftAtrium },
} as const satisfies Record<string, LabelMap>

export const BUILT_IN_MAP_NAMES = [
  'totalsegmentator',
  'totalsegmentator-heartchambers',
  'totalsegmentator-v1',
  'totalsegmentator-v2',
  'nnunet',
] as const

/** Words that people use for a structure, lower case, without what is no letter. */
const WORDS: Readonly<Record<keyof typeof HEART_STRUCTURES, readonly string[]>> = {
  leftVentricle: [
    'lv',
    'leftventricle',
    'leftventriclecavity',
    'leftventricularcavity',
    'lvcavity',
    'lvbloodpool',
    'lvbp',
    'lvc',
    'heartventricleleft',
    'leftventriclebloodcavity',
  ],
  leftAtrium: ['la', 'leftatrium', 'leftatriumcavity', 'heartatriumleft', 'leftatriumbloodcavity'],
  rightVentricle: [
    'rv',
    'rightventricle',
    'rightventriclecavity',
    'rvbloodpool',
    'rvbp',
    'rvc',
    'heartventricleright',
    'rightventriclebloodcavity',
  ],
  rightAtrium: ['ra', 'rightatrium', 'rightatriumcavity', 'heartatriumright', 'rightatriumbloodcavity'],
  aorta: ['ao', 'aorta', 'ascendingaorta', 'aa'],
  myocardium: [
    'myo',
    'myocardium',
    'lvmyo',
    'lvm',
    'leftventricularmyocardium',
    'leftventriclemyocardium',
    'myocardiumleft',
    'myocardiumofthelv',
    'lvmyocardium',
    'heartmyocardium',
  ],
}

/** The label of the pipeline that a name means, if it is a structure of the heart. */
export function structureLabel(name: string): number | undefined {
  const letters = name.toLowerCase().replaceAll(/[^a-z]/g, '')
  for (const [structure, words] of Object.entries(WORDS))
    if (words.includes(letters)) return HEART_STRUCTURES[structure as keyof typeof HEART_STRUCTURES]
  return undefined
}

/**
 * The label map of an nnU-Net data set, from the labels of its dataset.json: `{ "LV": 1 }` (version 2) or
 * `{ "1": "LV" }` (version 1).
 *
 * @throws UsageError when it has no labels, regions instead of labels, or no name that is known
 */
export function nnunetLabelMap(dataset: unknown, where: string): LabelMap {
  const remedy = 'Give the label map itself, as label in the file: label of the pipeline.'
  const labels = (dataset as { labels?: unknown } | null)?.labels
  if (typeof labels !== 'object' || labels === null)
    throw new UsageError(`${where} has no 'labels', so it is no dataset.json of nnU-Net`, { remedy, where })
  const map: Record<number, number> = {}
  for (const [key, value] of Object.entries(labels)) {
    const [name, index] = typeof value === 'string' ? [value, Number(key)] : [key, value]
    const label = structureLabel(name)
    if (label === undefined) continue
    if (typeof index !== 'number' || !Number.isInteger(index))
      throw new UsageError(`${where} says that '${name}' is ${JSON.stringify(value)}, not one whole number`, {
        remedy: `Labels made of regions cannot be told from the file. ${remedy}`,
        where,
      })
    map[index] = label
  }
  if (Object.keys(map).length === 0)
    throw new UsageError(
      `no label of ${where} is a structure of the heart that is known: ${Object.keys(labels).join(', ')}`,
      { remedy, where },
    )
  return map
}

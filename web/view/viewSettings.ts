import { SLICE_TYPE } from '@niivue/niivue'
import type { CaseReply, ImageReply } from '../../src/server/api.ts'
import { isBloodFlow } from './caseImage.ts'
import type { Window } from './windowPresets.ts'

export type ViewMode = 'single' | 'overlay' | 'checkerboard' | 'side'

export const SLICES = [
  { key: 'axial', title: 'Axial', type: SLICE_TYPE.AXIAL },
  { key: 'coronal', title: 'Coronal', type: SLICE_TYPE.CORONAL },
  { key: 'sagittal', title: 'Sagittal', type: SLICE_TYPE.SAGITTAL },
  { key: 'multi', title: 'All three', type: SLICE_TYPE.MULTIPLANAR },
  { key: 'render', title: '3D', type: SLICE_TYPE.RENDER },
] as const

export type SliceKey = (typeof SLICES)[number]['key']

/** Images of one key have one window, and all images in HU have one. */
export const windowKey = ({ key, unit }: Pick<ImageReply, 'key' | 'unit'>): string =>
  unit === 'HU' ? unit : key

/** A window that was chosen: a preset, or numbers that were typed. */
export interface ChosenWindow {
  readonly preset: string
  readonly typed?: Window
}

/** How cases are looked at; it stays from case to case. */
export interface ViewSettings {
  mode: ViewMode
  slices: SliceKey
  group: string | undefined
  first: string | undefined
  second: string | undefined
  labels: string | undefined
  labelsShown: boolean
  labelOpacity: number
  outlined: boolean
  hiddenLabels: Set<number>
  radiological: boolean
  smooth: boolean
  secondShare: number
  squareMm: number
  windows: Map<string, ChosenWindow>
}

export const firstSettings = (): ViewSettings => ({
  mode: 'single',
  slices: 'multi',
  group: undefined,
  first: undefined,
  second: undefined,
  labels: undefined,
  labelsShown: true,
  labelOpacity: 0.35,
  outlined: true,
  hiddenLabels: new Set(),
  radiological: true,
  smooth: true,
  secondShare: 0.5,
  squareMm: 20,
  windows: new Map(),
})

/** What of a case is looked at. */
export interface Chosen {
  readonly group: string
  /** Images of intensities in the group. */
  readonly images: readonly ImageReply[]
  readonly labelImages: readonly ImageReply[]
  readonly first: ImageReply
  readonly second: ImageReply | undefined
  readonly labels: ImageReply | undefined
  /** Whether the images are too large to be loaded whole. */
  readonly preview: boolean
}

/** What was registered itself; other images were only carried along. */
const REGISTERED = 'cta_mip_mip'

export const groupsOf = (reply: CaseReply): string[] => [...new Set(reply.images.map(i => i.group))]

/** What the settings come to on a case: keys that it lacks give way to its first ones. Undefined without an image. */
export function chosenOf(reply: CaseReply, settings: ViewSettings): Chosen | undefined {
  const showable = groupsOf(reply).filter(g => reply.images.some(i => i.group === g && i.role === 'image'))
  const group = showable.find(g => g === settings.group) ?? showable[0]
  if (group === undefined) return undefined
  const within = reply.images.filter(i => i.group === group)
  const images = within.filter(i => i.role === 'image')
  const labelImages = within.filter(i => i.role === 'label')
  const first = images.find(i => i.key === settings.first) ?? images.find(i => !isBloodFlow(i)) ?? images[0]!
  const others = images.filter(i => i !== first)
  const second =
    others.find(i => i.key === settings.second) ??
    others.find(i => i.key === REGISTERED) ??
    others.find(i => !isBloodFlow(i)) ??
    others[0]
  const labels = labelImages.find(i => i.key === settings.labels) ?? labelImages[0]
  return { group, images, labelImages, first, second, labels, preview: first.large }
}

interface KnownImage {
  readonly title: string
  readonly unit?: string
}

/** What the files of the pipelines are called on the page, and the unit of their values. */
const KNOWN: Readonly<Record<string, KnownImage>> = {
  volume: { title: 'Volume' },
  mask: { title: 'Mask' },
  cta: { title: 'CTA', unit: 'HU' },
  mip: { title: 'MIP', unit: 'HU' },
  avg: { title: 'AVG', unit: 'HU' },
  bf: { title: 'Blood flow' },
  cta_mip_mip: { title: 'MIP, registered', unit: 'HU' },
  cta_mip_avg: { title: 'AVG, registered', unit: 'HU' },
  cta_mip_bf: { title: 'Blood flow, registered' },
  cropped_cta: { title: 'CTA, cropped', unit: 'HU' },
  cropped_mbf: { title: 'Blood flow, cropped' },
  cropped_mask: { title: 'Chambers, cropped' },
  cropped_mbf_mask: { title: 'Myocardium, cropped' },
  registration_cta_mip_bf_myocardium: { title: 'Blood flow, myocardium' },
  cta_mask_connected: { title: 'Chambers' },
  avg_mask_connected: { title: 'Chambers' },
}

const known = (key: string): KnownImage | undefined => KNOWN[key.toLowerCase()]

/** What a key is called on the page. */
export const imageTitle = ({ key }: Pick<ImageReply, 'key'>): string =>
  known(key)?.title ?? key.replaceAll('_', ' ')

/** An image with the unit that images of its key have, where the server does not know it. */
export const withUnit = (image: ImageReply): ImageReply =>
  image.unit === '' ? { ...image, unit: known(image.key)?.unit ?? '' } : image

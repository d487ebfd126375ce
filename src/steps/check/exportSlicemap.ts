import { niftiImage } from '../../artifacts/niftiImage.ts'
import { pictureFile } from '../../artifacts/pictureFile.ts'
import type { Picture } from '../../core/picture.ts'
import { defineStep, each, one } from '../../engine/step.ts'
import { axialSlices } from '../../imaging/render/axialSlices.ts'
import { COLOUR_MAPS, colourMap } from '../../imaging/render/colourMaps.ts'
import { contactSheet } from '../../imaging/render/contactSheet.ts'

/** The image that the network was given; all others are maps of blood flow. */
const SOURCE = 'real_a'
/** From top to bottom of the contact sheet; others follow. */
const ROWS = [SOURCE, 'real_b', 'fake_b']
const SHEET = { tiles: 10, tileSize: 192 } as const

/**
 * Keys of the slices are NAME/x_I, with the image's name and the place of the slice in the file from 0. Pictures are
 * drawn one by one as they are written.
 */
export const exportSlicemap = defineStep({
  name: 'export-slicemap',
  version: 1,
  summary: 'Draws every axial slice of the images of an inference, and a contact sheet of the case.',
  per: 'case',
  params: z =>
    z.object({
      srcWw: z.number().positive().default(150).describe('Window width of the CTA in HU.'),
      srcWl: z.number().default(75).describe('Window level of the CTA in HU.'),
      dstWw: z.number().positive().default(200).describe('Window width of the blood flow maps.'),
      dstWl: z.number().default(100).describe('Window level of the blood flow maps.'),
      srcLut: z.enum(COLOUR_MAPS).default('grey').describe('Colour map of the CTA.'),
      dstLut: z.enum(COLOUR_MAPS).default('jet').describe('Colour map of the blood flow maps.'),
    }),
  inputs: { images: each(niftiImage, 'inference.image') },
  outputs: { slices: each(pictureFile, 'slicemap.slice'), sheet: one(pictureFile, 'slicemap.sheet') },
  memory: ({ voxels }) => 12 * voxels + 64e6,
  run({ images }, p) {
    const source = { window: { width: p.srcWw, level: p.srcWl }, map: colourMap(p.srcLut) }
    const target = { window: { width: p.dstWw, level: p.dstWl }, map: colourMap(p.dstLut) }
    const drawn = Object.entries(images)
      .toSorted(([a], [b]) => rowOf(a) - rowOf(b) || (a < b ? -1 : 1))
      .map(([name, { volume }]) => {
        const { window, map } = name === SOURCE ? source : target
        return { name, slices: axialSlices(volume, window, map) }
      })
    const slices: Record<string, Picture> = {}
    for (const { name, slices: of } of drawn)
      for (let index = 0; index < of.count; index++) slices[`${name}/x_${index}`] = of.slice(index)
    return {
      slices,
      sheet: contactSheet(
        drawn.map(d => d.slices),
        SHEET,
      ),
    }
  },
})

const rowOf = (name: string): number => (ROWS.includes(name) ? ROWS.indexOf(name) : ROWS.length)

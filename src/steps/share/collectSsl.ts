import { fileAsIs } from '../../artifacts/fileAsIs.ts'
import { ownCopies } from '../../artifacts/fileCopies.ts'
import { defineStep, each, one } from '../../engine/step.ts'

export const collectSsl = defineStep({
  name: 'collect-ssl',
  version: 1,
  summary: 'Copies the cropped blood flow of all patients into one folder for self-supervised learning.',
  per: 'dataset',
  params: z =>
    z.object({
      link: z
        .enum(['none', 'hard', 'sym'])
        .default('none')
        .describe('Whether files are copied, or linked hard or symbolically.'),
    }),
  inputs: { mbf: each(fileAsIs, 'cropped.mbf') },
  outputs: { copies: one(ownCopies, 'ssl.cropped') },
  memory: () => 140e6,
  run({ mbf }, { link }) {
    const copies = Object.entries(mbf).map(([pid, { place, name }]) => ({
      place,
      source: name,
      target: `${pid}_cropped_mbf.nii.gz`,
    }))
    return { copies: { copies, link } }
  },
})

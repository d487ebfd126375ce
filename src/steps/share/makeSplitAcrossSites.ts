import { splitStep } from './splitStep.ts'

export const makeSplitAcrossSites = splitStep(
  'make-split-across-sites',
  'Adds a worksheet with a random split of all sites but those that keep their subsets.',
)

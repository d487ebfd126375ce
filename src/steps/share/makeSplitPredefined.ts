import { splitStep } from './splitStep.ts'

export const makeSplitPredefined = splitStep(
  'make-split-predefined',
  'Adds a worksheet with the subsets that the archive itself gives to samples of some sites and collections.',
)

import { shortFormInNames } from './layout.ts'
import type { Profile } from './schema.ts'

/** A label of a label map. */
export interface Label {
  /** Voxel value, 0 to 255. */
  readonly index: number
  readonly name: string
  /** As it stands in file names and column titles. */
  readonly shortForm: string
}

/** The label map that a profile brings along, in the same form; undefined when it has none. */
export const defaultLabels = ({ labels }: Profile): readonly Label[] | undefined =>
  labels
    ?.map(({ index, name, short_form }) => ({ index, name, shortForm: shortFormInNames(short_form) }))
    .sort((a, b) => a.index - b.index)

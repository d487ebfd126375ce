import { shortFormInNames } from './layout.ts'
import type { Profile } from './schema.ts'

/** A label of a label map. */
export interface Label {
  /** Voxel value, 0 to 255. */
  readonly index: number
  readonly name: string
  /** As it stands in file names and column titles. */
  readonly shortForm: string
  /** `#rrggbb` in lower case, where the label map gives one; else `labelColor` has one by the index. */
  readonly color?: string
}

/** What a colour must look like in a label map or a profile. */
export const LABEL_COLOR = /^#[0-9A-Fa-f]{6}$/

/** The label map that a profile brings along, in the same form; undefined when it has none. */
export const defaultLabels = ({ labels }: Profile): readonly Label[] | undefined =>
  labels
    ?.map(({ index, name, short_form, color }) => ({
      index,
      name,
      shortForm: shortFormInNames(short_form),
      ...(color === undefined ? {} : { color: color.toLowerCase() }),
    }))
    .sort((a, b) => a.index - b.index)

import type { Dataset, Tag } from '../../../../src/formats/dicom/dataset.ts'

type Value = string | number | readonly (string | number)[] | readonly PlainItem[]
export interface PlainItem {
  readonly [tag: Tag]: Value
}

const isItem = (value: unknown): value is PlainItem => typeof value === 'object' && value !== null

/** A data set from an object of tags: texts, numbers, lists of either, or lists of items. */
export function plainDataset(elements: PlainItem): Dataset {
  const list = (tag: Tag): readonly unknown[] => [elements[tag] ?? []].flat()
  const numbers = (tag: Tag) =>
    list(tag)
      .filter(value => !isItem(value))
      .map(Number)
  const texts = (tag: Tag) =>
    list(tag)
      .filter(value => !isItem(value))
      .map(String)
  return {
    tags: Object.keys(elements).sort(),
    has: tag => tag in elements,
    vr: () => undefined,
    text: tag => texts(tag)[0],
    texts,
    number: tag => numbers(tag)[0],
    numbers,
    items: tag => list(tag).filter(isItem).map(plainDataset),
    bytes: () => undefined,
  }
}

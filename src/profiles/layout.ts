import { PathMatcher } from './pathMatcher.ts'
import { compileTemplate, matchSegment, type PathPattern } from './pattern.ts'
import type { Profile } from './schema.ts'
import { expandTemplate, fillTemplate, parseTemplate, renderTemplate, type Template } from './template.ts'

/** A label as far as file names need it. */
export interface LabelName {
  readonly index: number
  readonly shortForm: string
}

/** Which file of a sample: one of the three, or the binary mask of a label. */
export type SampleFile = 'volume' | 'mask' | 'info' | LabelName

/** What a path of the grouped folder says. */
export interface GroupedPath {
  readonly id: string
  /** Folder of the sample, relative to the root of the data set. */
  readonly folder: string
  /** Attributes that the folder's name yields; the others are in the info file. */
  readonly attributes: Readonly<Record<string, string>>
  readonly file: 'volume' | 'mask' | 'info' | Partial<LabelName>
}

/** Where the files of a data set lie. All paths are relative to its root, with `/`, in Unicode NFC. */
export interface GroupedLayout {
  /** Throws TemplateError when an attribute is missing. */
  sampleId(attributes: Readonly<Record<string, string>>): string
  sampleFolder(attributes: Readonly<Record<string, string>>): string
  outputPath(attributes: Readonly<Record<string, string>>, file: SampleFile): string
  /** The last part of `outputPath`. */
  fileName(attributes: Readonly<Record<string, string>>, file: SampleFile): string
  /** The inverse of `sampleFolder`: the attributes that the folder's name yields, or undefined. */
  parseFolder(folder: string): Record<string, string> | undefined
  /** The inverse of `outputPath`; undefined for a path that is no file of a sample. */
  parse(relativePath: string): GroupedPath | undefined
}

/** A short form as it stands in file names and column titles: white space, `/` and `\` become `_`. */
export const shortFormInNames = (shortForm: string): string =>
  shortForm.normalize('NFC').replace(/[\s/\\]/gu, '_')

export function groupedLayout(profile: Profile): GroupedLayout {
  const { layout, placeholders } = profile
  const id = parseTemplate(profile.sample.id)
  const compile = (source: string): PathPattern =>
    compileTemplate(source, expandTemplate(parseTemplate(source), { id }), placeholders)
  const folder = compile(layout.folder)
  const files = {
    info: compile(layout.info),
    volume: compile(layout.volume),
    mask: compile(layout.mask),
    label: compile(layout.binary_mask),
  }
  const sampleFolder = (attributes: Readonly<Record<string, string>>) =>
    renderTemplate(folder.template, attributes)
  const fileName = namer(files)
  const folders = new PathMatcher(folder)
  const parseFolder = (path: string): Record<string, string> | undefined =>
    folders.match(path.normalize('NFC'))

  return {
    sampleId: attributes => renderTemplate(id, attributes),
    sampleFolder,
    parseFolder,
    outputPath: (attributes, file) => `${sampleFolder(attributes)}/${fileName(attributes, file)}`,
    fileName,
    parse(relativePath) {
      const path = relativePath.normalize('NFC')
      const slash = path.lastIndexOf('/')
      const attributes = slash < 0 ? undefined : parseFolder(path.slice(0, slash))
      if (!attributes) return undefined
      const name = path.slice(slash + 1)
      const found = { id: renderTemplate(id, attributes), folder: path.slice(0, slash), attributes }
      const is = (pattern: PathPattern, values: Record<string, string>) =>
        matchSegment(pattern, pattern.segments[0]!, name, values)
      for (const file of ['info', 'volume', 'mask'] as const)
        if (is(files[file], { ...attributes })) return { ...found, file }
      const values: Record<string, string> = { ...attributes }
      return is(files.label, values) ? { ...found, file: labelOf(values) } : undefined
    },
  }
}

/** Templates of the files, those of binary masks with the names of their labels in place: all samples have the same few. */
function namer(
  files: Readonly<Record<'info' | 'volume' | 'mask' | 'label', { readonly template: Template }>>,
): GroupedLayout['fileName'] {
  const ofLabels = new Map<string, Template>()
  const ofLabel = ({ index, shortForm }: LabelName): Template => {
    const key = `${index} ${shortForm}`
    const known = ofLabels.get(key)
    if (known !== undefined) return known
    const values = { index: String(index), short_form: shortFormInNames(shortForm) }
    const template = fillTemplate(files.label.template, values)
    ofLabels.set(key, template)
    return template
  }
  return (attributes, file) =>
    renderTemplate(typeof file === 'string' ? files[file].template : ofLabel(file), attributes)
}

const labelOf = ({ index, short_form: shortForm }: Record<string, string>): Partial<LabelName> => ({
  ...(index === undefined ? {} : { index: Number(index) }),
  ...(shortForm === undefined ? {} : { shortForm }),
})

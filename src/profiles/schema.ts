import { z } from 'zod'
import { LABEL_COLOR } from './labels.ts'

const ATTRIBUTE_NAME = /^[a-z][a-z0-9_]*$/
const TABLE_FILE = /\.(csv|tsv|xlsx|json)$/i

const attributeName = z
  .string()
  .regex(ATTRIBUTE_NAME)
  .describe('Name of an attribute: lower-case letters, digits and underscores, a letter first.')

/** A number or truth value that YAML has read where text is meant. */
const text = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(value => String(value).normalize('NFC'))
  .describe('Text; a number or truth value counts as what is written.')

const template = z.string().min(1)

const patterns = z
  .record(attributeName, z.string().min(1))
  .describe(
    'Regular expression by placeholder; it must fit the whole of the text that the placeholder stands for.',
  )

const remap = z
  .record(z.string().regex(/^-?\d+$/), z.int().min(0).max(255))
  .describe(
    'Label in the file: label in the data set (0 to 255). Labels that are not listed stay as they are; remap happens before the masks of a sample are merged.',
  )

const fileEntry = z
  .strictObject({
    role: z.enum(['volume', 'mask']).describe('What the files are: images (volume) or segmentations (mask).'),
    name: z
      .string()
      .regex(ATTRIBUTE_NAME)
      .optional()
      .describe(
        'Name of the mask, where a sample has several. They are merged in the order of their first entry; where two overlap, the later one wins.',
      ),
    path: template.describe(
      'Path relative to the root of the archive, with / between folders. A {placeholder} stands for text within one level of the path and becomes an attribute of the file; it takes as few characters as let the rest fit, and where it appears again it must stand for the same text.',
    ),
    placeholders: patterns
      .optional()
      .describe('Patterns for this entry only; they go before those of the profile.'),
    where: z
      .record(attributeName, z.array(text).min(1))
      .optional()
      .describe(
        'Takes only files whose attribute has one of these values. All conditions must hold. A file that only `where` keeps out is left out on purpose and is no finding.',
      ),
    remap: remap.optional(),
  })
  .describe('A kind of file in the archive. The first entry that fits a file decides.')

const attribute = z
  .union([
    template.describe(
      'Template of other attributes, for example {patient}-{visit}; without placeholder, a constant.',
    ),
    z
      .strictObject({
        from: attributeName.describe('Attribute whose value is looked up.'),
        map: z.record(z.string(), text).describe('Value of `from`: value of this attribute.'),
        otherwise: text
          .optional()
          .describe(
            'Value for everything that `map` lacks. Without it such a file does not fit the profile.',
          ),
      })
      .describe('Value looked up by the value of another attribute.'),
  ])
  .describe('How the attribute follows from others.')

const table = z
  .strictObject({
    file: z
      .string()
      .regex(TABLE_FILE)
      .describe('A .csv, .tsv, .xlsx or .json file (JSON: an array of objects).'),
    relative_to: z
      .enum(['archive', 'profile'])
      .default('archive')
      .describe('Folder that `file` is relative to: the root of the archive, or the folder of the profile.'),
    sheet: z.string().optional().describe('Worksheet of an .xlsx file; the first one if not given.'),
    key: z
      .record(z.string().min(1), template)
      .describe(
        'Column: template of the value that the row of a file has there. With several columns all must agree. White space around cells is ignored.',
      ),
    attributes: z
      .record(attributeName, z.string().min(1))
      .describe('Attribute: column that its value is read from.'),
    optional: z
      .boolean()
      .default(false)
      .describe(
        'true: a file without a row, or with an empty cell, gets empty attributes. false: such a file does not fit the profile.',
      ),
  })
  .describe('Metadata beside the images, joined by a key.')

const column = z
  .union([
    attributeName,
    z.strictObject({
      name: z.string().min(1).describe('Title of the column or field.'),
      from: attributeName.describe('Attribute that it shows.'),
    }),
  ])
  .transform(value => (typeof value === 'string' ? { name: value, from: value } : value))
  .describe('An attribute under its own name, or {name, from} to give it another title.')

const label = z.strictObject({
  index: z.int().min(0).max(255).describe('Voxel value in the label map.'),
  name: z.string().min(1).describe('Name in full.'),
  short_form: z.string().min(1).describe('Short form; it stands in file names and column titles.'),
  color: z
    .string()
    .regex(LABEL_COLOR)
    .optional()
    .describe(
      "Colour in reports, pictures and the viewer: '#rrggbb' with the red, green and blue as two hexadecimal digits each, in quotes since # begins a comment.",
    ),
})

const splitName = z
  .string()
  .min(1)
  .describe('Name of the split and of its worksheet: at most 31 characters, none of : \\ / ? * [ ].')

const index = z
  .array(z.array(text).min(1))
  .default([])
  .describe('Index manifests of the split: each a group of subsets, for example [train, val].')

const predefined = z
  .strictObject({
    name: splitName,
    method: z.literal('predefined').describe('Takes the subset that each sample has in the archive.'),
    sites: z.array(text).min(1).optional().describe('Only samples of these sites; all if not given.'),
    collections: z
      .array(text)
      .min(1)
      .optional()
      .describe('Only samples of these collections; all if not given.'),
    index,
  })
  .describe('A split that the archive itself defines.')

const ratio = z.number().min(0).max(1)

const acrossSites = z
  .strictObject({
    name: splitName,
    method: z
      .literal('across-sites')
      .describe('Samples of `split.keep_sites` keep their subset; all others are shuffled together and cut.'),
    test_ratio: ratio.describe('Share of the shuffled samples that goes to test.'),
    val_ratio: ratio.describe('Share of what is left after test that goes to val.'),
    random_seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .describe('Seed of the shuffle; the same seed gives the same split.'),
    group_by: z
      .string()
      .optional()
      .describe('Column whose equal values are never divided, for example the patient.'),
    stratify_by: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('Columns whose values are spread evenly over the subsets.'),
    index,
  })
  .describe('A random split of all sites but the kept ones.')

/** The keys of a profile; `profiles/profile.schema.json` and the reference page are made from these descriptions. */
export const profileSchema = z
  .strictObject({
    profile: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
      .describe('Name of the profile: letters, digits, dots, hyphens and underscores.'),
    format: z.literal(1).describe('Version of this language: 1.'),
    description: z.string().optional().describe('What the archive is, for people.'),
    placeholders: patterns
      .default({})
      .describe(
        'Regular expression by placeholder, for all paths and for reading the output folder back. A placeholder without one stands for any text.',
      ),
    files: z
      .array(fileEntry)
      .min(1)
      .describe('Which files the archive holds. The first entry that fits a file decides.'),
    tables: z
      .array(table)
      .default([])
      .describe('Metadata beside the images. Joined in this order, before `attributes` are derived.'),
    attributes: z
      .record(attributeName, attribute)
      .default({})
      .describe('Attributes that follow from others, derived in this order. Values are always text.'),
    sample: z
      .strictObject({
        id: template.describe(
          'Template of the id of a sample; it names folders and files, and must be unique.',
        ),
        key: z
          .array(attributeName)
          .min(1)
          .optional()
          .describe('Attributes in which a volume and its masks agree; those of `id` if not given.'),
        patient: attributeName.optional().describe('Attribute that tells the patients apart.'),
      })
      .describe('What one sample is: a volume and its masks.'),
    manifest: z
      .strictObject({
        columns: z.array(column).describe('Columns of the archive manifest between file_path and type.'),
      })
      .describe('The workbook with one row a file.'),
    info: z.array(column).min(1).describe('Fields of the info file of a sample, in order.'),
    dataset: z
      .strictObject({
        columns: z.array(column).describe('Columns of the dataset manifest between ID and valid_labels.'),
      })
      .optional()
      .describe('The workbook with one row a sample. Its columns are those of `info` if not given.'),
    layout: z
      .strictObject({
        folder: template.default('{id}').describe('Folder of a sample; {id} is the id of the sample.'),
        volume: template.default('{id}_volume.nii.gz').describe('File name of the volume.'),
        mask: template.default('{id}_mask.nii.gz').describe('File name of the label map.'),
        info: template.default('{id}_info.yaml').describe('File name of the info file.'),
        binary_mask: template
          .default('{id}_mask_{index:02d}_{short_form}.nii.gz')
          .describe(
            'File name of the binary mask of a label; {index} and {short_form} are those of the label.',
          ),
      })
      .prefault({})
      .describe('Where the data set is written, relative to its root.'),
    labels: z
      .array(label)
      .min(1)
      .optional()
      .describe('Label map that is used when none is given with the command.'),
    split: z
      .strictObject({
        subset: z.string().optional().describe('Column that holds train, val or test as the archive has it.'),
        site: z.string().optional().describe('Column that `sites` and `keep_sites` are about.'),
        collection: z.string().optional().describe('Column that `collections` is about.'),
        keep_sites: z
          .array(text)
          .default([])
          .describe('Sites whose samples keep their subset in random splits.'),
      })
      .prefault({})
      .describe('Which columns of the dataset manifest the splits are made by.'),
    splits: z
      .array(z.discriminatedUnion('method', [predefined, acrossSites]))
      .default([])
      .describe('The splits that a whole run makes.'),
  })
  .describe('How an imaging archive is laid out, and how the data set made from it is.')

type ProfileDocument = z.output<typeof profileSchema>

/** A checked profile: plain data, so that it can be digested and handed to workers. */
export interface Profile extends Omit<ProfileDocument, 'dataset' | 'sample'> {
  readonly sample: ProfileDocument['sample'] & { readonly key: string[] }
  readonly dataset: { readonly columns: Column[] }
}

export type Column = z.output<typeof column>
export type FileEntry = z.output<typeof fileEntry>
export type TableEntry = z.output<typeof table>
export type AttributeRule = z.output<typeof attribute>
export type SplitEntry = ProfileDocument['splits'][number]
export type { ProfileDocument }

import { createHash } from 'node:crypto'
import path from 'node:path'
import type { CasePicture } from '../../core/caseDescription.ts'
import type { DatasetDescription } from '../../core/datasetDescription.ts'
import { UsageError } from '../../core/fault.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { writeAtomic, writeAtomicSmall } from '../../storage/atomicWrite.ts'
import { existsSync } from '../../storage/exists.ts'
import { listFolder, sizeOf } from '../../storage/listFolder.ts'
import { packageFolder } from '../../storage/packageFolder.ts'
import { readBytes } from '../../storage/readBytes.ts'
import { readText } from '../../storage/readText.ts'
import { removeFiles } from '../../storage/remove.ts'
import { describeDataset } from '../describeDataset.ts'
import type { ReportFacts } from './overview.ts'
import { reportData } from './reportData.ts'
import { type PageCode, pageCode, pictureBlock, reportPage } from './reportPage.ts'

/** A larger page has its pictures beside it. */
export const MOST_PAGE_BYTES = 60e6
const CASES_PER_BLOCK = 32
const BASE64 = 4 / 3
const MIME: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
}
/** Names of the pictures beside a report: `00012-0-axial.jpg`. */
const OWN_NAME = /^\d{5,}-[a-z0-9-]+\.(?:jpe?g|png)$/

export interface MadeReport {
  /** Absolute. */
  readonly file: string
  /** Bytes of the page. */
  readonly bytes: number
  readonly cases: number
  readonly pictures: number
  /** Folder beside the page with its pictures, and what they weigh; undefined where they are in the page. */
  readonly folder?: { readonly path: string; readonly bytes: number }
}

interface ShownPicture {
  readonly picture: CasePicture
  /** Place among the pictures of its case. */
  readonly at: number
  readonly absolute: string
  readonly bytes: number
}

/**
 * Writes the report of a data set as one HTML file, whole or not at all. The same data set makes the same bytes.
 *
 * @param output absolute path of the file
 * @param beside whether pictures go beside the page whatever it weighs
 * @throws UsageError as `describeDataset` does, WriteError
 */
export async function makeReport(
  workspace: Workspace,
  { output, beside }: { readonly output: string; readonly beside: boolean },
): Promise<MadeReport> {
  const description = await describeDataset(workspace)
  const pictures = description.cases.map(c => shownPictures(workspace, c.pictures))
  const weight = pictures.flat().reduce((sum, p) => sum + p.bytes, 0)
  const facts = factsOf(workspace, description)
  const code = builtCode()
  const compose = (sources: readonly (readonly string[])[] | undefined) => {
    const shown = pictures.map((own, c) =>
      own.map(({ at }, i) => (sources === undefined ? { at } : { at, src: sources[c]![i]! })),
    )
    const data = reportData(description, shown, sources === undefined ? CASES_PER_BLOCK : null)
    return reportPage(description, data, facts, code)
  }
  const told = { file: output, cases: description.cases.length, pictures: pictures.flat().length }
  const page = compose(undefined)
  if (!beside && Buffer.byteLength(page.before) + weight * BASE64 < MOST_PAGE_BYTES) {
    const { bytes } = await writeAtomic(output, pageParts(page, pictures))
    return { ...told, bytes }
  }
  const folder = `${output.slice(0, output.length - path.extname(output).length)}_files`
  const names = pictures.map((own, c) => own.map(p => pictureName(c, p)))
  for (const [c, own] of pictures.entries())
    for (const [i, p] of own.entries())
      writeAtomicSmall(path.join(folder, names[c]![i]!), readBytes(p.absolute))
  const base = encodeURIComponent(path.basename(folder))
  const linked = compose(names.map(own => own.map(name => `${base}/${name}`)))
  const { bytes } = await writeAtomic(output, [Buffer.from(linked.before + linked.after)])
  // Only now does no page show them any more.
  if (existsSync(folder)) {
    const kept = new Set(names.flat())
    const left = listFolder(folder).files.filter(name => OWN_NAME.test(name) && !kept.has(name))
    await removeFiles(left.map(name => path.join(folder, name)))
  }
  return { ...told, bytes, folder: { path: folder, bytes: weight } }
}

/** Pictures that are there and that a browser shows. */
const shownPictures = (workspace: Workspace, pictures: readonly CasePicture[]): ShownPicture[] =>
  pictures.flatMap((picture, at) => {
    const absolute = workspace.absolute(picture.path)
    const bytes = sizeOf(absolute)
    return bytes === 0 || mimeOf(picture.path) === undefined ? [] : [{ picture, at, absolute, bytes }]
  })

const mimeOf = (file: string): string | undefined => MIME[path.extname(file).toLowerCase()]

const pictureName = (c: number, { picture, at }: ShownPicture): string =>
  `${String(c).padStart(5, '0')}-${at}-${picture.key.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}${path.extname(picture.path).toLowerCase()}`

function factsOf(workspace: Workspace, { cases }: DatasetDescription): ReportFacts {
  const files = new Set(cases.flatMap(c => c.images.map(i => i.path)))
  const imageBytes = [...files].reduce((sum, file) => sum + sizeOf(workspace.absolute(file)), 0)
  return { imageBytes, images: files.size }
}

function* pageParts(
  page: { readonly before: string; readonly after: string },
  pictures: readonly (readonly ShownPicture[])[],
): Generator<Uint8Array> {
  yield Buffer.from(page.before)
  for (let first = 0; first < pictures.length; first += CASES_PER_BLOCK) {
    const block = pictures
      .slice(first, first + CASES_PER_BLOCK)
      .map(own =>
        own.map(
          p => `data:${mimeOf(p.absolute)};base64,${Buffer.from(readBytes(p.absolute)).toString('base64')}`,
        ),
      )
    yield Buffer.from(pictureBlock(first / CASES_PER_BLOCK, block))
  }
  yield Buffer.from(page.after)
}

/** Script and style of the page as they were built into the package. */
function builtCode(): PageCode {
  const [script, style] = ['report.js', 'report.css'].map(name => {
    const file = path.join(packageFolder(), 'dist', 'web', name)
    if (!existsSync(file))
      throw new UsageError(`${file} is missing, which the page needs`, {
        remedy: 'Install voxmill again; in a clone of its repository, run `npm run build`.',
        where: file,
      })
    return readText(file)
  })
  return pageCode(script!, style!, text => createHash('sha256').update(text).digest('base64'))
}

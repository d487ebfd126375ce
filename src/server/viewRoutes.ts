import type { IncomingMessage } from 'node:http'
import path from 'node:path'
import { bytesOf } from '../artifacts/niftiVolume.ts'
import type { CaseImage } from '../core/datasetDescription.ts'
import { faultRecord } from '../core/fault.ts'
import type { Verdict } from '../core/verdict.ts'
import { readBytes } from '../storage/readBytes.ts'
import type { Asked, Refusal } from './admission.ts'
import type { CaseReply, ImageReply, VerdictsReply } from './api.ts'
import type { Catalogue, Listed, ListedCase } from './catalogue.ts'
import { caseId, unitOf } from './catalogue.ts'
import type { ImageShelf } from './imageShelf.ts'
import { type PageFile, PICTURE_TYPES } from './pageFiles.ts'
import type { Reply } from './reply.ts'
import { sliceOf } from './servedImage.ts'
import type { VerdictLog } from './verdictLog.ts'
import { readVerdictRequest } from './verdictRequest.ts'

/** What a server has to answer from. */
export interface Holdings {
  readonly catalogue: Catalogue
  readonly shelf: ImageShelf
  readonly log: VerdictLog
  readonly page: ReadonlyMap<string, PageFile>
  readonly readonly: boolean
  readonly reviewer: string | null
}

const NIFTI = 'application/octet-stream'

const NOT_FOUND: Refusal = {
  status: 404,
  error: 'there is nothing of this id',
  remedy: 'Load the page again: the data set may have been made anew.',
}
const NO_PAGE: Refusal = {
  status: 404,
  error: 'the page is not part of this program',
  remedy: 'Run `npm run build`, then start the viewer again.',
}
const NO_POST: Refusal = {
  status: 405,
  error: 'nothing can be sent to this address',
  remedy: 'Ask for it with GET.',
  headers: { Allow: 'GET, HEAD' },
}
const READ_ONLY: Refusal = {
  status: 403,
  error: 'the viewer is read-only',
  remedy: 'Start `voxmill view` without --readonly to judge cases.',
}

/** Answers what was admitted. @throws RefusedRequest, Fault */
export async function answer(
  asked: Asked,
  request: IncomingMessage,
  reply: Reply,
  holdings: Holdings,
): Promise<void> {
  const [area = '', kind = '', id = '', form = '', ...rest] = asked.path.split('/')
  const isPost = request.method === 'POST'
  if (area === 'api' && kind === 'verdicts' && id === '') {
    if (isPost) return judge(request, reply, holdings)
    return reply.json(newVerdicts(Number(/^after=(\d+)$/.exec(asked.query)?.[1] ?? 0), holdings))
  }
  if (isPost) return reply.refuse(NO_POST)
  if (area !== 'api') return page(asked.path, reply, holdings)
  const { catalogue, log, shelf } = holdings
  if (kind === 'dataset' && id === '')
    return reply.json(catalogue.reply(holdings.readonly, holdings.reviewer))
  if (kind === 'cases' && id === '') return reply.json(catalogue.rows(log.standing()))
  if (kind === 'cases' && form === '') {
    const found = catalogue.cases.get(id)
    return found === undefined ? reply.refuse(NOT_FOUND) : reply.json(caseReply(found, holdings))
  }
  if (kind === 'pictures' && form === '') {
    const picture = catalogue.pictures.get(id)
    const type = picture && PICTURE_TYPES[path.posix.extname(picture.of.path).toLowerCase()]
    if (picture === undefined || type === undefined) return reply.refuse(NOT_FOUND)
    return reply.parts(type, [readBytes(shelf.place(picture.of.path))])
  }
  const image = kind === 'images' ? catalogue.images.get(id) : undefined
  if (image === undefined) return reply.refuse(NOT_FOUND)
  return sendImage(image, [form, ...rest].join('/'), reply, shelf)
}

function page(name: string, reply: Reply, { page }: Holdings): Promise<void> | void {
  const file = page.get(name)
  if (file === undefined) return reply.refuse(name === '' ? NO_PAGE : NOT_FOUND)
  return reply.parts(file.type, [file.bytes])
}

async function sendImage(
  image: Listed<CaseImage>,
  form: string,
  reply: Reply,
  shelf: ImageShelf,
): Promise<void> {
  if (form === '') {
    const { head, bytes } = shelf.image(image)
    // The header alone is told without decoding the image.
    return reply.bytes(NIFTI, bytes, async last =>
      last < head.length ? [head] : [head, bytesOf(await shelf.voxels(image))],
    )
  }
  if (form === 'preview') return reply.parts(NIFTI, await shelf.preview(image))
  const slice = /^slice\/([012])\/(\d{1,6})$/.exec(form)
  if (slice === null) return reply.refuse(NOT_FOUND)
  const { grid } = shelf.image(image)
  const [axis, n] = [Number(slice[1]) as 0 | 1 | 2, Number(slice[2])]
  if (n >= grid.shape[axis])
    return reply.refuse({
      status: 404,
      error: `the image has ${grid.shape[axis]} slices across axis ${axis}`,
      remedy: `Ask for one from 0 to ${grid.shape[axis] - 1}.`,
    })
  return reply.parts(NIFTI, sliceOf(grid, await shelf.voxels(image), axis, n))
}

/** A case with what its images are; one that cannot be read is told among the failures. */
function caseReply({ id, of, images, pictures }: ListedCase, { catalogue, log, shelf }: Holdings): CaseReply {
  const { made } = catalogue.dataset
  const shown: ImageReply[] = []
  const failures = of.failures.map(({ step, fault: { message, remedy } }) => ({ step, message, remedy }))
  for (const image of images)
    try {
      const { key, role, group } = image.of
      const { grid, spacing, dtype, bytes, large } = shelf.image(image)
      const unit = unitOf(made, image.of)
      shown.push({ id: image.id, key, role, group, shape: grid.shape, spacing, dtype, bytes, large, unit })
    } catch (error) {
      const { message, remedy } = faultRecord(error)
      failures.push({ step: 'view', message, remedy })
    }
  return {
    id,
    case: of.case,
    attributes: of.attributes,
    texts: of.texts,
    images: shown,
    labels: of.labels,
    findings: of.findings,
    failures,
    pictures: pictures.map(({ id, of: { path: _, ...picture } }) => ({ ...picture, id })),
    verdicts: log.all().filter(v => v.case === of.case),
  }
}

function newVerdicts(after: number, { catalogue, log }: Holdings): VerdictsReply {
  const { verdicts, next } = log.after(after)
  return {
    next,
    verdicts: verdicts.map(v => ({ ...v, id: caseId(v.case) })).filter(v => catalogue.cases.has(v.id)),
  }
}

async function judge(request: IncomingMessage, reply: Reply, holdings: Holdings): Promise<void> {
  if (holdings.readonly) return reply.refuse(READ_ONLY)
  const { case: id, verdict, comment, reviewer } = await readVerdictRequest(request)
  const found = holdings.catalogue.cases.get(id)
  if (found === undefined) return reply.refuse(NOT_FOUND)
  const given: Verdict = { case: found.of.case, verdict, comment, reviewer, at: new Date().toISOString() }
  await holdings.log.add(given)
  return reply.json(given, 201)
}

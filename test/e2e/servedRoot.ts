import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import type { CaseReply, CaseRow } from '../../src/server/api.ts'
import { voxmill } from './cli.ts'
import { newFolder, phantomRoot } from './phantomRoot.ts'
import { endViewers, get, type RawReply, request, type ViewProcess, view } from './viewProcess.ts'

/** What a file beside the root says. */
export const CANARY = 'CANARY-that-lies-outside-of-the-root'

/** A data set of four samples, and its viewer, made before the tests of a file. */
export let root: string
export let viewer: ViewProcess
/** The first image of the first case. */
export let imageId: string

/** Everything that came back in raw requests. */
const seen: RawReply[] = []

export const host = () => `Host: 127.0.0.1:${viewer.port}`
export async function asked(line: string, headers?: readonly string[]): Promise<RawReply> {
  const reply = await request(viewer.port, line, headers)
  seen.push(reply)
  return reply
}
export const alive = async () => expect((await get<CaseRow[]>(viewer, 'api/cases')).length).toBe(4)

/** In none of so many replies, or more, was anything that lies outside of the root. */
export function expectNothingFromOutside(replies: number): void {
  expect(seen.length).toBeGreaterThan(replies)
  for (const { head, body } of seen) {
    expect(body.includes(CANARY)).toBe(false)
    expect(body.includes('root:x:0')).toBe(false)
    expect(head).not.toContain('root:x:0')
  }
}

beforeAll(async () => {
  const parent = newFolder()
  root = path.join(parent, 'root')
  renameSync(await phantomRoot(4), root)
  writeFileSync(path.join(parent, 'canary.txt'), CANARY)
  const made = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
  expect(made.code, made.all).toBe(0)
  viewer = await view(root)
  const [row] = await get<CaseRow[]>(viewer, 'api/cases')
  imageId = (await get<CaseReply>(viewer, `api/cases/${row!.id}`)).images[0]!.id
})
afterAll(endViewers)

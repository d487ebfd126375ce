// A folder for what several test files start from, made before the first of them and removed after the last.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    sharedFolder: string
  }
}

export default function setUp(project: TestProject): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'voxmill-shared-'))
  project.provide('sharedFolder', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}

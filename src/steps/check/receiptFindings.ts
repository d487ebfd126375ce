import { createHash } from 'node:crypto'
import type { ArtifactKind } from '../../core/artifact.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'
import type { Finding } from '../../core/finding.ts'
import { readReceipt } from '../../engine/receipt.ts'

/** What an earlier job found; its digest covers the findings, not when they were made. */
export const receiptFindings: ArtifactKind<readonly Finding[]> = {
  name: 'receipt-findings',
  async read(file) {
    const value = readReceipt(file)?.findings ?? []
    return { value, digest: digestOf(value) }
  },
  async digest(file) {
    return digestOf(readReceipt(file)?.findings ?? [])
  },
}

const digestOf = (findings: readonly Finding[]): string =>
  createHash('sha256')
    .update(canonicalJson(findings.map(f => [f.code, f.severity, f.where, f.message])))
    .digest('hex')

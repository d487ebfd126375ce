import { readFileSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vitest/config'
import { LongestFirst } from './test/longestFirst.ts'

// An imported .wasm file of a package is a module of its bytes, as the bundler of dist/ has it.
const wasmBytes: Plugin = {
  name: 'wasm-bytes',
  enforce: 'pre',
  load(id) {
    if (!id.endsWith('.wasm')) return undefined
    const base64 = JSON.stringify(readFileSync(id, 'base64'))
    return `export default Uint8Array.from(atob(${base64}), letter => letter.charCodeAt(0))`
  },
}

/** Files without state that outlives them: one process takes many of them, and loads what they test once. */
const SHARING_PROCESSES = [
  'test/property/**/*.test.ts',
  'test/policy/**/*.test.ts',
  'test/unit/{artifacts,cli,core,formats,imaging,pipelines,profiles,web}/**/*.test.ts',
  'test/unit/steps/{check,ingest,prepare,share}/**/*.test.ts',
]

export default defineConfig({
  plugins: [wasmBytes],
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // One more than the two cores that the tests are timed on: those of a cluster and of pages wait much.
    maxWorkers: 3,
    server: { deps: { inline: [/\.wasm$/] } },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'own process',
          include: ['test/**/*.test.ts'],
          exclude: SHARING_PROCESSES,
          globalSetup: ['test/sharedFolder.ts'],
        },
      },
      { extends: true, test: { name: 'shared process', include: SHARING_PROCESSES, isolate: false } },
    ],
  },
})

import { readFileSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vitest/config'

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

export default defineConfig({
  plugins: [wasmBytes],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/sharedFolder.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    server: { deps: { inline: [/\.wasm$/] } },
  },
})

// Writes models/model-card.schema.json from src/inference/cardSchema.ts.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { outputFiles } = await build({
  entryPoints: [`${root}src/inference/cardSchema.ts`],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
})
const { modelCardJsonSchema } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
)
const file = `${root}models/model-card.schema.json`
mkdirSync(`${root}models`, { recursive: true })
writeFileSync(file, `${JSON.stringify(modelCardJsonSchema(), null, 2)}\n`)
execFileSync(process.execPath, [`${root}node_modules/@biomejs/biome/bin/biome`, 'format', '--write', file])

// Writes profiles/profile.schema.json and docs/reference/profile.md from src/profiles/schema.ts.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { outputFiles } = await build({
  stdin: {
    contents: `
      export { profileJsonSchema } from './src/profiles/jsonSchema.ts'
      export { profileReference } from './scripts/profileReference.ts'`,
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
})
const { profileJsonSchema, profileReference } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
)
const schema = profileJsonSchema()
writeFileSync(`${root}profiles/profile.schema.json`, `${JSON.stringify(schema, null, 2)}\n`)
execFileSync(process.execPath, [
  `${root}node_modules/@biomejs/biome/bin/biome`,
  'format',
  '--write',
  `${root}profiles/profile.schema.json`,
])
writeFileSync(`${root}docs/reference/profile.md`, profileReference(schema))

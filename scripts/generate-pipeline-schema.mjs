// Writes pipelines/pipeline.schema.json and pipelines/datasets.schema.json from src/pipelines.
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the repository, so that the packages left outside the bundle are found.
const bundle = `${root}.tmp/pipeline-schema-${process.pid}.mjs`
try {
  await build({
    stdin: {
      contents: `
        export { pipelineJsonSchema } from './src/pipelines/pipelineFile.ts'
        export { datasetsJsonSchema } from './src/pipelines/datasetsFile.ts'`,
      resolveDir: root,
    },
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  })
  const { pipelineJsonSchema, datasetsJsonSchema } = await import(pathToFileURL(bundle).href)
  const files = { 'pipeline.schema.json': pipelineJsonSchema(), 'datasets.schema.json': datasetsJsonSchema() }
  for (const [name, schema] of Object.entries(files))
    writeFileSync(`${root}pipelines/${name}`, `${JSON.stringify(schema, null, 2)}\n`)
  execFileSync(process.execPath, [
    `${root}node_modules/@biomejs/biome/bin/biome`,
    'format',
    '--write',
    ...Object.keys(files).map(name => `${root}pipelines/${name}`),
  ])
} finally {
  rmSync(bundle, { force: true })
}

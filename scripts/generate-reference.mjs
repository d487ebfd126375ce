// Writes docs/reference/commands.md, steps.md and findings.md from the definitions in src.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the repository, so that the packages left outside the bundle are found.
const bundle = `${root}.tmp/reference-${process.pid}.mjs`
try {
  await build({
    entryPoints: [`${root}scripts/referencePages.ts`],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  })
  const { referencePages } = await import(pathToFileURL(bundle).href)
  mkdirSync(`${root}docs/reference`, { recursive: true })
  for (const [name, page] of Object.entries(await referencePages()))
    writeFileSync(`${root}docs/reference/${name}`, page)
} finally {
  rmSync(bundle, { force: true })
}

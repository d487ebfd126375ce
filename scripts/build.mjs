// Bundles the command line and its worker into dist/, with shared chunks; dependencies stay packages.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

// Nothing is written unless all of it was built, so that a broken source leaves the last build in place.
const { outputFiles } = await build({
  entryPoints: { voxmill: 'src/voxmill.ts', worker: 'src/cli/worker.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'linked',
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
  write: false,
})
rmSync('dist', { recursive: true, force: true })
for (const { path: file, contents } of outputFiles) {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, contents)
}

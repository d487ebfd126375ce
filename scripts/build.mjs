// Bundles the command line and its worker into dist/, with shared chunks. Packages are bundled too: a worker starts three
// times as fast as with a hundred small modules. Their licences go into dist/THIRD_PARTY_NOTICES.txt.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { fillInProfiles } from './checkedProfiles.mjs'
import { fewerChunks } from './fewerChunks.mjs'

const options = {
  entryPoints: {
    voxmill: 'src/voxmill.ts',
    worker: 'src/cli/worker.ts',
    elastixChild: 'src/registration/elastixChild.ts',
    warpThread: 'src/registration/warpThread.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  // Packages written as CommonJS ask for Node's own modules by require.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
  },
  // The codecs' WebAssembly travels within the chunk that is loaded when a file needs it.
  loader: { '.wasm': 'binary' },
  // Codec packages take the folder of their script to find that file by; it is not asked for where the bytes are given.
  define: { __dirname: '""' },
  sourcemap: 'linked',
  // They load libraries and WebAssembly that lie beside them, and onnxruntime-node may not be there.
  external: ['@itk-wasm/elastix', 'onnxruntime-node', 'onnxruntime-web'],
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
}

// Nothing is written unless all of it was built, so that a broken source leaves the last build in place.
const { outputFiles, metafile } = await build({
  ...options,
  plugins: [await fillInProfiles(), await fewerChunks(options)],
  write: false,
  metafile: true,
})

// The pages: scripts and styles that a browser gets. They are one file each, for a page may not load another's chunk.
const web = await build({
  entryPoints: [
    { in: 'web/view/view.ts', out: 'view' },
    { in: 'web/view/view.html', out: 'view' },
    { in: 'web/view/view.css', out: 'view' },
    { in: 'web/report/report.ts', out: 'report' },
  ],
  outdir: 'dist/web',
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  loader: { '.html': 'copy' },
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
  metafile: true,
})

const packages = new Set(
  Object.keys({ ...metafile.inputs, ...web.metafile.inputs }).flatMap(
    file => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
  ),
)
const notices = [...packages].sort().map(name => {
  const folder = path.join('node_modules', name)
  const { version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  // scripts/licences/ has what a package lacks: its own licence, or that of what is compiled into it.
  const files = [
    ...readdirSync(folder)
      .filter(f => /^licen[cs]e/i.test(f))
      .slice(0, 1)
      .map(f => path.join(folder, f)),
    ...[`scripts/licences/${name.replace('/', '__')}.txt`].filter(existsSync),
  ]
  if (files.length === 0) throw new Error(`the package ${name} has no licence file`)
  const texts = files.map(file => readFileSync(file, 'utf8').trim())
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`
})

rmSync('dist', { recursive: true, force: true })
for (const { path: file, contents } of [...outputFiles, ...web.outputFiles]) {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, contents)
}
writeFileSync('dist/THIRD_PARTY_NOTICES.txt', notices.join(`\n${'-'.repeat(78)}\n\n`))

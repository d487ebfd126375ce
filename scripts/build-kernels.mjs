// Compiles the AssemblyScript kernels to the modules that carry them as base64 text.
//   node scripts/build-kernels.mjs           writes them
//   node scripts/build-kernels.mjs --check   says whether they are those of the sources, exit code 1 where not
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

/** The compiled bytes are committed and compared, so they come from one compiler version. */
const COMPILER = '0.28.20'
const KERNELS = [
  {
    name: 'deflate',
    folder: 'formats/deflate',
    entry: 'kernel/index.ts',
    sources: 'kernel/*.ts',
    pages: 48,
    target: 'kernel.generated.ts',
    constant: 'KERNEL_BASE64',
  },
  {
    name: 'inflate',
    folder: 'formats/deflate',
    entry: 'kernel/inflate/index.ts',
    sources: 'kernel/inflate/*.ts',
    pages: 7,
    target: 'inflateKernel.generated.ts',
    constant: 'INFLATE_KERNEL_BASE64',
  },
  {
    name: 'rescale',
    folder: 'imaging/dicom',
    entry: 'kernel/index.ts',
    sources: 'kernel/*.ts',
    pages: 2,
    target: 'kernel.generated.ts',
    constant: 'RESCALE_KERNEL_BASE64',
  },
  {
    name: 'moments',
    folder: 'imaging/moments',
    entry: 'kernel/index.ts',
    sources: 'kernel/*.ts',
    pages: 3,
    target: 'kernel.generated.ts',
    constant: 'MOMENTS_KERNEL_BASE64',
  },
  {
    name: 'warp',
    folder: 'imaging/warp',
    entry: 'kernel/index.ts',
    sources: 'kernel/*.ts',
    // Its memory is laid out and given by the caller, and shared by threads.
    pages: undefined,
    target: 'kernel.generated.ts',
    constant: 'WARP_KERNEL_BASE64',
  },
]

const path = (folder, name) => fileURLToPath(new URL(`../src/${folder}/${name}`, import.meta.url))

const ownMemory = pages => [
  ...['--enable', 'bulk-memory,simd'],
  ...['--initialMemory', String(pages), '--maximumMemory', String(pages)],
]
const SHARED_MEMORY = [
  ...['--enable', 'bulk-memory,simd,threads', '--importMemory', '--sharedMemory'],
  ...['--initialMemory', '1', '--maximumMemory', '65536'],
]

async function compile({ folder, entry, pages }) {
  const files = new Map()
  const { error, stderr } = await asc.main(
    [
      path(folder, entry),
      ...['--outFile', 'kernel.wasm', '-O3', '--converge', '--noAssert', '--noColors', '--runtime', 'stub'],
      ...(pages === undefined ? SHARED_MEMORY : ownMemory(pages)),
    ],
    { writeFile: (name, contents) => files.set(name, contents) },
  )
  if (error) throw new Error(`${entry} does not compile:\n${stderr}`)
  const bytes = files.get('kernel.wasm')
  if (pages === undefined) return bytes
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {})
  if (exports.memoryEnd() > pages * 65536)
    throw new Error(`${entry} needs ${exports.memoryEnd()} bytes of memory; raise its pages in this script`)
  return bytes
}

const { version } = createRequire(import.meta.url)('assemblyscript/package.json')
if (version !== COMPILER)
  throw new Error(
    `assemblyscript ${version} is installed, the kernels are made with ${COMPILER}: install that, or change COMPILER and commit the rebuilt kernels`,
  )

for (const kernel of KERNELS) {
  const bytes = await compile(kernel)
  const module = `// Made by scripts/build-kernels.mjs from ${kernel.sources}; do not edit.

/** The ${kernel.name} kernel: a WebAssembly module of ${bytes.length} bytes as base64 text. */
export const ${kernel.constant} =
  '${Buffer.from(bytes).toString('base64')}'
`
  const target = path(kernel.folder, kernel.target)
  if (!process.argv.includes('--check')) writeFileSync(target, module)
  else if (!existsSync(target) || readFileSync(target, 'utf8') !== module) {
    console.error(`${target} is not what its sources compile to: run node scripts/build-kernels.mjs`)
    process.exitCode = 1
  }
}

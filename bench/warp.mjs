// Three images carried over at once beside three runs of transformix, two threads each: whole commands, reading and
// writing .nii included, in turn; wall time, CPU time, peak memory, ratios, and how far the images differ.
//   node bench/warp.mjs FOLDER [ROUNDS]
// FOLDER holds CTA.nii, MIP.nii, AVG.nii, BF.nii and elx/TransformParameters.{0,1,2}.txt, with elastix called in FOLDER.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { measure } from './processTree.mjs'

const IMAGES = ['MIP', 'AVG', 'BF']
const THREADS = 2
const LAST = 'TransformParameters.2.txt'

/** The child's part: what a step would do. */
async function warp(bundle, folder, out) {
  const { niftiImage, readTransformChain, warpOnCores } = await import(pathToFileURL(bundle))
  const transforms = path.join(folder, 'elx')
  const files = new Map(
    readdirSync(transforms)
      .filter(name => /^TransformParameters\.\d\.txt$/.test(name))
      .map(name => [name, readFileSync(path.join(transforms, name), 'utf8')]),
  )
  const { chain } = readTransformChain(files, LAST)
  const read = async name => (await niftiImage.read(path.join(folder, `${name}.nii`))).value.volume
  const { grid } = await read('CTA')
  const images = []
  for (const name of IMAGES) images.push({ volume: await read(name), order: 3, defaultValue: 0 })
  const script = path.join(path.dirname(bundle), 'warpThread.mjs')
  const warped = await warpOnCores({ chain, grid, images }, { threads: THREADS, script })
  for (const [n, name] of IMAGES.entries())
    await niftiImage.write(path.join(out, `${name}.nii`), { volume: { grid, data: warped[n] } })
}

async function buildInto(folder) {
  const common = { bundle: true, format: 'esm', platform: 'node' }
  const resolveDir = fileURLToPath(new URL('..', import.meta.url))
  await build({
    ...common,
    stdin: {
      contents: `
        export { niftiImage } from './src/artifacts/niftiImage.ts'
        export { readTransformChain } from './src/formats/elastix/transformChain.ts'
        export { warpOnCores } from './src/registration/warpOnCores.ts'`,
      resolveDir,
    },
    outfile: path.join(folder, 'warp.mjs'),
  })
  await build({
    ...common,
    entryPoints: [path.join(resolveDir, 'src/registration/warpThread.ts')],
    outfile: path.join(folder, 'warpThread.mjs'),
  })
}

/** CPU seconds that children took in all so far; only ended ones count. */
const childSeconds = () => {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

async function timed(command, args, options) {
  const before = childSeconds()
  const { seconds, peak, code, output } = await measure(command, args, options)
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output.slice(-2000)}`)
  return { seconds, peak, cpu: childSeconds() - before }
}

const values = file => {
  const bytes = readFileSync(file)
  const start = bytes.readFloatLE(108)
  return new Int16Array(Uint8Array.from(bytes.subarray(start)).buffer)
}

function difference(a, b) {
  let [most, beyond] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i])
    if (d > most) most = d
    if (d > 0.5) beyond++
  }
  return `${((100 * beyond) / a.length).toFixed(4)} % beyond 0.5, at most ${most}`
}

async function compare(folder, rounds) {
  const temporary = mkdtempSync(path.join(os.tmpdir(), 'voxmill-bench-warp-'))
  try {
    await buildInto(temporary)
    const line = ({ seconds, cpu, peak }) =>
      `${seconds.toFixed(2)} s, CPU ${cpu.toFixed(2)} s, ${(peak / 2 ** 20).toFixed(0)} MiB`
    for (let round = 0; round < rounds; round++) {
      const ours = await timed(process.execPath, [
        fileURLToPath(import.meta.url),
        '--child',
        path.join(temporary, 'warp.mjs'),
        folder,
        temporary,
      ])
      const theirs = { seconds: 0, cpu: 0, peak: 0 }
      for (const name of IMAGES) {
        const out = path.join(temporary, name)
        mkdirSync(out, { recursive: true })
        const input = ['-in', path.join(folder, `${name}.nii`), '-out', out]
        const transform = ['-tp', path.join('elx', LAST), '-threads', String(THREADS)]
        const one = await timed('transformix', [...input, ...transform], { cwd: folder })
        theirs.seconds += one.seconds
        theirs.cpu += one.cpu
        theirs.peak = Math.max(theirs.peak, one.peak)
      }
      console.log(`voxmill, three images   ${line(ours)}`)
      console.log(`transformix, three runs ${line(theirs)}`)
      console.log(
        `faster by ${(theirs.seconds / ours.seconds).toFixed(1)}, CPU by ${(theirs.cpu / ours.cpu).toFixed(1)}`,
      )
      if (round > 0) continue
      for (const name of IMAGES) {
        const [a, b] = [`${name}.nii`, path.join(name, 'result.nii')].map(f =>
          values(path.join(temporary, f)),
        )
        console.log(`${name}: ${difference(a, b)}`)
      }
    }
  } finally {
    rmSync(temporary, { recursive: true })
  }
}

const [first, ...rest] = process.argv.slice(2)
if (first === '--child') await warp(...rest)
else if (first === undefined) console.error('usage: node bench/warp.mjs FOLDER [ROUNDS]')
else await compare(path.resolve(first), Number(rest[0] ?? 3))

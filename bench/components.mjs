// The largest component of six labels on a label map of 512 × 512 × 160 with 120 false islands, beside ITK's.
//   node bench/components.mjs [--map LABELS.nii.gz] [--itk CC] [--repeats N]
// --map: a uint8 .nii.gz; without it a map of six ellipsoids and 120 islands is made. --itk: the program that ITK's
// ConnectedComponent and RelabelComponent make up (arguments IN OUT THREADS FULLY_CONNECTED, printing
// "components S s"); both are run in turn on the same map, with 6 and 26 neighbours, ITK with one and two threads.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const { values: flags } = parseArgs({
  options: { map: { type: 'string' }, itk: { type: 'string' }, repeats: { type: 'string', default: '5' } },
})
const repeats = Number(flags.repeats)

const { outputFiles } = await build({
  stdin: {
    contents: `export { largestComponents } from './src/imaging/components/largestComponents.ts'
export { encodeNiftiHeader } from './src/formats/nifti/encode.ts'`,
    resolveDir: fileURLToPath(new URL('..', import.meta.url)),
  },
  bundle: true,
  format: 'esm',
  write: false,
})
const { largestComponents, encodeNiftiHeader } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
)

/** Six ellipsoids side by side and 120 small cubes of their labels between them. */
function madeMap() {
  const shape = [512, 512, 160]
  const data = new Uint8Array(512 * 512 * 160)
  const fill = (label, [x, y, z], [rx, ry, rz]) => {
    for (let k = z - rz; k <= z + rz; k++)
      for (let j = y - ry; j <= y + ry; j++)
        for (let i = x - rx; i <= x + rx; i++)
          if (((i - x) / rx) ** 2 + ((j - y) / ry) ** 2 + ((k - z) / rz) ** 2 <= 1)
            data[(k * 512 + j) * 512 + i] = label
  }
  for (let n = 0; n < 6; n++) fill(n + 1, [130 + 125 * (n % 3), 170 + 160 * (n > 2), 80], [56, 70, 50])
  for (let n = 0; n < 120; n++)
    fill(1 + (n % 6), [20 + ((n * 97) % 470), 20 + ((n * 61) % 470), 6 + ((n * 37) % 148)], [3, 3, 2])
  return { shape, data }
}

function readMap(file) {
  const bytes = gunzipSync(readFileSync(file))
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (view.getInt16(70, true) !== 2) throw new Error(`${file} is not uint8`)
  const shape = [42, 44, 46].map(at => view.getInt16(at, true))
  const offset = view.getFloat32(108, true)
  return { shape, data: Uint8Array.from(bytes.subarray(offset, offset + shape[0] * shape[1] * shape[2])) }
}

const { shape, data } = flags.map ? readMap(flags.map) : madeMap()
const labels = [...new Set(data)].filter(label => label !== 0).sort((a, b) => a - b)
console.log(`${shape.join(' × ')}, labels ${labels.join(' ')}, best of ${repeats}`)

const folder = mkdtempSync(path.join(tmpdir(), 'voxmill-bench-'))
try {
  let input = flags.map
  if (flags.itk && input === undefined) {
    input = path.join(folder, 'map.nii.gz')
    const affine = [0.4, 0, 0, 0, 0, 0.4, 0, 0, 0, 0, 0.6, 0, 0, 0, 0, 1]
    const header = encodeNiftiHeader({ shape, voxelType: 'uint8', affine, sformCode: 1, qformCode: 1 })
    writeFileSync(input, gzipSync(Buffer.concat([header, data]), { level: 1 }))
  }
  for (const connectivity of [6, 26]) {
    const ours = { wall: Infinity, cpu: Infinity, kept: '' }
    const itk = { 1: Infinity, 2: Infinity, kept: '' }
    for (let n = 0; n < repeats; n++) {
      const [start, cpu] = [performance.now(), process.cpuUsage()]
      const found = largestComponents(data, shape, labels, connectivity)
      ours.wall = Math.min(ours.wall, performance.now() - start)
      const used = process.cpuUsage(cpu)
      ours.cpu = Math.min(ours.cpu, (used.user + used.system) / 1000)
      ours.kept = found.labels.map(l => `${l.label}: ${l.components} objects, kept ${l.kept}`).join('\n')
      for (const threads of flags.itk ? [1, 2] : []) {
        const output = path.join(folder, 'itk.nii')
        const fully = connectivity === 26 ? '1' : '0'
        const { stderr, status } = spawnSync(flags.itk, [input, output, `${threads}`, fully], {
          encoding: 'utf8',
        })
        if (status !== 0) throw new Error(`${flags.itk} failed: ${stderr}`)
        itk[threads] = Math.min(itk[threads], 1000 * Number(/components ([\d.]+) s/.exec(stderr)[1]))
        itk.kept = stderr
          .split('\n')
          .filter(line => line.includes('objects'))
          .join('\n')
      }
    }
    console.log(
      `${connectivity}-connected: ${ours.wall.toFixed(1)} ms (CPU ${ours.cpu.toFixed(1)}), first call included`,
    )
    if (!flags.itk) continue
    console.log(
      `  ITK ${itk[1].toFixed(0)} ms with one thread, ${itk[2].toFixed(0)} ms with two; time x${(ours.wall / Math.min(itk[1], itk[2])).toFixed(3)} of its best`,
    )
    console.log(
      `  ${ours.kept === itk.kept ? 'both keep the same number of voxels of each label' : 'they DIFFER'}`,
    )
    if (ours.kept !== itk.kept) {
      console.log(ours.kept, '\n', itk.kept)
      process.exitCode = 1
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

// Whether time and memory an item stay the same as a data set grows, what a job costs beside its work, and what a second
// worker gives. Each part makes its data below --scratch and removes it unless --keep is given.
//
//   node bench/growth.mjs jobs     [--counts 100,1000,2500]      tiny jobs: milliseconds each (3 jobs a sample)
//   node bench/growth.mjs plan     [--counts 1000,10000,100000]  the plan of that many samples, before anything is made
//   node bench/growth.mjs fresh    [--counts 100,1000]           a second run, which finds everything done
//   node bench/growth.mjs samples  [--counts 10,100,1316]        samples of realistic size: seconds and peak memory
//   node bench/growth.mjs workers  [--counts 120] [--runs 3]     -j 1 beside -j 2, and beside two separate runs of half
//                                                                the samples each: what two cores of the machine give;
//                                                                of few samples the start of processes is much of it
//
// The million DICOM files are those of bench/sort.mjs.
import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { measure, median } from './processTree.mjs'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scratch: { type: 'string', default: path.join(tmpdir(), 'voxmill-growth') },
    counts: { type: 'string' },
    runs: { type: 'string', default: '3' },
    shape: { type: 'string', default: '448x448x160' },
    jobs: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
    voxmill: { type: 'string', default: path.resolve('dist/voxmill.js') },
  },
})
const own = async (...args) => {
  const m = await measure(process.execPath, [flags.voxmill, ...args])
  if (m.code !== 0)
    throw new Error(`voxmill ${args.join(' ')} ended with ${m.code}:\n${m.output.slice(-4000)}`)
  return m
}
const counts = (...usual) => (flags.counts === undefined ? usual : flags.counts.split(',').map(Number))
const root = name => path.join(flags.scratch, name)
const COLLECTION = 'archive/NME-Seg-2025.8.25-train-val'

/** An archive of samples that are all hard links to one volume and one mask. */
function linked(name, count, volume, mask) {
  const folder = path.join(root(name), COLLECTION)
  rmSync(root(name), { recursive: true, force: true })
  for (const [kind, source] of [
    ['imagesTr', volume],
    ['labelsTr', mask],
  ]) {
    mkdirSync(path.join(folder, kind), { recursive: true })
    // A file system grants a file some tens of thousands of links.
    let from = source
    for (let i = 0; i < count; i++) {
      const to = path.join(folder, kind, `NME-Seg_01A${i}.${String(i).padStart(8, '0')}.nii.gz`)
      if (i > 0 && i % 30_000 === 0) {
        from = `${source}.${i}.nii.gz`
        spawnSync('cp', [source, from])
      }
      linkSync(from, to)
    }
  }
  return root(name)
}

/** One tiny sample of the demonstration. */
function tiny() {
  const seed = root('seed')
  spawnSync(process.execPath, [
    ...[flags.voxmill, 'demo', 'nme', seed, '--archive_only', '--samples', '6', '--shape', '16x16x8'],
  ])
  const one = kind => {
    const folder = path.join(seed, COLLECTION, kind)
    return path.join(folder, readdirSync(folder)[0])
  }
  return [one('imagesTr'), one('labelsTr')]
}

/** A volume of realistic size that takes no space: its voxels are all 0, and a box of the mask is 1. */
function sparse() {
  const [nx, ny, nz] = flags.shape.split('x').map(Number)
  const image = (bytesPerVoxel, code, fill) => {
    const bytes = Buffer.alloc(352 + nx * ny * nz * bytesPerVoxel)
    bytes.writeInt32LE(348, 0)
    for (const [i, n] of [3, nx, ny, nz, 1, 1, 1, 1].entries()) bytes.writeInt16LE(n, 40 + 2 * i)
    bytes.writeInt16LE(code, 70)
    bytes.writeInt16LE(8 * bytesPerVoxel, 72)
    for (const [i, size] of [1, 0.8, 0.8, 1].entries()) bytes.writeFloatLE(size, 76 + 4 * i)
    bytes.writeFloatLE(352, 108)
    bytes.writeInt16LE(1, 254)
    for (const [row, size] of [0.8, 0.8, 1].entries()) bytes.writeFloatLE(size, 280 + 16 * row + 4 * row)
    bytes.write('n+1\0', 344, 'latin1')
    fill(bytes.subarray(352))
    return gzipSync(bytes, { level: 1 })
  }
  mkdirSync(flags.scratch, { recursive: true })
  const files = [path.join(flags.scratch, 'volume.nii.gz'), path.join(flags.scratch, 'mask.nii.gz')]
  writeFileSync(
    files[0],
    image(2, 4, () => undefined),
  )
  writeFileSync(
    files[1],
    image(1, 2, voxels => {
      for (let z = nz >> 2; z < nz >> 1; z++)
        for (let y = ny >> 2; y < ny >> 1; y++) {
          const at = (z * ny + y) * nx
          voxels.fill(1, at + (nx >> 2), at + (nx >> 1))
        }
    }),
  )
  return files
}

const MB = bytes => `${(bytes / 1e6).toFixed(0)} MB`
const remove = name => {
  if (!flags.keep) rmSync(root(name), { recursive: true, force: true })
}
const stepsOf = output => [...output.matchAll(/^\S+ +(\d+) done, (\d+) fresh/gm)].map(m => [+m[1], +m[2]])

const parts = {
  async jobs() {
    const seed = tiny()
    for (const count of counts(100, 1000, 2500)) {
      const place = linked(`jobs-${count}`, count, ...seed)
      const scan = await own('run', 'nme', '-r', place, '--until', 'gen-archive-manifest')
      const run = await own('run', 'nme', '-r', place, '-j', flags.jobs, '--until', 'extract-binary-masks')
      const jobs = stepsOf(run.output).reduce((sum, [done]) => sum + done, 0)
      console.log(
        `${jobs} jobs with -j ${flags.jobs}: ${run.seconds.toFixed(1)} s, ${((1000 * run.seconds) / jobs).toFixed(2)} ms each; the scan before them ${scan.seconds.toFixed(1)} s; peak of all processes ${MB(run.peak)}`,
      )
      remove(`jobs-${count}`)
    }
  },
  async plan() {
    const seed = tiny()
    for (const count of counts(1000, 10_000, 100_000)) {
      const place = linked(`plan-${count}`, count, ...seed)
      const scan = await own('run', 'nme', '-r', place, '--until', 'gen-archive-manifest')
      const plan = await measure('sh', [
        ...['-c', `"${process.execPath}" "${flags.voxmill}" run nme -r "${place}" --dry_run | tail -n 1`],
      ])
      console.log(
        `plan of ${count} samples: ${plan.seconds.toFixed(1)} s, ${((1e6 * plan.seconds) / count).toFixed(0)} µs each, peak ${MB(plan.peak)}, ${(plan.peak / count / 1000).toFixed(1)} KB each; the scan before it ${scan.seconds.toFixed(1)} s, peak ${MB(scan.peak)}`,
      )
      remove(`plan-${count}`)
    }
  },
  async fresh() {
    const seed = tiny()
    for (const count of counts(100, 1000)) {
      const place = linked(`fresh-${count}`, count, ...seed)
      await own('run', 'nme', '-r', place, '-j', flags.jobs)
      const again = await own('run', 'nme', '-r', place, '-j', flags.jobs)
      console.log(
        `a second run of ${count} samples: ${again.seconds.toFixed(1)} s, ${((1000 * again.seconds) / count).toFixed(2)} ms each, peak ${MB(again.peak)}`,
      )
      remove(`fresh-${count}`)
    }
  },
  async samples() {
    const seed = sparse()
    for (const count of counts(10, 100, 1316)) {
      const place = linked(`samples-${count}`, count, ...seed)
      const run = await own('run', 'nme', '-r', place, '-j', flags.jobs)
      console.log(
        `${count} samples of ${flags.shape} with -j ${flags.jobs}: ${run.seconds.toFixed(1)} s, ${(run.seconds / count).toFixed(3)} s each, peak of all processes ${MB(run.peak)}`,
      )
      remove(`samples-${count}`)
    }
  },
  async workers() {
    const [count] = counts(120)
    const archive = (name, samples) => {
      rmSync(root(name), { recursive: true, force: true })
      spawnSync(process.execPath, [
        ...[flags.voxmill, 'demo', 'nme', root(name), '--archive_only'],
        ...['--samples', String(samples), '--shape', '256x256x96'],
      ])
      return name
    }
    const halves = [archive('half-1', count >> 1), archive('half-2', count - (count >> 1))]
    archive('noise', count)
    const timed = async (names, workers) => {
      for (const name of names)
        for (const made of ['grouped', 'descriptor', '.voxmill'])
          rmSync(path.join(root(name), made), { recursive: true, force: true })
      const runs = await Promise.all(names.map(name => own('run', 'nme', '-r', root(name), '-j', workers)))
      return Math.max(...runs.map(r => r.seconds))
    }
    const times = { one: [], two: [], apart: [] }
    for (let run = 0; run < Number(flags.runs); run++) {
      times.one.push(await timed(['noise'], '1'))
      times.two.push(await timed(['noise'], '2'))
      times.apart.push(await timed(halves, '1'))
    }
    const [one, two, apart] = [median(times.one), median(times.two), median(times.apart)]
    console.log(
      `run nme over ${count} samples of 256x256x96: -j 1 ${one.toFixed(2)} s, -j 2 ${two.toFixed(2)} s: ${(one / two).toFixed(2)} times as fast; two runs with -j 1 beside each other, of half the samples each, ${apart.toFixed(2)} s: ${(one / apart).toFixed(2)} times`,
    )
    for (const name of ['noise', ...halves]) remove(name)
  },
}

const [part] = positionals
if (!(part in parts)) throw new Error(`name one of ${Object.keys(parts).join(', ')}`)
await parts[part]()
remove('seed')

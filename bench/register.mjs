// The step register (native engine) beside native elastix with its default parameter files, which write result images,
// and three runs of transformix: alternating, medians, and the overlap (Dice) of carried labels with the truth.
//
//   node bench/register.mjs --images FOLDER --truth FOLDER [--threads 2] [--runs 1] [--engine native]
//
// --images holds CTA, MIP, AVG, BF (.nii or .nii.gz); --truth holds cta_labels.nii.gz and perf_labels.nii.gz.
// --engine wasm leaves the peer out.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { measure, median } from './processTree.mjs'

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string' },
    truth: { type: 'string' },
    threads: { type: 'string', default: '2' },
    runs: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'native' },
  },
})
if (!flags.images || !flags.truth) throw new Error('give --images and --truth')
const root = path.join(tmpdir(), 'voxmill-bench-register')
const threads = Number(flags.threads)

rmSync(root, { recursive: true, force: true })
mkdirSync(path.join(root, 'in'), { recursive: true })
const inputs = {}
for (const name of ['CTA', 'MIP', 'AVG', 'BF']) {
  const file = ['.nii', '.nii.gz'].map(e => path.join(flags.images, name + e)).find(existsSync)
  inputs[name] = `in/${path.basename(file)}`
  cpSync(file, path.join(root, inputs[name]))
}
cpSync(path.join(flags.truth, 'perf_labels.nii.gz'), path.join(root, 'in/labels.nii.gz'))

const stages = ['0', '1', '2']
const each = name => Object.fromEntries(stages.map(s => [s, `out/transform/${name}.${s}.txt`]))
const job = {
  step: 'register',
  case: 'bench',
  fields: {},
  params: {
    overrides: {},
    engine: flags.engine,
    threads,
    parameterMaps: [],
    timeoutSeconds: 7200,
    marginMm: 20,
    finalOrder: 3,
    movingKey: 'mip',
    squareMm: 20,
    jacobian: false,
    field: false,
    gate: { maxFoldedShare: 0.001, minFieldOverlap: 0.3, maxDisplacementMm: 60, minSimilarityGain: 0 },
  },
  inputs: {
    fixed: inputs.CTA,
    moving: inputs.MIP,
    others: { avg: inputs.AVG, bf: inputs.BF },
    labels: { heart: 'in/labels.nii.gz' },
  },
  outputs: {
    fixed: 'out/cta.nii.gz',
    warped: Object.fromEntries(['mip', 'avg', 'bf'].map(k => [k, `out/cta_mip_${k}.nii.gz`])),
    labels: { heart: 'out/labels.nii.gz' },
    transforms: each('TransformParameters'),
    parameters: each('parameters'),
    log: 'out/transform/elastix.log',
    record: 'out/record.json',
    checkerboard: 'out/checkerboard.png',
    jacobian: null,
    field: null,
  },
  memory: 0,
  weight: 1,
}
const jobFile = path.join(root, 'job.json')
writeFileSync(jobFile, JSON.stringify(job))

const at = (...parts) => path.join(root, ...parts)
async function checked(what, command, args) {
  const m = await measure(command, args, { cwd: root })
  if (m.code !== 0) throw new Error(`${what} ended with ${m.code}:\n${m.output.slice(-3000)}`)
  return m
}

/** Label voxels of a NIfTI file of whole numbers. */
function labels(file) {
  let bytes = readFileSync(file)
  if (bytes[0] === 0x1f) bytes = gunzipSync(bytes)
  const [type, start] = [bytes.readInt16LE(70), bytes.readFloatLE(108)]
  const data = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length)
  if (type === 2) return new Uint8Array(data)
  if (type === 4) return new Int16Array(data, 0, data.byteLength >> 1)
  if (type === 16) return new Float32Array(data, 0, data.byteLength >> 2)
  throw new Error(`${file} has voxels of type ${type}`)
}

function dice(truth, carried) {
  const [a, b, both] = [0, 1, 2].map(() => new Float64Array(16))
  for (let i = 0; i < truth.length; i++) {
    a[truth[i]]++
    b[carried[i]]++
    if (truth[i] === carried[i]) both[truth[i]]++
  }
  const sum = (counts, from) => counts.reduce((s, n, label) => (label >= from ? s + n : s), 0)
  let heart = 0
  for (let i = 0; i < truth.length; i++) if (truth[i] > 0 && carried[i] > 0) heart++
  return [
    (2 * heart) / (sum(a, 1) + sum(b, 1)),
    ...[1, 2, 3, 4, 5, 6].map(label => (2 * both[label]) / (a[label] + b[label])),
  ]
}

const times = { own: [], peer: [] }
const peaks = { own: [], peer: [] }
for (let run = 0; run < Number(flags.runs); run++) {
  rmSync(at('out'), { recursive: true, force: true })
  rmSync(at('.voxmill'), { recursive: true, force: true })
  const own = await checked('register', process.execPath, [
    path.resolve(path.dirname(fileURLToPath(import.meta.url)), 'registerJob.mjs'),
    root,
    jobFile,
  ])
  if (JSON.parse(own.output).status !== 'done') throw new Error(own.output)
  times.own.push(own.seconds)
  peaks.own.push(own.peak)
  if (flags.engine === 'wasm') continue
  const files = stages.map(s => {
    const text = readFileSync(at('out/transform', `parameters.${s}.txt`), 'utf8')
    const file = `peer${s}.txt`
    writeFileSync(
      at(file),
      text
        .replace('(WriteResultImage "false")', '(WriteResultImage "true")')
        .replace(/\(DefaultOutputPrecision.*\n/, '')
        .replace(/\(UseBinaryFormat.*\n/, ''),
    )
    return ['-p', file]
  })
  rmSync(at('peer'), { recursive: true, force: true })
  mkdirSync(at('peer'))
  const t = ['-threads', flags.threads]
  const elastix = ['-f', inputs.CTA, '-m', inputs.MIP, '-out', 'peer', ...files.flat(), ...t]
  let { seconds, peak } = await checked('elastix', 'elastix', elastix)
  for (const name of ['MIP', 'AVG', 'BF']) {
    mkdirSync(at('peer', name))
    const tp = ['-tp', 'peer/TransformParameters.2.txt']
    const m = await checked('transformix', 'transformix', [
      '-in',
      inputs[name],
      '-out',
      `peer/${name}`,
      ...tp,
      ...t,
    ])
    seconds += m.seconds
    peak = Math.max(peak, m.peak)
  }
  times.peer.push(seconds)
  peaks.peer.push(peak)
}

const truth = labels(path.join(flags.truth, 'cta_labels.nii.gz'))
const show = (who, values) =>
  console.log(
    `${who.padEnd(8)} Dice heart ${values[0].toFixed(4)}, labels 1 to 6 ${values
      .slice(1)
      .map(v => v.toFixed(4))
      .join(' ')}`,
  )
const ownDice = dice(truth, labels(at('out/labels.nii.gz')))
show('voxmill', ownDice)
const mb = bytes => (median(bytes) / 1e6).toFixed(0)
if (flags.engine === 'wasm')
  console.log(`voxmill, wasm engine: ${median(times.own).toFixed(1)} s, peak ${mb(peaks.own)} MB`)
else {
  const nearest = readFileSync(at('peer/TransformParameters.2.txt'), 'utf8').replace(
    '(FinalBSplineInterpolationOrder 3)',
    '(FinalBSplineInterpolationOrder 0)',
  )
  writeFileSync(at('peer/nearest.txt'), nearest)
  mkdirSync(at('peer/labels'))
  await checked('transformix', 'transformix', [
    '-in',
    'in/labels.nii.gz',
    '-out',
    'peer/labels',
    '-tp',
    'peer/nearest.txt',
  ])
  const peerDice = dice(truth, labels(at('peer/labels/result.nii')))
  show('elastix', peerDice)
  const loss = Math.max(...peerDice.map((v, i) => v - ownDice[i]))
  const [a, b] = [median(times.peer), median(times.own)]
  console.log(
    `elastix and 3 × transformix ${a.toFixed(1)} s, voxmill ${b.toFixed(1)} s: ${(a / b).toFixed(2)} times as fast, Dice at most ${loss.toFixed(4)} lower; peak ${mb(peaks.peer)} and ${mb(peaks.own)} MB`,
  )
}
console.log(`the outputs of the last run are in ${root}`)

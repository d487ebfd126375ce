// The nme routines beside a Python peer (nibabel, numpy, pandas), alternating, medians of the runs.
//
//   node bench/nme.mjs --baseline DIR [--scratch DIR] [--samples 12] [--shape 320x320x120] [--runs 3] [--jobs 2]
//
// DIR holds the peer's make_nme.py and nme_baseline.py.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { measure, median } from './processTree.mjs'

const { values: flags } = parseArgs({
  options: {
    baseline: { type: 'string', default: '../shared/tools/baseline' },
    scratch: { type: 'string', default: path.join(tmpdir(), 'voxmill-bench') },
    python: { type: 'string', default: '/usr/bin/python3' },
    samples: { type: 'string', default: '12' },
    shape: { type: 'string', default: '320x320x120' },
    runs: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '2' },
  },
})
const voxmill = path.resolve('dist/voxmill.js')
const root = path.join(flags.scratch, `nme-${flags.samples}-${flags.shape}`)
if (!existsSync(path.join(root, 'archive'))) {
  mkdirSync(root, { recursive: true })
  console.log(`making ${flags.samples} samples of ${flags.shape} in ${root}`)
  spawnSync(
    flags.python,
    [
      path.join(flags.baseline, 'make_nme.py'),
      root,
      '-n',
      flags.samples,
      '--jobs',
      '2',
      '--shape',
      ...flags.shape.split('x'),
    ],
    { stdio: 'inherit' },
  )
}
const archive = path.join(root, 'archive')
const labelMap = path.join(root, 'descriptor/label_map.yaml')
const bytesBelow = (folder, wanted = () => true) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(e => e.isFile() && wanted(e.name))
    .reduce((sum, e) => sum + statSync(path.join(e.parentPath ?? e.path, e.name)).size, 0)

const peer = (routine, out) =>
  measure(flags.python, [
    path.join(flags.baseline, 'nme_baseline.py'),
    routine,
    root,
    '--out',
    out,
    '--jobs',
    flags.jobs,
  ])
const own = (...args) =>
  measure(process.execPath, [voxmill, ...args, ...(args[0].startsWith('demo') ? [] : ['-j', flags.jobs])])

const OUTER = { Yunnan: 'test-outer-02', Zhongnan: 'test-outer-03', 'HKU-SZH': 'test-outer-04' }
const PREDEFINED = {
  split01_Tongji: [['Tongji'], ['train-val', 'test-inner-01']],
  split02_Yunnan: [['Yunnan'], ['test-outer-02']],
  split03_Zhongnan: [['Zhongnan'], ['test-outer-03']],
  'split04_HKU-SZH': [['HKU-SZH'], ['test-outer-04']],
  split05_External: [Object.keys(OUTER), Object.values(OUTER)],
  split06_Whole: [
    ['Tongji', ...Object.keys(OUTER)],
    ['train-val', 'test-inner-01', ...Object.values(OUTER)],
  ],
}
const WITH_TRAIN = ['split01_Tongji', 'split06_Whole', 'split07_Mix']
const tutorial = {
  '01': out => [
    [
      'gen-archive-manifest',
      '-r',
      archive,
      '-o',
      `${out}/descriptor/archive_manifest.xlsx`,
      '--workspace',
      out,
    ],
  ],
  '02': out => [
    [
      'confirm-pairs',
      '-r',
      archive,
      '-o',
      `${out}/grouped`,
      '-am',
      `${out}/descriptor/archive_manifest.xlsx`,
      '--workspace',
      out,
    ],
  ],
  '03': out => [['extract-binary-masks', '-r', `${out}/grouped`, '-e', labelMap]],
  '04': out => [
    ['gen-dataset-manifest', '-r', `${out}/grouped`, '-o', `${out}/grouped/dataset_manifest.xlsx`],
  ],
  // All that the tutorial does: seven splits and their index manifests, each a command of its own.
  '05': out => [
    ...Object.entries(PREDEFINED).map(([name, [sites, collections]]) => [
      ...['make-split-predefined', '-m', `${out}/grouped/dataset_manifest.xlsx`, '-spn', name],
      ...['--site', ...sites, '--collection', ...collections],
    ]),
    ['make-split-across-sites', '-m', `${out}/grouped/dataset_manifest.xlsx`, '-spn', 'split07_Mix'],
  ],
  '06': out =>
    [...Object.keys(PREDEFINED), 'split07_Mix'].map(name => [
      ...['extract-split-index-manifest', '-m', `${out}/grouped/dataset_manifest.xlsx`, '-spn', name],
      ...['-o', `${out}/grouped/splits/${name}`],
      ...(WITH_TRAIN.includes(name) ? [['train', 'val'], ['train'], ['val'], ['test']] : [['test']]).flatMap(
        group => ['--subsets', ...group],
      ),
    ]),
}

const times = { peer: {}, own: {} }
const peaks = { peer: {}, own: {} }
const note = (who, what, m) => {
  if (m.code !== 0) throw new Error(`${who} ${what} ended with ${m.code}:\n${m.output}`)
  times[who][what] = [...(times[who][what] ?? []), m.seconds]
  peaks[who][what] = [...(peaks[who][what] ?? []), m.peak]
}
const sizes = {}
for (let run = 0; run < Number(flags.runs); run++) {
  const [theirs, ours, whole] = ['peer', 'steps', 'run'].map(n => path.join(flags.scratch, n))
  for (const d of [theirs, ours, whole]) rmSync(d, { recursive: true, force: true })
  for (const routine of Object.keys(tutorial)) {
    note('peer', routine, await peer(routine, theirs))
    let sum
    for (const args of tutorial[routine](ours)) {
      const m = await own(...args)
      sum =
        sum === undefined ? m : { ...m, seconds: sum.seconds + m.seconds, peak: Math.max(sum.peak, m.peak) }
    }
    note('own', routine, sum)
  }
  mkdirSync(path.join(whole, 'descriptor'), { recursive: true })
  spawnSync('ln', ['-s', archive, path.join(whole, 'archive')])
  spawnSync('cp', [labelMap, path.join(whole, 'descriptor')])
  note('own', 'run nme', await own('run', 'nme', '--root_dir', whole))
  const grouped = name => name.endsWith('_volume.nii.gz') || name.endsWith('_mask.nii.gz')
  sizes.peer = bytesBelow(path.join(theirs, 'grouped'), grouped)
  sizes.own = bytesBelow(path.join(ours, 'grouped'), grouped)
}
const row = (name, a, b) =>
  console.log(
    `${name.padEnd(10)} peer ${a.toFixed(2).padStart(7)} s   voxmill ${b.toFixed(2).padStart(7)} s   ${(a / b).toFixed(2)} times as fast`,
  )
let [sumPeer, sumOwn] = [0, 0]
for (const routine of Object.keys(tutorial)) {
  const [a, b] = [median(times.peer[routine]), median(times.own[routine])]
  sumPeer += a
  sumOwn += b
  row(routine, a, b)
}
row('sum', sumPeer, sumOwn)
row('run nme', sumPeer, median(times.own['run nme']))
console.log(
  `bytes of routine 02: peer ${(sizes.peer / 1e6).toFixed(1)} MB, voxmill ${(sizes.own / 1e6).toFixed(1)} MB, ratio ${(sizes.own / sizes.peer).toFixed(3)}`,
)
const worst = who => Math.max(...Object.values(peaks[who]).map(median))
console.log(
  `peak memory of the process tree: peer ${(worst('peer') / 1e6).toFixed(0)} MB, voxmill ${(worst('own') / 1e6).toFixed(0)} MB`,
)
for (const [what, list] of Object.entries(peaks.own))
  console.log(
    `  ${what}: ${(median(list) / 1e6).toFixed(0)} MB (peer ${what in peaks.peer ? (median(peaks.peer[what]) / 1e6).toFixed(0) : '–'})`,
  )

// The mean absolute error of two maps over the myocardium beside NumPy, alternating: whole process (read and measure) and
// the measurement alone; with --ssim also the structural similarity beside scikit-image (which takes some 5 GB).
//
//   node bench/mae.mjs --real REAL.nii.gz --fake FAKE.nii.gz --labels LABELS.nii.gz --peer cta_baseline.py [--runs 5] [--ssim]
//
// The peer's `mae A B LABELS` prints the error over label 6 and the seconds that it took. Python is /usr/bin/python3 with
// nibabel, NumPy and scikit-image.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { measure, median } from './processTree.mjs'

const PYTHON = '/usr/bin/python3'
const MYOCARDIUM = 6
const DATA_RANGE = 200
const SSIM = `
import sys, time, nibabel as nib, numpy as np
from skimage.metrics import structural_similarity
a, b = (np.asanyarray(nib.load(p).dataobj).astype(np.float64) for p in sys.argv[1:3])
t = time.perf_counter()
s = structural_similarity(a, b, win_size=7, gaussian_weights=False, data_range=${DATA_RANGE})
print("SSIM %.9f in %.3f s" % (s, time.perf_counter() - t))
`

const { values: flags } = parseArgs({
  options: {
    real: { type: 'string' },
    fake: { type: 'string' },
    labels: { type: 'string' },
    peer: { type: 'string' },
    runs: { type: 'string', default: '5' },
    ssim: { type: 'boolean', default: false },
    own: { type: 'string' },
  },
})
for (const name of ['real', 'fake', 'labels'])
  if (flags[name] === undefined) throw new Error(`give a NIfTI file with --${name}`)
if (flags.own !== undefined) await measureHere(flags.own)
else await compare()

/** In a process of its own, as the peer: prints what the peer prints. */
async function measureHere(what) {
  const { outputFiles } = await build({
    stdin: {
      contents: [
        `export { niftiImage } from './src/artifacts/niftiImage.ts'`,
        `export { niftiMask } from './src/artifacts/niftiMask.ts'`,
        `export { binaryMask } from './src/imaging/labels.ts'`,
        `export { imageDifference } from './src/imaging/imageDifference.ts'`,
        `export { structuralSimilarity } from './src/imaging/structuralSimilarity.ts'`,
      ].join('\n'),
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  })
  const code = Buffer.from(outputFiles[0].contents).toString('base64')
  const own = await import(`data:text/javascript;base64,${code}`)
  const before = performance.now()
  const real = (await own.niftiImage.read(flags.real)).value.volume
  const fake = (await own.niftiImage.read(flags.fake)).value.volume
  const labels = what === 'mae' ? (await own.niftiMask.read(flags.labels)).value.mask : undefined
  const read = (performance.now() - before) / 1000
  const start = performance.now()
  if (what === 'ssim') {
    const value = own.structuralSimilarity(real, fake, DATA_RANGE)
    console.log(`SSIM ${value.toFixed(9)} in ${((performance.now() - start) / 1000).toFixed(3)} s`)
    return
  }
  const { maskMae, maskVoxels } = own.imageDifference(real, fake, own.binaryMask(labels, MYOCARDIUM))
  const seconds = (performance.now() - start) / 1000
  console.log(
    `MAE ${maskMae.toFixed(3)} over ${maskVoxels} voxels in ${seconds.toFixed(3)} s, read in ${read.toFixed(3)} s`,
  )
}

async function compare() {
  if (flags.peer === undefined) throw new Error('give cta_baseline.py with --peer')
  const files = [flags.real, flags.fake]
  const own = what => [
    process.execPath,
    [
      path.resolve('bench/mae.mjs'),
      '--own',
      what,
      '--real',
      flags.real,
      '--fake',
      flags.fake,
      '--labels',
      flags.labels,
    ],
  ]
  await alternate('mae', [PYTHON, [flags.peer, 'mae', ...files, flags.labels]], own('mae'))
  if (flags.ssim) await alternate('ssim', [PYTHON, ['-c', SSIM, ...files]], own('ssim'))
}

async function alternate(name, ...commands) {
  const figures = commands.map(() => ({ wall: [], alone: [], peak: [], value: '' }))
  for (let run = 0; run < Number(flags.runs); run++)
    for (const [who, [command, args]] of commands.entries()) {
      const m = await measure(command, args)
      const told = /^(?:MAE|SSIM) (\S+).* in ([\d.]+) s/m.exec(m.output)
      if (m.code !== 0 || told === null) throw new Error(`${command} ended with ${m.code}:\n${m.output}`)
      const f = figures[who]
      f.wall.push(m.seconds)
      f.alone.push(Number(told[2]))
      f.peak.push(m.peak)
      f.value = told[1]
    }
  const [peer, own] = figures
  const pair = key => `${median(peer[key]).toFixed(3)} and ${median(own[key]).toFixed(3)} s`
  console.log(
    `${name}: ${peer.value} by Python, ${own.value} by voxmill; process ${pair('wall')}, measurement ${pair('alone')}; ` +
      `peak ${(median(peer.peak) / 1e6).toFixed(0)} and ${(median(own.peak) / 1e6).toFixed(0)} MB`,
  )
}

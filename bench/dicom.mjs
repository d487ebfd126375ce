// convert-dicom beside dcm2niix, alternating, medians of the runs: 512×512×160 to .nii.gz (against `-z y`, pigz) and to
// .nii (against `-z n`), and the peak memory of both.
//
//   node bench/dicom.mjs --series FOLDER [--runs 5]
//
// FOLDER holds one series of classic CT images.
import { mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { measure, median } from './processTree.mjs'

const { values: flags } = parseArgs({
  options: { series: { type: 'string' }, runs: { type: 'string', default: '5' } },
})
if (flags.series === undefined) throw new Error('give a folder of one series with --series')
const scratch = path.join(tmpdir(), 'voxmill-bench-dicom')
const voxmill = path.resolve('dist/voxmill.js')

for (const [format, peerFlag, ownFlags] of [
  ['.nii.gz', 'y', []],
  ['.nii', 'n', ['--uncompressed']],
]) {
  const times = { peer: [], own: [] }
  const peaks = { peer: [], own: [] }
  for (let run = 0; run < Number(flags.runs); run++)
    for (const who of ['peer', 'own']) {
      const out = path.join(scratch, who)
      rmSync(out, { recursive: true, force: true })
      mkdirSync(out, { recursive: true })
      const m =
        who === 'peer'
          ? await measure('dcm2niix', ['-z', peerFlag, '-o', out, flags.series])
          : await measure(process.execPath, [
              voxmill,
              'convert-dicom',
              '-r',
              flags.series,
              '-o',
              out,
              ...ownFlags,
            ])
      if (m.code !== 0) throw new Error(`${who} ended with ${m.code}:\n${m.output}`)
      times[who].push(m.seconds)
      peaks[who].push(m.peak)
    }
  const [a, b] = [median(times.peer), median(times.own)]
  console.log(
    `${format.padEnd(8)} dcm2niix -z ${peerFlag} ${a.toFixed(2)} s, voxmill ${b.toFixed(2)} s: ${(b / a).toFixed(2)} times its time; peak ${(median(peaks.peer) / 1e6).toFixed(0)} and ${(median(peaks.own) / 1e6).toFixed(0)} MB`,
  )
}
rmSync(scratch, { recursive: true, force: true })

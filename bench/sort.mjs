// Sorting of many small DICOM files: seconds and peak memory a file, and the header scan beside pydicom's.
//
//   node bench/sort.mjs [--scratch DIR] [--files 1000,10000,100000] [--patient 500] [--link none] [--jobs 2]
//     [--no-scan] [--headers]
//
// A million files: --files 100000,1000000 --link hard --no-scan --headers (4 GB of disk and as many inodes; without the
// header scans and pydicom's, and of files that have no pixels). The scratch folder is kept for the next run: remove it.
//
// Each patient has as many files as --patient says, so that growth with the archive is told from growth with a patient.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { measure } from './processTree.mjs'

const { values: flags } = parseArgs({
  options: {
    scratch: { type: 'string', default: path.join(tmpdir(), 'voxmill-bench') },
    python: { type: 'string', default: '/usr/bin/python3' },
    files: { type: 'string', default: '1000,10000,100000' },
    patient: { type: 'string', default: '500' },
    link: { type: 'string', default: 'none' },
    jobs: { type: 'string', default: '2' },
    'no-scan': { type: 'boolean', default: false },
    headers: { type: 'boolean', default: false },
    voxmill: { type: 'string', default: path.resolve('dist/voxmill.js') },
  },
})
const root = fileURLToPath(new URL('..', import.meta.url))
const bundle = `${root}.tmp/sort-bench-${process.pid}.mjs`
const source = { contents: SOURCE(), resolveDir: root, loader: 'ts' }
await build({
  stdin: source,
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
})
const { writeDicom, TRANSFER_SYNTAXES } = await import(pathToFileURL(bundle).href)

function SOURCE() {
  return `export { writeDicom } from './src/formats/dicom/write.ts'
export { TRANSFER_SYNTAXES } from './src/formats/dicom/transferSyntaxes.ts'
export { openDicomFolder } from './src/artifacts/dicomFolder.ts'`
}

/** A CT slice of 32 × 32 pixels with about as much header as a scanner writes. */
function slice() {
  const privateBlock = Array.from({ length: 40 }, (_, i) => ({
    tag: `0019${(0x1001 + i).toString(16).toUpperCase()}`,
    vr: 'LO',
    value: `private value ${i}`,
  }))
  return writeDicom({
    transferSyntax: TRANSFER_SYNTAXES.ExplicitVRLittleEndian,
    elements: [
      { tag: '00080008', value: ['DERIVED', 'SECONDARY', 'AXIAL'] },
      { tag: '00080016', value: '1.2.840.10008.5.1.4.1.1.2' },
      { tag: '00080018', value: '1.2.3.4.5.1.100000000000' },
      { tag: '00080060', value: 'CT' },
      { tag: '00080070', value: 'BENCH' },
      { tag: '00100020', value: 'P000000' },
      { tag: '00180050', value: [0.5] },
      { tag: '00190010', vr: 'LO', value: 'VOXMILL BENCH' },
      ...privateBlock,
      { tag: '0020000D', value: '1.2.3.4.5.2' },
      { tag: '0020000E', value: '1.2.3.4.5.3.100000000000' },
      { tag: '00200013', value: [1] },
      { tag: '00200032', value: [-100, -100, 12.5] },
      { tag: '00200037', value: [1, 0, 0, 0, 1, 0] },
      { tag: '00280002', value: 1 },
      { tag: '00280004', value: 'MONOCHROME2' },
      { tag: '00280010', value: 32 },
      { tag: '00280011', value: 32 },
      { tag: '00280030', value: [0.5, 0.5] },
      { tag: '00280100', value: 16 },
      { tag: '00280101', value: 16 },
      { tag: '00280102', value: 15 },
      { tag: '00280103', value: 0 },
      { tag: '7FE00010', vr: 'OW', value: new Uint8Array(flags.headers ? 0 : 2048) },
    ],
  })
}

/** An archive in which each file is an object of its own: the UIDs are set in place. */
function archive(folder, count, perPatient) {
  if (existsSync(folder)) return
  const bytes = Buffer.from(slice())
  const at = text => bytes.indexOf(text) + text.length
  const [sop, series, pid] = [at('1.2.3.4.5.1.'), at('1.2.3.4.5.3.'), bytes.indexOf('P000000')]
  const put = (where, n) => bytes.write(String(1e11 + n), where)
  // The meta information repeats the SOPInstanceUID.
  const again = bytes.indexOf('1.2.3.4.5.1.', sop) + '1.2.3.4.5.1.'.length
  for (let i = 0; i < count; i++) {
    const patient = `P${String(Math.floor(i / perPatient)).padStart(6, '0')}`
    const place = path.join(folder, patient, 'DICOM', String(Math.floor((i % perPatient) / 100)))
    if (i % 100 === 0 || i % perPatient === 0) mkdirSync(place, { recursive: true })
    bytes.write(patient, pid)
    put(sop, i)
    put(again, i)
    put(series, Math.floor(i / 100))
    writeFileSync(path.join(place, `IM${i}`), bytes)
  }
}

const PEER = `
import os, sys, pydicom
n = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        d = pydicom.dcmread(os.path.join(folder, name), stop_before_pixels=True)
        n += len(d.SeriesInstanceUID) + len(d.SOPInstanceUID) + len(d.PatientID) + int(d.InstanceNumber)
print(n)
`
const OWN = `
import { openDicomFolder } from ${JSON.stringify(pathToFileURL(bundle).href)}
const folder = openDicomFolder(process.argv[1])
let n = 0
for (const { path } of folder.entries()) {
  const { header } = await folder.scan(path)
  n += header.seriesInstanceUid.length + header.sopInstanceUid.length + header.patientId.length + header.instanceNumber
}
console.log(n)
`
const check = m => {
  if (m.code !== 0) throw new Error(`ended with ${m.code}:\n${m.output}`)
  return m
}
const each = (seconds, count) => `${((seconds / count) * 1e6).toFixed(0)} µs a file`

async function scans(raw, count) {
  const scan = check(await measure(process.execPath, ['--input-type=module', '-e', OWN, raw]))
  const peer = hasPeer ? check(await measure(flags.python, ['-c', PEER, raw])) : undefined
  if (peer !== undefined && peer.output !== scan.output)
    throw new Error(`the two scans read different values: ${scan.output} and ${peer.output}`)
  const beside =
    peer === undefined
      ? 'pydicom is not there'
      : `pydicom ${peer.seconds.toFixed(2)} s, ${(peer.seconds / scan.seconds).toFixed(1)} times as long`
  console.log(`  header scan  ${scan.seconds.toFixed(2)} s (${each(scan.seconds, count)}); ${beside}`)
}
const hasPeer = spawnSync(flags.python, ['-c', 'import pydicom']).status === 0

try {
  const peaks = []
  for (const count of flags.files.split(',').map(Number)) {
    const place = path.join(flags.scratch, `dicom-${count}-${flags.patient}`)
    const raw = path.join(place, flags.headers ? 'headers' : 'raw')
    const out = path.join(place, 'sorted')
    archive(raw, count, Number(flags.patient))
    console.log(`${count} files`)
    if (!flags['no-scan']) await scans(raw, count)
    for (const folder of [out, path.join(place, '.voxmill')]) rmSync(folder, { recursive: true, force: true })
    const args = ['sort-by-series-uid', '-r', raw, '-o', out, '--link', flags.link, '-j', flags.jobs]
    const sort = check(await measure(process.execPath, [flags.voxmill, ...args]))
    const again = check(await measure(process.execPath, [flags.voxmill, ...args]))
    peaks.push({ count, peak: sort.peak })
    console.log(
      `  sort         ${sort.seconds.toFixed(2)} s (${each(sort.seconds, count)}), peak ${(sort.peak / 1e6).toFixed(0)} MB of all processes`,
    )
    console.log(
      `  again        ${again.seconds.toFixed(2)} s, all fresh, peak ${(again.peak / 1e6).toFixed(0)} MB`,
    )
  }
  const [first, last] = [peaks[0], peaks.at(-1)]
  if (first !== last)
    console.log(
      `peak memory grows by ${((last.peak - first.peak) / (last.count - first.count)).toFixed(0)} bytes a file from ${first.count} to ${last.count} files`,
    )
} finally {
  rmSync(bundle, { force: true })
}

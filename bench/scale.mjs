// Many small things: header scan of 20,000 files beside nibabel, a second run over 1,316 samples, a manifest of
// 100,000 rows.
//
//   node bench/scale.mjs [--scratch DIR] [--files 20000] [--samples 1316] [--rows 100000] [--runs 3]
import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { measure, median } from './processTree.mjs'

const { values: flags } = parseArgs({
  options: {
    scratch: { type: 'string', default: path.join(tmpdir(), 'voxmill-bench') },
    python: { type: 'string', default: '/usr/bin/python3' },
    files: { type: 'string', default: '20000' },
    samples: { type: 'string', default: '1316' },
    rows: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '3' },
  },
})
const voxmill = path.resolve('dist/voxmill.js')
const own = (...args) => measure(process.execPath, [voxmill, ...args])
const runs = Number(flags.runs)
const check = m => {
  if (m.code !== 0) throw new Error(`ended with ${m.code}:\n${m.output}`)
  return m
}

/** An archive of `count` files, all hard links to one small volume and its mask. */
function linkedArchive(root, count) {
  if (existsSync(root)) return
  const seed = path.join(flags.scratch, 'seed')
  if (!existsSync(seed))
    spawnSync(process.execPath, [voxmill, 'demo', 'nme', seed, '--samples', '6', '--shape', '16x16x8'])
  const from = path.join(seed, 'archive/NME-Seg-2025.8.25-train-val')
  const to = path.join(root, 'archive/NME-Seg-2025.8.25-train-val')
  for (const kind of ['images', 'labels']) {
    const source = path.join(from, `${kind}Tr`, readdirSync(path.join(from, `${kind}Tr`))[0])
    mkdirSync(path.join(to, `${kind}Tr`), { recursive: true })
    for (let i = 0; i < count / 2; i++)
      linkSync(source, path.join(to, `${kind}Tr`, `NME-Seg_01A${i}.${String(i).padStart(8, '0')}.nii.gz`))
  }
}

/** Both sides time their own loop: listing the folder and reading every header, without the start of the interpreter. */
const PEER = `
import sys, glob, time, nibabel as nib
t = time.perf_counter()
n = 0
for p in sorted(glob.glob(sys.argv[1] + '/**/*.nii.gz', recursive=True)):
    im = nib.load(p)
    n += len(im.shape) + len(im.header.get_zooms()) + im.affine.shape[0] + len(str(im.get_data_dtype()))
print(time.perf_counter() - t)
`
const SCAN = `
import { build } from 'esbuild'
import { pathToFileURL } from 'node:url'
const file = process.argv[2]
await build({ stdin: { contents: "export * from './src/artifacts/archiveTree.ts'; export * from './src/formats/nifti/geometry.ts'", resolveDir: process.cwd(), loader: 'ts' }, bundle: true, platform: 'node', format: 'esm', outfile: file, logLevel: 'error' })
const { archiveTree, niftiAffine } = await import(pathToFileURL(file))
const before = process.memoryUsage().rss
const t = performance.now()
const { value } = await archiveTree.read(process.argv[3])
let n = 0
for (const image of value.images) n += niftiAffine(await value.scan(image)).affine.length
console.log((performance.now() - t) / 1000, process.memoryUsage().rss - before)
`
async function scan() {
  const growth = []
  for (const count of [Number(flags.files) / 10, Number(flags.files)]) {
    const root = path.join(flags.scratch, `links-${count}`)
    linkedArchive(root, count)
    const archive = path.join(root, 'archive')
    const [theirs, ours, whole, peaks] = [[], [], [], []]
    for (let i = 0; i < runs; i++) {
      theirs.push(Number(check(await measure(flags.python, ['-c', PEER, archive])).output))
      const own1 = check(
        await measure(process.execPath, [
          '--input-type=module',
          '-e',
          SCAN,
          'x',
          path.join(flags.scratch, 'scan.mjs'),
          archive,
        ]),
      )
      const [seconds, bytes] = own1.output.trim().split(' ').map(Number)
      ours.push(seconds)
      peaks.push(bytes)
      rmSync(path.join(root, 'out'), { recursive: true, force: true })
      whole.push(
        check(
          await own(
            'gen-archive-manifest',
            '-r',
            archive,
            '-o',
            path.join(root, 'out/manifest.xlsx'),
            '--remake',
          ),
        ).seconds,
      )
    }
    growth.push(median(peaks))
    console.log(
      `headers of ${count} files: nibabel ${median(theirs).toFixed(2)} s, voxmill ${median(ours).toFixed(2)} s: ${(median(theirs) / median(ours)).toFixed(1)} times as fast; the whole command with its workbook ${median(whole).toFixed(2)} s`,
    )
  }
  console.log(
    `memory of the scan: ${((growth[1] - growth[0]) / (0.9 * Number(flags.files))).toFixed(0)} bytes a file more`,
  )
}

async function secondRun() {
  const root = path.join(flags.scratch, `samples-${flags.samples}`)
  linkedArchive(root, 2 * Number(flags.samples))
  const first = check(await own('run', 'nme', '--root_dir', root))
  const again = []
  for (let i = 0; i < runs; i++) again.push(check(await own('run', 'nme', '--root_dir', root)).seconds)
  console.log(
    `run nme over ${flags.samples} samples: first ${first.seconds.toFixed(1)} s, again, all fresh, ${median(again).toFixed(2)} s`,
  )
}

const TABLE = `
import { build } from 'esbuild'
import { pathToFileURL } from 'node:url'
const file = process.argv[2]
await build({ stdin: { contents: "export * from './src/formats/table/writeWorkbook.ts'; export * from './src/formats/table/readWorkbook.ts'", resolveDir: process.cwd(), loader: 'ts' }, bundle: true, platform: 'node', format: 'esm', outfile: file, logLevel: 'error' })
const { writeWorkbook, readWorkbook } = await import(pathToFileURL(file))
const rows = Number(process.argv[3])
const columns = Array.from({ length: 25 }, (_, i) => ({ name: 'column_' + i, kind: i < 12 ? 'text' : 'number' }))
function* cells() { for (let r = 0; r < rows; r++) yield columns.map((c, i) => c.kind === 'text' ? 'Tongji/train-val/train/01A' + r + '/' + i : r * 1.37 + i) }
let t = performance.now()
const bytes = await writeWorkbook([{ name: 'Manifest', columns, rows: cells() }])
const write = performance.now() - t
t = performance.now()
const table = await (await readWorkbook(bytes)).sheet('Manifest')
if (table.rows.length !== rows || table.rows[rows - 1][0] !== 'Tongji/train-val/train/01A' + (rows - 1) + '/0') throw new Error('the rows did not come back')
console.log(rows + ' rows of 25 columns: written in ' + (write / 1000).toFixed(1) + ' s, read in ' + ((performance.now() - t) / 1000).toFixed(1) + ' s, ' + (bytes.length / 1e6).toFixed(1) + ' MB, peak ' + (process.resourceUsage().maxRSS / 1000).toFixed(0) + ' MB')
`

mkdirSync(flags.scratch, { recursive: true })
await scan()
await secondRun()
const table = check(
  await measure(process.execPath, [
    '--input-type=module',
    '-e',
    TABLE,
    'x',
    path.join(flags.scratch, 'table.mjs'),
    flags.rows,
  ]),
)
console.log(table.output.trim())
for (const file of ['table.mjs', 'scan.mjs']) rmSync(path.join(flags.scratch, file), { force: true })

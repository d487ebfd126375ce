import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readWorkbook } from '../../src/formats/table/readWorkbook.ts'
import { writeWorkbook } from '../../src/formats/table/writeWorkbook.ts'
import { voxmill } from './cli.ts'
import {
  ARCHIVE_MANIFEST,
  copyOf,
  DATASET_MANIFEST,
  digestsBelow,
  expectNothingHalfWritten,
  filesBelow,
  newFolder,
  phantomRoot,
} from './phantomRoot.ts'

let finished: string
beforeAll(async () => {
  finished = await phantomRoot(6)
  const { code, all } = await voxmill(['run', 'nme', '-r', finished, '-j', '1'])
  expect(code, all).toBe(0)
})

/** Runs a command that must refuse, and checks that it leaves all files as they are. */
async function refused(root: string, args: readonly string[], reason: RegExp, remedy: RegExp, exit = 2) {
  const before = filesOf(root)
  const { code, err, out, all } = await voxmill(args)
  expect(code, all).toBe(exit)
  expect(all).toMatch(reason)
  expect(all).toMatch(remedy)
  // A message, not a stack.
  expect(err).not.toMatch(/\n\s+at /)
  expect(out).not.toMatch(/\n\s+at /)
  expect(filesOf(root)).toEqual(before)
}

/** Digests of all files but the cache of digests, which may learn from a look. */
const filesOf = (root: string) => {
  const { '.voxmill/digests.jsonl': _, ...files } = digestsBelow(root)
  return files
}

const manifestOf = (root: string) => path.join(root, DATASET_MANIFEST)
const predefined = (root: string, ...more: string[]) => [
  ...['make-split-predefined', '-m', manifestOf(root), '-spn', 'mine'],
  ...more,
]
const acrossSites = (root: string, ...more: string[]) => [
  ...['make-split-across-sites', '-m', manifestOf(root), '-spn', 'mine'],
  ...more,
]
const index = (root: string, split: string, ...subsets: string[]) => [
  ...['extract-split-index-manifest', '-m', manifestOf(root), '-spn', split, '-o', path.join(root, 'mine')],
  ...subsets.flatMap(s => ['-s', s]),
]

describe('a command line that is wrong', () => {
  it('without --root_dir', () =>
    refused(finished, ['run', 'nme'], /required option.*--root_dir/, /--help shows/))

  it('with a command that there is not', () =>
    refused(finished, ['run-nme'], /unknown command 'run-nme'/, /--help/))

  it('with an option that there is not', () =>
    refused(finished, ['run', 'nme', '-r', finished, '--force'], /unknown option '--force'/, /--help/))

  it('with a root that there is not', () =>
    refused(
      finished,
      ['run', 'nme', '-r', path.join(finished, 'no such')],
      /no such does not exist/,
      /Check the path/,
    ))

  it('with a root that is a file', () =>
    refused(
      finished,
      ['run', 'nme', '-r', manifestOf(finished)],
      /dataset_manifest\.xlsx is a file, not a folder/,
      /Give the folder/,
    ))

  it('with a root without archive', () =>
    refused(
      finished,
      ['run', 'nme', '-r', path.join(finished, 'descriptor')],
      /has no folder archive/,
      /Put the archive into/,
    ))

  it('with a profile that there is not', () =>
    refused(
      finished,
      ['run', 'nme', '-r', finished, '--profile', 'nme-2025.8.26'],
      /nme-2025\.8\.26/,
      /nme-2025\.8\.25/,
    ))

  it('with jobs that are no number', () =>
    refused(finished, ['run', 'nme', '-r', finished, '-j', 'two'], /whole number from 1 up/, /--help/))

  it('with a label map that there is not', () =>
    refused(
      finished,
      ['extract-binary-masks', '-r', path.join(finished, 'grouped'), '-e', path.join(finished, 'map.yaml')],
      /map\.yaml does not exist/,
      /Check the path/,
    ))

  it('with a label map that is none', async () => {
    const root = copyOf(finished)
    writeFileSync(path.join(root, 'descriptor/label_map.yaml'), 'labels: 7\n')
    await refused(root, ['run', 'nme', '-r', root], /label_map\.yaml/, /what to do/)
  })
})

describe('a workbook that does not fit', () => {
  it('has no such worksheet', () =>
    refused(
      finished,
      predefined(finished, '-sn', 'Manifst'),
      /dataset_manifest\.xlsx: there is no worksheet "Manifst"/,
      /Did you mean "Manifest"/,
    ))

  it('has no such split', () =>
    refused(
      finished,
      index(finished, 'split01_Tonji', 'train'),
      /there is no worksheet "split01_Tonji"/,
      /Did you mean "split01_Tongji"/,
    ))

  it('is not there', () =>
    refused(
      finished,
      ['make-split-predefined', '-m', path.join(finished, 'none.xlsx'), '-spn', 'mine'],
      /none\.xlsx does not exist/,
      /Check the path/,
    ))

  it('lacks a column', async () => {
    const root = copyOf(finished)
    const file = path.join(root, ARCHIVE_MANIFEST)
    const { columns, rows } = await (await readWorkbook(readFileSync(file))).sheet('Manifest')
    const at = columns.indexOf('pid')
    const without = <T>(list: readonly T[]) => list.filter((_, i) => i !== at)
    writeFileSync(
      file,
      await writeWorkbook([
        { name: 'Manifest', columns: without(columns).map(name => ({ name })), rows: rows.map(without) },
      ]),
    )
    await refused(
      root,
      ['run', 'nme', '-r', root],
      /archive_manifest\.xlsx, worksheet "Manifest": there is no column "pid"/,
      /Add the column "pid"/,
    )
    await refused(
      root,
      ['confirm-pairs', '-r', path.join(root, 'archive'), '-o', path.join(root, 'grouped'), '-am', file],
      /there is no column "pid"/,
      /Add the column "pid"/,
    )
  })

  it('is damaged', async () => {
    const root = copyOf(finished)
    const whole = readFileSync(manifestOf(root))
    writeFileSync(manifestOf(root), whole.subarray(0, whole.length / 2))
    await refused(root, predefined(root), /dataset_manifest\.xlsx/, /what to do/)
  })

  it('is damaged, and would be written by a run', async () => {
    const root = copyOf(finished)
    writeFileSync(manifestOf(root), 'no workbook')
    rmSync(path.join(root, '.voxmill'), { recursive: true })
    const { code, all } = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
    expect(code, all).toBe(2)
    expect(all).toMatch(/dataset_manifest\.xlsx/)
    expect(readFileSync(manifestOf(root), 'utf8')).toBe('no workbook')
    expectNothingHalfWritten(root)
  })
})

describe('a split that cannot be made leaves the workbook untouched', () => {
  it('an unknown site', () =>
    refused(
      finished,
      predefined(finished, '--site', 'Wuhan'),
      /no sample is of site Wuhan/,
      /there is: .*Tongji/,
    ))

  it('an unknown collection', () =>
    refused(
      finished,
      predefined(finished, '-s', 'Tongji', '-c', 'train'),
      /no sample is of collection train/,
      /there is: .*train-val/,
    ))

  it('a site and a collection that no sample has both', () =>
    refused(
      finished,
      predefined(finished, '-s', 'Tongji', '-c', 'test-outer-02'),
      /no sample is of site Tongji and collection test-outer-02/,
      /Yunnan \/ test-outer-02/,
    ))

  for (const ratio of ['1.5', '-0.1'])
    it(`the ratio ${ratio}`, () =>
      refused(finished, acrossSites(finished, `--test_ratio=${ratio}`), /is not between 0 and 1/, /0\.3/))

  it('a ratio that is no number', () =>
    refused(finished, acrossSites(finished, '-ts', 'third'), /must be a number/, /--help/))

  it('a column to group by that there is not', () =>
    refused(finished, acrossSites(finished, '--group_by', 'patient'), /there is no column patient/, /pid/))

  for (const name of ['a/b', 'x'.repeat(32), "'quoted'", 'History', 'a[1]'])
    it(`the name ${name}, which Excel refuses`, () =>
      refused(
        finished,
        ['make-split-predefined', '-m', manifestOf(finished), '-spn', name],
        /the worksheet name/,
        /1 to 31 characters/,
      ))

  it('the name of the main worksheet', () =>
    refused(
      finished,
      ['make-split-predefined', '-m', manifestOf(finished), '-spn', 'manifest'],
      /main worksheet/,
      /another name/,
    ))

  it('one subset of several that no row has: no index manifest at all is written', async () => {
    await refused(
      finished,
      index(finished, 'split02_Yunnan', 'test', 'val'),
      /no row of the split split02_Yunnan is val/,
      /The split has test; .*Nothing was written/,
    )
    expect(filesBelow(path.join(finished, 'mine'))).toEqual([])
  })
})

describe('a workbook that is open in a spreadsheet program', () => {
  const commands: Record<string, (root: string) => string[]> = {
    'gen-archive-manifest': root => [
      ...['-r', path.join(root, 'archive'), '-o', path.join(root, ARCHIVE_MANIFEST), '--remake'],
    ],
    'gen-dataset-manifest': root => [
      ...['-r', path.join(root, 'grouped'), '-o', path.join(root, DATASET_MANIFEST), '--remake'],
    ],
    'make-split-predefined': root => predefined(root).slice(1),
    'make-split-across-sites': root => acrossSites(root).slice(1),
    run: root => ['nme', '-r', root, '--remake', '-j', '1'],
  }
  for (const [command, args] of Object.entries(commands))
    for (const [program, lock] of [
      ['Excel', '~$NAME'],
      ['LibreOffice', '.~lock.NAME#'],
    ] as const)
      it(`in ${program}: ${command} does not write it`, async () => {
        const root = copyOf(finished)
        const file = command === 'gen-archive-manifest' ? ARCHIVE_MANIFEST : DATASET_MANIFEST
        const beside = path.join(root, path.dirname(file), lock.replace('NAME', path.basename(file)))
        writeFileSync(beside, 'someone')
        const before = readFileSync(path.join(root, file))
        const { code, all } = await voxmill([command, ...args(root)])
        expect(code, all).toBe(2)
        expect(all).toContain(`is open in ${program}`)
        expect(all).toMatch(/Close it there and run again/)
        expect(readFileSync(path.join(root, file))).toEqual(before)
        expectNothingHalfWritten(root)
        rmSync(beside)
        const again = await voxmill([command, ...args(root)])
        expect(again.code, again.all).toBe(0)
      })
})

describe('an output path that is a folder', () => {
  it('in place of the archive manifest', async () => {
    const root = await phantomRoot(1)
    const output = path.join(root, 'descriptor')
    const args = ['gen-archive-manifest', '-r', path.join(root, 'archive'), '-o', output]
    await refused(root, args, /descriptor is a folder, not a file/, /Give the path of the file/)
  })

  it('in place of one image: that sample fails, the others are made', async () => {
    const root = await phantomRoot(3)
    const first = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
    expect(first.code, first.all).toBe(0)
    const [image] = filesBelow(path.join(root, 'grouped')).filter(f => f.endsWith('_volume.nii.gz'))
    rmSync(path.join(root, '.voxmill'), { recursive: true })
    const place = path.join(root, 'grouped', image!)
    renameSync(place, `${place}.away`)
    mkdirSync(place)
    const { code, all } = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
    expect(code, all).toBe(8)
    expect(all).toMatch(new RegExp(`cannot write .*${path.basename(image!)}`))
    expect(all).toMatch(/A folder has the name of the output file; move it away/)
    expect(all).toMatch(/confirm-pairs +2 done, 0 fresh, 1 failed/)
  })
})

describe('nothing to do is told, with exit code 3', () => {
  it('an empty archive', async () => {
    const root = newFolder()
    mkdirSync(path.join(root, 'archive'))
    const run = await voxmill(['run', 'nme', '-r', root])
    expect(run.code, run.all).toBe(3)
    expect(run.all).toMatch(/holds no sample that fits the profile/)
    expect(filesBelow(path.join(root, 'grouped'))).toEqual([])
    const scan = await voxmill([
      ...['gen-archive-manifest', '-r', path.join(root, 'archive'), '-o', path.join(root, 'again.xlsx')],
    ])
    expect(scan.code, scan.all).toBe(3)
  })

  it('an archive where nothing fits the profile names its files', async () => {
    const root = newFolder()
    mkdirSync(path.join(root, 'archive'))
    writeFileSync(path.join(root, 'archive/brain.nii.gz'), 'x')
    const run = await voxmill(['run', 'nme', '-r', root])
    expect(run.code, run.all).toBe(3)
    expect(run.all).toMatch(/file-unmatched[\s\S]*brain\.nii\.gz/)
  })

  for (const command of ['extract-binary-masks', 'gen-dataset-manifest'])
    it(`${command} on a folder without samples`, async () => {
      const folder = newFolder()
      const output = command === 'gen-dataset-manifest' ? ['-o', path.join(folder, 'x.xlsx')] : []
      await refused(folder, [command, '-r', folder, ...output], /below/, /Run confirm-pairs first/, 3)
    })

  it('status, where nothing was ever done', () =>
    refused(newFolder(), ['status', newFolder()], /no receipts/, /Give the root/, 3))
})

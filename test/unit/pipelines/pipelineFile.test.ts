import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { datasetsJsonSchema, openDatasets } from '../../../src/pipelines/datasetsFile.ts'
import { openPipeline } from '../../../src/pipelines/openPipeline.ts'
import { parsePipelineFile, pipelineJsonSchema } from '../../../src/pipelines/pipelineFile.ts'
import { STEPS } from '../../../src/steps/registry.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'voxmill-pipeline-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const problemsOf = (read: () => unknown): string[] => {
  try {
    read()
  } catch (error) {
    return (error as { problems: { line: number; message: string }[] }).problems.map(
      ({ line, message }) => `${line}: ${message}`,
    )
  }
  throw new Error('nothing was refused')
}

describe('the shipped pipeline', () => {
  const shipped = openPipeline()

  it('has the modalities and folders of the data sets', () => {
    expect(Object.keys(shipped.modalities)).toEqual(['CTA', 'MIP', 'AVG', 'BF'])
    expect(shipped.annotation).toEqual({ sheet: 2, header_row: 2, pid_column: '病人编号（Patient ID）' })
    expect(shipped.stages.slice(0, 3).map(s => s.folder)).toEqual(['0.ori_3', '3.sorted_dcm', '3.sorted_nii'])
  })

  it('names steps that there are for the folders of this program', () => {
    expect(shipped.stages.slice(0, 2).filter(s => !STEPS.has(s.step))).toEqual([])
  })
})

describe('a pipeline file', () => {
  const shipped = readFileSync('pipelines/cta2mbf.yaml', 'utf8')

  it('of your own is given by its path', () => {
    const file = path.join(folder, 'own.yaml')
    writeFileSync(file, shipped.replace('max_slice_thickness_mm: 1', 'max_slice_thickness_mm: 0.6'))
    expect(openPipeline(file).modalities.CTA!.rule.max_slice_thickness_mm).toBe(0.6)
  })

  it('is refused with the line of each mistake', () => {
    const broken = shipped
      .replace('min_instances: 100', 'min_instances: many')
      .replace('image_type: [MIP]', 'imagetype: [MIP]')
    const lineOf = (text: string) => broken.split('\n').findIndex(l => l.includes(text)) + 1
    expect(problemsOf(() => parsePipelineFile(broken, 'own.yaml', openPipeline))).toEqual([
      `${lineOf('many')}: a number is expected, not the text 'many'`,
      `${lineOf('imagetype')}: the key 'imagetype' is not known here`,
    ])
  })

  it('that is no YAML is refused', () => {
    expect(problemsOf(() => parsePipelineFile('a: [', 'own.yaml', openPipeline)).length).toBeGreaterThan(0)
  })

  describe('that extends another', () => {
    const own = (text: string): string => {
      const file = path.join(folder, 'own.yaml')
      writeFileSync(file, text)
      return file
    }

    it('changes variables, parameters and modalities, and leaves the rest', () => {
      const base = openPipeline()
      const changed = openPipeline(
        own(
          'extends: cta2mbf\nvariables: {mode: eval}\nparams:\n  keep-largest-components: {labels: [6]}\n  convert-dicom: {onUneven: resample}\n',
        ),
      )
      expect(changed.variables).toEqual({ ...base.variables, mode: 'eval' })
      const paramsOf = (step: string) => changed.steps.filter(s => s.step === step).map(s => s.params)
      expect(paramsOf('keep-largest-components')).toEqual([{ labels: [6] }, { labels: [6] }])
      expect(paramsOf('convert-dicom')).toEqual([{ onUneven: 'resample' }])
      expect(changed.steps.map(s => s.step)).toEqual(base.steps.map(s => s.step))
      expect(changed.modalities).toEqual(base.modalities)
    })

    it('is found from where it lies, and refused when it leads back to itself', () => {
      writeFileSync(path.join(folder, 'middle.yaml'), 'extends: cta2mbf\nvariables: {mode: train}\n')
      expect(openPipeline(own('extends: ./middle.yaml\n')).variables.mode).toBe('train')
      expect(() => openPipeline(own('extends: ./own.yaml\n'))).toThrow(
        expect.objectContaining({ message: expect.stringContaining('extends itself') }),
      )
    })

    it('is refused with the line of a mistake, and for parameters of a step that there is not', () => {
      expect(problemsOf(() => openPipeline(own('extends: cta2mbf\nvariable: {}\n')))).toEqual([
        "2: the key 'variable' is not known here",
      ])
      expect(() => openPipeline(own('extends: cta2mbf\nparams: {regster: {}}\n'))).toThrow(
        expect.objectContaining({ message: expect.stringContaining('regster') }),
      )
    })
  })

  it('is suggested for a name that is nearly right', () => {
    expect(() => openPipeline('cta2mfb')).toThrow(
      expect.objectContaining({ name: 'UsageError', remedy: expect.stringContaining("'cta2mbf'") }),
    )
  })
})

describe('a list of data sets', () => {
  const listOf = (text: string): string => {
    const file = path.join(folder, 'datasets.yaml')
    writeFileSync(file, text)
    return file
  }

  it('has roots beside it, and names that look like numbers', () => {
    const file = listOf(
      'pipeline: own/cta.yaml\ndatasets:\n  - name: 20201216\n  - {name: b, root: /data/b}\n',
    )
    const { pipeline, datasets } = openDatasets(file)
    expect(pipeline).toBe(path.join(folder, 'own/cta.yaml'))
    expect(datasets.map(d => [d.name, d.root])).toEqual([
      ['20201216', path.join(folder, '20201216')],
      ['b', '/data/b'],
    ])
  })

  it('leaves the name of a pipeline a name', () => {
    expect(openDatasets(listOf('pipeline: cta2mbf\ndatasets: [{name: a}]')).pipeline).toBe('cta2mbf')
  })

  it('is refused with the line of each mistake', () => {
    const file = listOf('datasets:\n  - nam: a\n')
    expect(problemsOf(() => openDatasets(file))).toEqual([
      "2: the key 'name' is missing",
      "2: the key 'nam' is not known here",
    ])
  })
})

describe('the JSON Schemas (node scripts/generate-pipeline-schema.mjs makes them)', () => {
  const schemas = { pipeline: pipelineJsonSchema(), datasets: datasetsJsonSchema() }

  it.each(Object.entries(schemas))('of %s is up to date', (name, schema) => {
    expect(JSON.parse(readFileSync(`pipelines/${name}.schema.json`, 'utf8'))).toEqual(schema)
  })

  it.each(Object.entries(schemas))('of %s describes every key', (name, schema) => {
    const missing: string[] = []
    let keys = 0
    const visit = (node: unknown, at: string) => {
      if (typeof node !== 'object' || node === null) return
      const { properties } = node as { properties?: Record<string, { description?: string }> }
      for (const [key, { description }] of Object.entries(properties ?? {})) {
        keys++
        if (!description) missing.push(`${at}.${key}`)
      }
      for (const [key, inner] of Object.entries(node)) visit(inner, `${at}.${key}`)
    }
    visit(schema, name)
    expect(missing).toEqual([])
    expect(keys).toBeGreaterThan(5)
  })
})

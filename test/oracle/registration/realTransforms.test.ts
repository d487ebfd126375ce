import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatParameterMap, parseParameterMap } from '../../../src/formats/elastix/parameterMap.ts'
import { readTransformChain } from '../../../src/formats/elastix/transformChain.ts'
import { formatTransform } from '../../../src/formats/elastix/transformFile.ts'
import { pointMover } from '../../../src/imaging/warp/pointMover.ts'

const real = '../shared/data/real'
const examples = `${real}/InsightSoftwareConsortium+ITKElastix/examples/data`
const translated = `${real}/SuperElastix+elastix/Testing/Data/Translation(1,-2)`
const there = existsSync(real)

const texts = (folder: string, names: readonly string[]) =>
  new Map(names.map(name => [name, readFileSync(path.join(folder, name), 'utf8')]))

describe.skipIf(!there)(
  there ? 'real files of elastix' : `real files of elastix (skipped: no ${real})`,
  () => {
    const parameterFiles = !there
      ? []
      : readdirSync(real, { recursive: true, encoding: 'utf8' }).filter(f =>
          /elastix.*\/(parameters?_|TransformParameters|InitialTransform)[^/]*\.txt$/i.test(f),
        )

    it('of parameters are read, and written so that they read the same', () => {
      expect(parameterFiles.length).toBeGreaterThanOrEqual(17)
      for (const file of parameterFiles) {
        const map = parseParameterMap(readFileSync(path.join(real, file), 'utf8'), file)
        expect(map.has('Transform'), file).toBe(true)
        expect(parseParameterMap(formatParameterMap(map))).toEqual(map)
      }
    })

    it('of ITKElastix make a chain of two B-splines', () => {
      const files = texts(examples, ['TransformParameters.0.txt', 'TransformParameters.1.txt'])
      const { chain, last } = readTransformChain(files)
      expect(chain.map(t => t.kind)).toEqual(['bspline', 'bspline'])
      expect(last.fixedGrid!.shape).toEqual([256, 256, 1])
      // Both files hold the same field: where it is smooth, two of it move a point about twice as far as one.
      const [once, twice] = [chain.slice(1), chain].map(part => {
        const p: [number, number, number] = [128, 128, 0]
        pointMover(part)(p)
        return p
      })
      for (const axis of [0, 1] as const)
        expect(Math.abs(twice![axis] - 128 - 2 * (once![axis] - 128))).toBeLessThan(0.5)
      expect(Math.hypot(once![0] - 128, once![1] - 128)).toBeGreaterThan(1)
      const again = readTransformChain(new Map([['T.txt', formatTransform({ ...last, initial: '' })]]))
      expect(again.chain[0]).toEqual(last.transform)
    })

    it('of elastix: a translation of (1, -2), in one file and in two', () => {
      const direct = readTransformChain(texts(translated, ['TransformParameters.txt']))
      const composed = readTransformChain(
        texts(translated, [
          'TransformParametersWithInitialTransformParameterFile.txt',
          'InitialTransformParameters.txt',
        ]),
      )
      const sized = readTransformChain(
        texts(translated, ['TransformParameters-Size-5x6.txt', 'InitialTransformParameters.txt']),
      )
      for (const { chain } of [direct, composed, sized]) {
        const p: [number, number, number] = [10, 20, 0]
        pointMover(chain)(p)
        expect(p).toEqual([11, 18, 0])
      }
      expect(sized.last.fixedGrid!.shape).toEqual([5, 6, 1])
    })

    it('that only link to an ITK file are refused by name', () => {
      const name = 'TransformParameters-link-to-ITK-tfm-file.txt'
      expect(() => readTransformChain(texts(translated, [name]))).toThrow(
        `${name}: the transform File is not supported`,
      )
    })
  },
)

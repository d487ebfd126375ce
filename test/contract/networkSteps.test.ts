import path from 'node:path'
import { z } from 'zod'
import { niftiImage } from '../../src/artifacts/niftiImage.ts'
import { onnxModel } from '../../src/artifacts/onnxModel.ts'
import { textFile } from '../../src/artifacts/textFile.ts'
import type { Job } from '../../src/engine/job.ts'
import { angiogramGrid, cardiacAngiogram } from '../../src/imaging/phantom/cardiacCt.ts'
import { phantomModels } from '../../src/pipelines/phantomModels.ts'
import { inferMbf } from '../../src/steps/segment/inferMbf.ts'
import { segmentChambers } from '../../src/steps/segment/segmentChambers.ts'
import { CONTRACTED, holdToContract } from './contract.ts'

holdToContract(
  CONTRACTED.network,
  async root => {
    const { volume } = cardiacAngiogram({ grid: angiogramGrid([32, 32, 16]), seed: 3 })
    await niftiImage.write!(path.join(root, 'nii/p1/CTA.nii.gz'), { volume })
    for (const { name, onnx, card } of phantomModels()) {
      await onnxModel.write!(path.join(root, `models/${name}.onnx`), { bytes: onnx, sha256: '' })
      await textFile.write!(path.join(root, `models/${name}.json`), card)
    }
  },
  async (_, oneByOne) => {
    const common = { case: 'p1', fields: {}, memory: 1, weight: 0 }
    const modelFiles = (name: string) => ({ model: `models/${name}.onnx`, card: `models/${name}.json` })
    const segment: Job = {
      ...{ ...common, step: 'segment-chambers', part: 'CTA' },
      params: segmentChambers.params(z).parse({ device: 'cpu', threads: 1 }),
      inputs: { image: 'nii/p1/CTA.nii.gz', imported: null, dataset: null, ...modelFiles('phantom-tissues') },
      outputs: { image: 'mask/p1/CTA/CTA.nii.gz', mask: 'mask/p1/CTA/CTA_MASK.nii.gz' },
    }
    const infer: Job = {
      ...{ ...common, step: 'infer-mbf' },
      params: inferMbf.params(z).parse({ device: 'cpu', threads: 1, cropSize: [24, 40, 16] }),
      inputs: { cta: 'nii/p1/CTA.nii.gz', mbf: 'nii/p1/CTA.nii.gz', ...modelFiles('phantom-generator') },
      outputs: { real_a: 'out/real_a.nii.gz', real_b: 'out/real_b.nii.gz', fake_b: 'out/fake_b.nii.gz' },
    }
    for (const job of [segment, infer]) await oneByOne(job.step, [{ case: 'p1', jobs: [job] }])
  },
)

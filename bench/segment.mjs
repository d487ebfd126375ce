// segment-chambers beside the same ONNX model in Python's onnxruntime, each a process of its own from the NIfTI file to
// the mask's .nii.gz, preprocessing included, alternating: wall time, CPU time, peak memory, how many labels agree, and
// what voxmill needs beside the network.
//
//   node bench/segment.mjs --image FILE.nii.gz --model NAME.onnx [--python PYTHON] [--threads 2] [--runs 3]
//
// NAME.json is the card. PYTHON has numpy, nibabel and onnxruntime; without it only voxmill is timed.
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { measure, median } from './processTree.mjs'

const { values: flags } = parseArgs({
  options: {
    image: { type: 'string' },
    model: { type: 'string' },
    python: { type: 'string' },
    threads: { type: 'string', default: '2' },
    runs: { type: 'string', default: '3' },
  },
})
if (!flags.image || !flags.model) throw new Error('give --image FILE.nii.gz and --model NAME.onnx')
const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the repository, so that ONNX Runtime is found.
const scratch = path.join(root, '.tmp/bench-segment')
mkdirSync(scratch, { recursive: true })
const program = path.join(scratch, 'segment.mjs')

await build({
  stdin: {
    contents: `
      import * as module from 'onnxruntime-node'
      import { niftiImage } from './src/artifacts/niftiImage.ts'
      import { niftiMask } from './src/artifacts/niftiMask.ts'
      import { modelCardFile, onnxModel } from './src/artifacts/onnxModel.ts'
      import { z } from 'zod'
      import { segmentChambers } from './src/steps/segment/segmentChambers.ts'
      const [image, model, out, threads] = process.argv.slice(2)
      const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6 }
      // The share of the network, told by its session's own calls.
      const { InferenceSession } = module.default ?? module
      const network = { seconds: 0, cpu: 0 }
      const timed = (owner, name) => {
        const plain = owner[name]
        owner[name] = async function (...given) {
          const [wall, used] = [performance.now(), cpu()]
          const result = await plain.apply(this, given)
          network.seconds += (performance.now() - wall) / 1000
          network.cpu += cpu() - used
          return result
        }
      }
      timed(InferenceSession, 'create')
      timed(InferenceSession.prototype, 'run')
      const [wall, used] = [performance.now(), cpu()]
      const inputs = {
        image: (await niftiImage.read(image)).value,
        model: (await onnxModel.read(model)).value,
        card: (await modelCardFile.read(model.replace(/onnx$/, 'json'))).value,
      }
      const params = segmentChambers.params(z).parse({ device: 'cpu', threads: Number(threads), expected: [] })
      const context = { case: 'bench', fields: {}, source: slot => slot, report() {} }
      const { mask } = await segmentChambers.run(inputs, params, context)
      await niftiMask.write(out, mask)
      console.log(JSON.stringify({ cpu: cpu(), restSeconds: (performance.now() - wall) / 1000 - network.seconds, restCpu: cpu() - used - network.cpu }))`,
    resolveDir: root,
    loader: 'ts',
  },
  outfile: program,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
})

const masks = { own: path.join(scratch, 'own.nii.gz'), peer: path.join(scratch, 'peer.nii.gz') }
const commands = {
  own: [process.execPath, [program, flags.image, flags.model, masks.own, flags.threads]],
  ...(flags.python
    ? {
        peer: [
          flags.python,
          [path.join(root, 'bench/segment.py'), flags.image, flags.model, masks.peer, flags.threads],
        ],
      }
    : {}),
}
const results = Object.fromEntries(Object.keys(commands).map(who => [who, []]))
for (let run = 0; run < Number(flags.runs); run++)
  for (const [who, [command, args]] of Object.entries(commands)) {
    const { seconds, peak, code, output } = await measure(command, args)
    if (code !== 0) throw new Error(`${who} ended with ${code}:\n${output}`)
    results[who].push({ seconds, peak, ...JSON.parse(output.trim().split('\n').at(-1)) })
  }
const middle = (who, key) => median(results[who].map(r => r[key]))
const line = who =>
  `${middle(who, 'seconds').toFixed(2)} s, CPU ${middle(who, 'cpu').toFixed(2)} s, peak ${(middle(who, 'peak') / 1e9).toFixed(2)} GB`
console.log(`voxmill             ${line('own')}`)
console.log(
  `  beside the network ${middle('own', 'restSeconds').toFixed(2)} s, CPU ${middle('own', 'restCpu').toFixed(2)} s`,
)
if (results.peer) {
  console.log(`Python onnxruntime  ${line('peer')}`)
  const ratio = key => (middle('own', key) / middle('peer', key)).toFixed(2)
  console.log(`voxmill needs ${ratio('seconds')} times its time, ${ratio('cpu')} times its CPU time`)
  const compare = `import sys,nibabel,numpy;a,b=[numpy.asarray(nibabel.load(f).dataobj) for f in sys.argv[1:]];print((a!=b).sum(),'of',a.size,'voxels differ')`
  console.log((await measure(flags.python, ['-c', compare, masks.own, masks.peer])).output.trim())
}
rmSync(scratch, { recursive: true, force: true })

// The deflate and inflate kernels beside node's zlib at level 1, on synthetic volumes: time, size and their ratios.
//   node bench/deflate.mjs
import { fileURLToPath } from 'node:url'
import { crc32, deflateRawSync, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib'
import { build } from 'esbuild'

const REPEATS = 5

async function load(...exports) {
  const { outputFiles } = await build({
    stdin: { contents: exports.join('\n'), resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    format: 'esm',
    write: false,
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

const { createDeflater, createInflater, gunzipStream, bytesOf, ellipsoidMask, noisyVolume } = await load(
  `export { createDeflater } from './src/formats/deflate/deflater.ts'`,
  `export { createInflater } from './src/formats/deflate/inflater.ts'`,
  `export { gunzipStream } from './src/formats/deflate/gunzip.ts'`,
  `export { bytesOf, ellipsoidMask, noisyVolume } from './test/unit/formats/deflate/syntheticVolumes.ts'`,
)

function fastest(task) {
  let milliseconds = Number.POSITIVE_INFINITY
  let result
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now()
    result = task()
    milliseconds = Math.min(milliseconds, performance.now() - start)
  }
  return { milliseconds, result }
}

const noise = noisyVolume(200)
const cases = [
  ['float32 noise', bytesOf(noise), 4],
  ['float32 whole numbers', bytesOf(Float32Array.from(noise, Math.round)), 4],
  ['int16', bytesOf(Int16Array.from(noise)), 2],
  ['float64 whole numbers', bytesOf(Float64Array.from(noise, Math.round)), 8],
  ['uint8 mask', ellipsoidMask(), 1],
]
const deflater = createDeflater()
for (const [name, input, elementBytes] of cases) {
  const ours = fastest(() => Buffer.concat(deflater.deflateParts(input, { elementBytes })))
  if (Buffer.compare(inflateRawSync(ours.result), input) !== 0) throw new Error(`${name}: wrong output`)
  const zlib = fastest(() => deflateRawSync(input, { level: 1, memLevel: 9, chunkSize: 1 << 20 }))
  const megabytes = bytes => (bytes / 1e6).toFixed(3)
  console.log(
    `${name.padEnd(22)} ${megabytes(input.length)} MB: kernel ${ours.milliseconds.toFixed(1)} ms ${megabytes(ours.result.length)} MB, ` +
      `zlib level 1 ${zlib.milliseconds.toFixed(1)} ms ${megabytes(zlib.result.length)} MB; ` +
      `time x${(ours.milliseconds / zlib.milliseconds).toFixed(2)}, size x${(ours.result.length / zlib.result.length).toFixed(3)}`,
  )
}

const inflater = createInflater()
for (const [name, content] of cases) {
  const input = gzipSync(content, { level: 1 })
  const ours = fastest(() => {
    let length = 0
    const stream = gunzipStream(inflater, crc32)
    stream.push(input, chunk => {
      length += chunk.length
    })
    stream.finish()
    return length
  })
  if (ours.result !== content.length) throw new Error(`${name}: wrong length`)
  const zlib = fastest(() => gunzipSync(input, { chunkSize: 1 << 20 }))
  console.log(
    `${name.padEnd(22)} gunzip: kernel ${ours.milliseconds.toFixed(1)} ms, zlib ${zlib.milliseconds.toFixed(1)} ms; ` +
      `time x${(ours.milliseconds / zlib.milliseconds).toFixed(2)}`,
  )
}

// Carries out one job of the step `register` as a run does, in a worker of the build: reading, registering, carrying
// over, writing, receipt. Prints the outcome as JSON.
//
//   node bench/registerJob.mjs ROOT JOB.json
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const [root, file] = process.argv.slice(2)
const job = JSON.parse(readFileSync(file, 'utf8'))
const worker = fork(path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../dist/worker.js'), [root], {
  serialization: 'advanced',
})
worker.on('message', message => {
  if (message.type === 'outcome') console.log(JSON.stringify(message.outcome, null, 1))
  else worker.disconnect()
})
worker.send({ plan: { case: job.case, jobs: [job] }, known: [] })

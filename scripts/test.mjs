// All tests: types, formatter and linter, layers, then vitest; ends with one line that counts them.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'

const bin = name => `node_modules/.bin/${name}`
let [passed, failed, skipped] = [0, 0, 0]

// Two at a time, each told as a whole; what takes longest first.
const checks = [
  ['types', bin('tsc'), ['--noEmit']],
  ['layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src', 'web']],
  ['types of the pages', bin('tsc'), ['--noEmit', '-p', 'web']],
  ['format and lint', bin('biome'), ['check', '.']],
]
const check = ([title, command, args]) =>
  new Promise(resolve => {
    const said = []
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => said.push(chunk))
    child.on('error', error => said.push(Buffer.from(`${error.message}\n`)))
    child.on('close', status => {
      console.log(`— ${title}`)
      process.stdout.write(Buffer.concat(said))
      if (status === 0) passed++
      else failed++
      resolve()
    })
  })
const lane = async () => {
  for (let next = checks.shift(); next !== undefined; next = checks.shift()) await check(next)
}
await Promise.all([lane(), lane()])

mkdirSync('.tmp', { recursive: true })
const report = '.tmp/vitest.json'
const vitest = spawnSync(
  bin('vitest'),
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { stdio: ['ignore', 'inherit', 'inherit'] },
)
try {
  const counts = JSON.parse(readFileSync(report, 'utf8'))
  passed += counts.numPassedTests
  failed += counts.numFailedTests
  skipped += counts.numPendingTests + (counts.numTodoTests ?? 0)
  if (!counts.success && counts.numFailedTests === 0) failed++
} catch {
  failed++
}
if (vitest.status !== 0 && failed === 0) failed++
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed === 0 ? 0 : 1)

// All tests: types, formatter and linter, layers, then vitest; ends with one line that counts them.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'

const bin = name => `node_modules/.bin/${name}`
let [passed, failed, skipped] = [0, 0, 0]

for (const [title, command, args] of [
  ['types', bin('tsc'), ['--noEmit']],
  ['types of the pages', bin('tsc'), ['--noEmit', '-p', 'web']],
  ['format and lint', bin('biome'), ['check', '.']],
  ['layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src', 'web']],
]) {
  console.log(`— ${title}`)
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) passed++
  else failed++
}

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

// Makes a fresh clone ready: installs the locked packages when they are missing or outdated, builds when sources changed.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

const root = path.dirname(path.dirname(new URL(import.meta.url).pathname))
process.chdir(root)

function run(command, args) {
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
}

const newest = folder =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(e => e.isFile())
    .reduce((t, e) => Math.max(t, statSync(path.join(e.parentPath ?? e.path, e.name)).mtimeMs), 0)
const time = file => (existsSync(file) ? statSync(file).mtimeMs : 0)

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`voxmill needs Node.js 20.19 or later; this is ${process.versions.node}.`)
  process.exit(2)
}
if (time('node_modules/.package-lock.json') < time('package-lock.json'))
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
const sources = Math.max(
  newest('src'),
  newest('web'),
  newest('profiles'),
  time('package.json'),
  time('scripts/build.mjs'),
)
if (time('dist/voxmill.js') < sources) run(process.execPath, ['scripts/build.mjs'])

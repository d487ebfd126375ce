// esbuild puts modules into one chunk if the very same entry points reach them. Every command and step is an entry point
// of its own, so what they share falls into dozens of small files, 44 for a split command, and opening one takes as
// long as parsing 25 KB. Here all entry points are made to import what is worth having in one chunk for all.
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { build } from 'esbuild'

// What a file costs: to open, and to parse a byte of it (Node 20; only their ratio counts).
const OPENING_MS = 0.5
const PARSING_MS = 2e-5

const MAIN = 'src/voxmill.ts'
const COMMAND = /^src\/(voxmill\.ts|cli\/commands\/)/

/** Modules, and packages outside the bundle, that an entry point imports, directly or not, before it runs. */
function reachedFrom(entry, inputs) {
  const reached = new Set()
  const open = [entry]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    for (const { path: next, kind, external } of inputs[file]?.imports ?? [])
      if (kind !== 'dynamic-import' && !(external && isBuiltin(next))) open.push(next)
  }
  return reached
}

/** The files that are worth loading wherever one of the entry points is, even for those that do not need them. */
function worthSharing(files, inputs, entries, reached) {
  const chunks = new Map()
  for (const file of files) {
    const users = entries.filter(entry => reached.get(entry).has(file))
    const chunk = chunks.get(users.join()) ?? { users: users.length, bytes: 0, files: [] }
    chunks.set(users.join(), chunk)
    chunk.bytes += inputs[file].bytes
    chunk.files.push(file)
  }
  const saved = ({ users }) => users * OPENING_MS
  const lost = ({ users, bytes }) => (entries.length - users) * bytes * PARSING_MS
  return [...chunks.values()].filter(c => saved(c) > lost(c)).flatMap(c => c.files)
}

const isScript = file => /\.[cm]?[jt]s$/.test(file)

/**
 * Those files that reach none but each other and what is `there`: the rest would bring further files along for all.
 * What is no script (package.json) goes where it is imported.
 */
function closed(files, there, inputs) {
  const all = new Set([...files, ...there])
  const reachesAll = file =>
    [...reachedFrom(file, inputs)].every(reached => !isScript(reached) || all.has(reached))
  const kept = files.filter(reachesAll)
  return kept.length === files.length ? kept : closed(kept, there, inputs)
}

/** A plugin of esbuild; `options` are those that the program is built with. */
export async function fewerChunks(options) {
  const { inputs, outputs } = (await build({ ...options, write: false, metafile: true })).metafile
  const entries = Object.values(outputs)
    .flatMap(({ entryPoint }) => entryPoint ?? [])
    .filter(file => file.startsWith('src/'))
  const reached = new Map(entries.map(entry => [entry, reachedFrom(entry, inputs)]))
  // Packages that not even --help can do without may be shared; whatever needs another one is left alone.
  const main = reached.get(MAIN)
  const isOwn = file => /^src\//.test(file) || main.has(file)
  const candidates = Object.keys(inputs).filter(
    file =>
      isOwn(file) && isScript(file) && !entries.includes(file) && [...reachedFrom(file, inputs)].every(isOwn),
  )
  const commands = entries.filter(entry => COMMAND.test(entry))
  const everywhere = worthSharing(candidates, inputs, entries, reached)
  const rest = candidates.filter(file => !everywhere.includes(file))
  const more = closed(worthSharing(rest, inputs, commands, reached), everywhere, inputs)
  const shared = { everywhere, commands: [...everywhere, ...more] }
  return {
    name: 'fewer-chunks',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^shared:/ }, ({ path: name }) => ({ path: name, namespace: 'shared' }))
      onLoad({ filter: /.*/, namespace: 'shared' }, ({ path: name }) => ({
        contents: shared[name.slice('shared:'.length)]
          .map(file => `import ${JSON.stringify(`./${file}`)}`)
          .join('\n'),
        resolveDir: process.cwd(),
      }))
      onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path: file }) => {
        const entry = path.relative('.', file).split(path.sep).join('/')
        if (!entries.includes(entry)) return undefined
        const name = COMMAND.test(entry) ? 'commands' : 'everywhere'
        // At the end, where it moves no line.
        return { contents: `${readFileSync(file, 'utf8')}\nimport 'shared:${name}'\n`, loader: 'ts' }
      })
    },
  }
}

// The profiles that ship with the program are checked when it is built, so that no run needs to: the parser, with the
// libraries of schemas and of YAML, takes longer to load than a small command takes in all.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { build } from 'esbuild'

async function loadParser() {
  // Inside the repository, so that the packages left outside the bundle are found.
  const bundle = path.resolve(`.tmp/profiles-${process.pid}.mjs`)
  const options = { bundle: true, format: 'esm', platform: 'node', packages: 'external', logLevel: 'warning' }
  try {
    await build({ ...options, entryPoints: ['src/profiles/parse.ts'], outfile: bundle })
    return (await import(pathToFileURL(bundle).href)).parseProfile
  } finally {
    rmSync(bundle, { force: true })
  }
}

async function checkedProfiles() {
  const parseProfile = await loadParser()
  return readdirSync('profiles')
    .filter(name => /\.ya?ml$/.test(name))
    .map(name => {
      const text = readFileSync(`profiles/${name}`, 'utf8')
      const profile = parseProfile(text, name)
      const plain = JSON.parse(JSON.stringify(profile))
      if (!isDeepStrictEqual(plain, profile)) throw new Error(`${name} does not survive JSON`)
      return { text, profile: plain }
    })
}

/** A plugin of esbuild that fills in the list of src/profiles/checkedProfiles.ts. */
export async function fillInProfiles() {
  const contents = `export const CHECKED_PROFILES = ${JSON.stringify(await checkedProfiles())}`
  return {
    name: 'checked-profiles',
    setup: ({ onLoad }) =>
      onLoad({ filter: /[\\/]profiles[\\/]checkedProfiles\.ts$/ }, () => ({ contents, loader: 'js' })),
  }
}

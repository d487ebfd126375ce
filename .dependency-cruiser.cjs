// The layer table of docs/explanation/architecture.md: a folder imports only from rows below its own.
const rows = [
  ['core'],
  ['formats', 'imaging'],
  ['storage'],
  ['artifacts', 'engine', 'inference', 'registration', 'profiles'],
  ['steps'],
  ['pipelines'],
  ['server'],
  ['cli'],
]
const layerRules = rows.flatMap((folders, row) =>
  folders.map(folder => {
    const above = rows.slice(row + 1).flat()
    const beside = folders.filter(other => other !== folder)
    return {
      name: `layer-${folder}`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: `^src/(${[...above, ...(row === 0 ? [] : beside)].join('|') || 'none'})/` },
    }
  }),
)
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-disk-outside-storage',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/storage/' },
      to: { path: '^(node:)?fs(/promises)?$', dependencyTypes: ['core'] },
    },
    {
      name: 'no-node-in-the-browser-part',
      comment: 'core, formats and imaging run in a browser',
      severity: 'error',
      from: { path: '^src/(core|formats|imaging)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pages-know-values-only',
      comment: 'a page imports core, formats, imaging and the types of the server',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/(?!(core|formats|imaging)/|server/api\\.ts$)' },
    },
    {
      name: 'nothing-imports-pages',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^web/' },
    },
    {
      name: 'no-schemas-in-steps',
      comment:
        'steps are handed zod where their parameters are described, so that running one does not load it',
      severity: 'error',
      from: { path: '^src/(engine|artifacts|steps)/' },
      to: { path: 'node_modules/zod/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/(registration/elastixChild|voxmill)\\.ts$' },
      to: {},
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
}

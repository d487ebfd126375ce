import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take long, the longest first, by seconds of an undisturbed run on two cores. What begins early is not what the
 * others end up waiting for.
 */
const LONG = [
  ...['e2e/slurm', 'e2e/runCta2mbf', 'e2e/view', 'e2e/viewJudging', 'e2e/report', 'e2e/badInput'],
  ...['e2e/brokenImages', 'e2e/killed', 'e2e/shards', 'e2e/convertInterrupted', 'e2e/usage', 'e2e/secondRun'],
  ...['e2e/sortBySeriesUid', 'oracle/registration/registerStep', 'e2e/interruption', 'e2e/editedManifest'],
  ...[
    'e2e/tutorial',
    'e2e/verdicts',
    'e2e/fullDisk',
    'e2e/extractModalities',
    'unit/steps/segment/realHeart',
  ],
  ...['oracle/registration/realPairs', 'e2e/provenance', 'e2e/drills', 'e2e/makeCta', 'e2e/viewServer'],
]

const place = ({ moduleId }: TestSpecification): number => {
  const at = LONG.findIndex(name => moduleId.endsWith(`/test/${name}.test.ts`))
  return at < 0 ? LONG.length : at
}

/** Begins with the files of `LONG`; those whose processes are shared come last, one after the other. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const shares = ({ project }: TestSpecification): number => (project.config.isolate === false ? 1 : 0)
    return (await super.sort(files)).toSorted((a, b) => shares(a) - shares(b) || place(a) - place(b))
  }
}

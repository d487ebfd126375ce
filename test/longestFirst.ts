import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take long, the longest first, as they came out of one run of all tests. What begins early is not what the others
 * end up waiting for. Of the second, others begin with a copy.
 */
const LONG = [
  ...['e2e/slurm', 'e2e/runCta2mbf', 'e2e/killed', 'e2e/view'],
  ...['oracle/registration/engines', 'e2e/convertInterrupted', 'e2e/viewJudging', 'e2e/report'],
  ...['e2e/brokenImages', 'e2e/badInput', 'e2e/shards', 'e2e/tutorial'],
  ...['e2e/fullDisk', 'e2e/usage', 'e2e/extractModalities', 'unit/steps/segment/realHeart'],
  ...['e2e/drills', 'e2e/provenance', 'e2e/reportScale', 'e2e/sortBySeriesUid'],
  ...['unit/storage/zip/writeZipFile', 'e2e/editedManifest', 'e2e/verdictsCommand', 'e2e/describe'],
  ...['e2e/interruption', 'e2e/secondRun', 'e2e/convertDicom', 'e2e/verdicts'],
  ...['oracle/registration/realPairs', 'e2e/proposeAnnotation', 'oracle/registration/registerStep'],
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

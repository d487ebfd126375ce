import { registerSteps, type StepRegistry } from '../engine/step.ts'
import { applyTransform } from './align/applyTransform.ts'
import { genRegistrationReport } from './align/genRegistrationReport.ts'
import { register } from './align/register.ts'
import { genDatasetManifest } from './check/genDatasetManifest.ts'
import { inspectSample } from './check/inspectSample.ts'
import { convertDicom } from './ingest/convertDicom.ts'
import { extractModalities } from './ingest/extractModalities.ts'
import { genArchiveManifest } from './ingest/genArchiveManifest.ts'
import { genExtractReport } from './ingest/genExtractReport.ts'
import { genSortBalance } from './ingest/genSortBalance.ts'
import { listSeries } from './ingest/listSeries.ts'
import { proposeAnnotation } from './ingest/proposeAnnotation.ts'
import { sortBySeriesUid } from './ingest/sortBySeriesUid.ts'
import { confirmPairs } from './prepare/confirmPairs.ts'
import { extractBinaryMasks } from './prepare/extractBinaryMasks.ts'
import { extractSplitIndexManifest } from './share/extractSplitIndexManifest.ts'
import { makeSplitAcrossSites } from './share/makeSplitAcrossSites.ts'
import { makeSplitPredefined } from './share/makeSplitPredefined.ts'

/** Every step, by name; workers and the command line look them up here. */
export const STEPS: StepRegistry = registerSteps([
  genArchiveManifest,
  confirmPairs,
  extractBinaryMasks,
  inspectSample,
  genDatasetManifest,
  makeSplitPredefined,
  makeSplitAcrossSites,
  extractSplitIndexManifest,
  sortBySeriesUid,
  convertDicom,
  genSortBalance,
  listSeries,
  proposeAnnotation,
  extractModalities,
  genExtractReport,
  register,
  applyTransform,
  genRegistrationReport,
])

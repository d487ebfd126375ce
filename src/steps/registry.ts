import { StepRegistry } from '../engine/step.ts'

/** Every step, by name; workers and the command line look them up here. One line a step: its name, file and export. */
export const STEPS = new StepRegistry({
  'gen-archive-manifest': async () => (await import('./ingest/genArchiveManifest.ts')).genArchiveManifest,
  'confirm-pairs': async () => (await import('./prepare/confirmPairs.ts')).confirmPairs,
  'extract-binary-masks': async () => (await import('./prepare/extractBinaryMasks.ts')).extractBinaryMasks,
  'inspect-sample': async () => (await import('./check/inspectSample.ts')).inspectSample,
  'describe-sample': async () => (await import('./check/describeSample.ts')).describeSample,
  'describe-registration': async () => (await import('./check/describeRegistration.ts')).describeRegistration,
  'describe-crop': async () => (await import('./check/describeCrop.ts')).describeCrop,
  'gen-dataset-manifest': async () => (await import('./check/genDatasetManifest.ts')).genDatasetManifest,
  'make-split-predefined': async () => (await import('./share/makeSplitPredefined.ts')).makeSplitPredefined,
  'make-split-across-sites': async () =>
    (await import('./share/makeSplitAcrossSites.ts')).makeSplitAcrossSites,
  'extract-split-index-manifest': async () =>
    (await import('./share/extractSplitIndexManifest.ts')).extractSplitIndexManifest,
  'add-verdicts': async () => (await import('./share/addVerdicts.ts')).addVerdicts,
  'sort-by-series-uid': async () => (await import('./ingest/sortBySeriesUid.ts')).sortBySeriesUid,
  'convert-dicom': async () => (await import('./ingest/convertDicom.ts')).convertDicom,
  'gen-sort-balance': async () => (await import('./ingest/genSortBalance.ts')).genSortBalance,
  'list-series': async () => (await import('./ingest/listSeries.ts')).listSeries,
  'propose-annotation': async () => (await import('./ingest/proposeAnnotation.ts')).proposeAnnotation,
  'extract-modalities': async () => (await import('./ingest/extractModalities.ts')).extractModalities,
  'gen-extract-report': async () => (await import('./ingest/genExtractReport.ts')).genExtractReport,
  'keep-largest-components': async () =>
    (await import('./segment/keepLargestComponents.ts')).keepLargestComponents,
  'extract-mbf-myocardium': async () =>
    (await import('./prepare/extractMbfMyocardium.ts')).extractMbfMyocardium,
  'extract-pericardium-bbox': async () =>
    (await import('./prepare/extractPericardiumBbox.ts')).extractPericardiumBbox,
  'gen-crop-report': async () => (await import('./prepare/genCropReport.ts')).genCropReport,
  'collect-ssl': async () => (await import('./share/collectSsl.ts')).collectSsl,
  pack: async () => (await import('./share/pack.ts')).pack,
  'measure-mae': async () => (await import('./check/measureMae.ts')).measureMae,
  'calc-mae': async () => (await import('./check/calcMae.ts')).calcMae,
  'export-slicemap': async () => (await import('./check/exportSlicemap.ts')).exportSlicemap,
  'infer-mbf': async () => (await import('./segment/inferMbf.ts')).inferMbf,
  'segment-chambers': async () => (await import('./segment/segmentChambers.ts')).segmentChambers,
  'apply-transform': async () => (await import('./align/applyTransform.ts')).applyTransform,
  'gen-registration-report': async () =>
    (await import('./align/genRegistrationReport.ts')).genRegistrationReport,
  register: async () => (await import('./align/register.ts')).register,
})

import type { Command } from 'commander'
import type { CommandContext } from './context.ts'

/** Every command, loaded only when it is needed. */
export const COMMANDS: Readonly<Record<string, (context: CommandContext) => Promise<Command>>> = {
  demo: async c => (await import('./commands/demo.ts')).demoCommand(c),
  run: async c => (await import('./commands/run.ts')).runCommand(c),
  collect: async c => (await import('./commands/collect.ts')).collectCommand(c),
  submit: async c => (await import('./commands/submit.ts')).submitCommand(c),
  cancel: async c => (await import('./commands/cancel.ts')).cancelCommand(c),
  job: async c => (await import('./commands/job.ts')).jobCommand(c),
  'gen-archive-manifest': async c =>
    (await import('./commands/genArchiveManifest.ts')).genArchiveManifestCommand(c),
  'confirm-pairs': async c => (await import('./commands/confirmPairs.ts')).confirmPairsCommand(c),
  'extract-binary-masks': async c =>
    (await import('./commands/extractBinaryMasks.ts')).extractBinaryMasksCommand(c),
  'gen-dataset-manifest': async c =>
    (await import('./commands/genDatasetManifest.ts')).genDatasetManifestCommand(c),
  'make-split-predefined': async c =>
    (await import('./commands/makeSplitPredefined.ts')).makeSplitPredefinedCommand(c),
  'make-split-across-sites': async c =>
    (await import('./commands/makeSplitAcrossSites.ts')).makeSplitAcrossSitesCommand(c),
  'extract-split-index-manifest': async c =>
    (await import('./commands/extractSplitIndexManifest.ts')).extractSplitIndexManifestCommand(c),
  'sort-by-series-uid': async c => (await import('./commands/sortBySeriesUid.ts')).sortBySeriesUidCommand(c),
  'convert-dicom': async c => (await import('./commands/convertDicom.ts')).convertDicomCommand(c),
  'propose-annotation': async c =>
    (await import('./commands/proposeAnnotation.ts')).proposeAnnotationCommand(c),
  'extract-modalities': async c =>
    (await import('./commands/extractModalities.ts')).extractModalitiesCommand(c),
  register: async c => (await import('./commands/register.ts')).registerCommand(c),
  'segment-chambers': async c => (await import('./commands/segmentChambers.ts')).segmentChambersCommand(c),
  'keep-largest-components': async c =>
    (await import('./commands/keepLargestComponents.ts')).keepLargestComponentsCommand(c),
  'extract-mbf-myocardium': async c =>
    (await import('./commands/extractMbfMyocardium.ts')).extractMbfMyocardiumCommand(c),
  'extract-pericardium-bbox': async c =>
    (await import('./commands/extractPericardiumBbox.ts')).extractPericardiumBboxCommand(c),
  'infer-mbf': async c => (await import('./commands/inferMbf.ts')).inferMbfCommand(c),
  'export-slicemap': async c => (await import('./commands/exportSlicemap.ts')).exportSlicemapCommand(c),
  'calc-mae': async c => (await import('./commands/calcMae.ts')).calcMaeCommand(c),
  'collect-ssl': async c => (await import('./commands/collectSsl.ts')).collectSslCommand(c),
  pack: async c => (await import('./commands/pack.ts')).packCommand(c),
  view: async c => (await import('./commands/view.ts')).viewCommand(c),
  verdicts: async c => (await import('./commands/verdicts.ts')).verdictsCommand(c),
  profile: async c => (await import('./commands/profile.ts')).profileCommand(c),
  report: async c => (await import('./commands/report.ts')).reportCommand(c),
  status: async c => (await import('./commands/status.ts')).statusCommand(c),
  why: async c => (await import('./commands/why.ts')).whyCommand(c),
  verify: async c => (await import('./commands/verify.ts')).verifyCommand(c),
  explain: async c => (await import('./commands/explain.ts')).explainCommand(c),
  doctor: async c => (await import('./commands/doctor.ts')).doctorCommand(c),
  completion: async c => (await import('./commands/completion.ts')).completionCommand(c),
}

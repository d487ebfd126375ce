import v8 from 'node:v8'

/**
 * Settings of V8's garbage collector for the program and its workers; call it before anything large is made.
 *
 * Pretenuring off: where some objects of a kind live long, V8 puts all of that kind where only a full collection finds
 * them. The jobs of a plan of 100,000 cases, which are needed for a moment each, would take 300 MB until then.
 *
 * Concurrent marking off: voxels lie outside V8's heap but press on it, so that it marks its few objects (15 MB) about
 * twice a sample. On threads beside the program that took 4 s of CPU for 48 samples, from the very cores that the other
 * workers need; in the program itself what it adds is hardly to be told.
 */
export function tuneGarbageCollector(): void {
  v8.setFlagsFromString('--no-allocation-site-pretenuring')
  v8.setFlagsFromString('--no-concurrent-marking')
}

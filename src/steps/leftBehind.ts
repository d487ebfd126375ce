/**
 * Bytes that a worker still holds of the sample before, for predictions of memory: V8 collects voxels, which lie outside its
 * heap, some time during the next sample. Measured with samples of equal size, beside what grows with the voxels.
 */
export const leftBehind = (voxels: number): number => Math.min(16 * voxels, 96e6)

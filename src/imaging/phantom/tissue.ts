/** What a voxel of the phantom is. */
export const TISSUE = {
  air: 0,
  skin: 1,
  breastFat: 2,
  gland: 3,
  fat: 4,
  muscle: 5,
  bone: 6,
  lung: 7,
  heart: 8,
  vessel: 9,
  liver: 10,
} as const

/** One voxel as the anatomy paints it: signal before coil and noise (1 is very bright), and tissue. */
export interface Paint {
  signal: number
  tissue: number
}

/** How far a soft edge has been crossed, 0 to 1. */
export const clamp01 = (v: number): number => Math.min(1, Math.max(0, v))

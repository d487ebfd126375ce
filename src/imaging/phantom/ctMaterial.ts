/** What a voxel of the cardiac phantom consists of; rows of the table below. */
export const MATERIAL = {
  air: 0,
  skin: 1,
  fat: 2,
  muscle: 3,
  marrow: 4,
  cortex: 5,
  lung: 6,
  leftBlood: 7,
  rightBlood: 8,
  pulmonaryBlood: 9,
  venousBlood: 10,
  myocardium: 11,
  liver: 12,
  calcium: 13,
} as const

/** Images that the phantom gives: CT angiogram, temporal maximum and mean, and flow of blood in ml/100 ml/min. */
export type CtChannel = 'angiogram' | 'maximum' | 'mean' | 'flow'

/**
 * Value and swing of each material, in HU (`flow`: ml/100 ml/min). The swing is that of a texture of variance 1, but
 * for myocardium, whose enhancement follows from its blood flow: there it is what each ml/100 ml/min adds.
 */
const CONTRAST: Record<CtChannel, readonly (readonly [value: number, swing: number])[]> = {
  angiogram: [
    [-1000, 0],
    [20, 6],
    [-98, 11],
    [56, 11],
    [190, 55],
    [640, 70],
    [-862, 17],
    [402, 5],
    [205, 24],
    [290, 10],
    [120, 14],
    [58, 0.36],
    [92, 7],
    [900, 0],
  ],
  maximum: [
    [-1000, 0],
    [30, 5],
    [-86, 9],
    [72, 9],
    [205, 50],
    [650, 65],
    [-838, 16],
    [440, 5],
    [505, 8],
    [480, 8],
    [240, 12],
    [74, 0.7],
    [118, 6],
    [910, 0],
  ],
  mean: [
    [-1000, 0],
    [22, 4],
    [-96, 8],
    [58, 8],
    [192, 48],
    [640, 62],
    [-856, 15],
    [236, 4],
    [262, 6],
    [250, 5],
    [150, 8],
    [52, 0.34],
    [84, 5],
    [900, 0],
  ],
  flow: [
    [0, 0],
    [3, 1],
    [2, 1],
    [9, 3],
    [6, 3],
    [2, 1],
    [0, 0],
    [24, 4],
    [20, 4],
    [22, 4],
    [14, 4],
    [0, 1],
    [34, 6],
    [0, 0],
  ],
}

const SIZE = Object.keys(MATERIAL).length

/** One voxel as the anatomy paints it, in all channels at once: each layer covers what was painted before. */
export class CtPaint {
  /** One a channel. */
  readonly values: Float64Array
  /** By the numbers of `HEART_LABEL`. */
  label = 0
  readonly #value: Float64Array
  readonly #swing: Float64Array

  constructor(channels: readonly CtChannel[]) {
    this.values = new Float64Array(channels.length)
    this.#value = Float64Array.from(channels.flatMap(channel => CONTRAST[channel].map(([value]) => value)))
    this.#swing = Float64Array.from(channels.flatMap(channel => CONTRAST[channel].map(([, swing]) => swing)))
  }

  clear(): void {
    this.label = 0
    for (let c = 0; c < this.values.length; c++) this.values[c] = this.#value[c * SIZE]!
  }

  /** @param cover 0 leaves the voxel alone, 1 hides what was there */
  cover(cover: number, material: number, texture: number): void {
    if (cover <= 0) return
    const { values } = this
    for (let c = 0, at = material; c < values.length; c++, at += SIZE)
      values[c]! += cover * (this.#value[at]! + this.#swing[at]! * texture - values[c]!)
  }
}

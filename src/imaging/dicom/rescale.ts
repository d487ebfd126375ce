export interface Rescale {
  readonly slope: number
  readonly intercept: number
}

/** Whether int16 holds the value as it is. */
export const isInt16 = (value: number): boolean =>
  value >= -32768 && value <= 32767 && Number.isInteger(value)

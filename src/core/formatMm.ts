/** A length for people: three significant digits, in mm or, below a hundredth, in µm. */
export const formatMm = (mm: number): string =>
  mm < 0.01 ? `${(mm * 1000).toPrecision(3)} µm` : `${mm.toPrecision(3)} mm`

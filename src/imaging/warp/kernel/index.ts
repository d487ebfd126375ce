export { fillFloat32, toInt16, toUint8 } from './convert'
export { carryRow, displaceRow, multiplyDeterminants, placeRow } from './positions'
export { filterColumns, filterRows } from './prefilter'
export { sampleCubic1, sampleCubic2, sampleCubic3, sampleLinear, sampleNearest } from './sample'

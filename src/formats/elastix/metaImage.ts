import type { Volume } from '../../core/volume.ts'
import { geometryOf } from './imageGeometry.ts'

/**
 * The header of a MetaImage (MetaIO documentation) whose voxels lie in a file of their own, little endian. Unlike
 * NIfTI it keeps the geometry in full doubles.
 */
export function metaImageHeader({ grid, data }: Volume<Int16Array | Float32Array>, dataFile: string): string {
  const { size, spacing, origin, direction } = geometryOf(grid)
  // A row of TransformMatrix is the direction of an axis.
  const axes = direction.map((_, at) => direction[3 * (at % 3) + Math.floor(at / 3)]!)
  const lines = {
    ObjectType: 'Image',
    NDims: 3,
    BinaryData: 'True',
    BinaryDataByteOrderMSB: 'False',
    CompressedData: 'False',
    TransformMatrix: axes.join(' '),
    Offset: origin.join(' '),
    ElementSpacing: spacing.join(' '),
    DimSize: size.join(' '),
    ElementType: data instanceof Int16Array ? 'MET_SHORT' : 'MET_FLOAT',
    ElementDataFile: dataFile,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')
}

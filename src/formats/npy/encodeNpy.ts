import type { VoxelArray } from '../../core/volume.ts'

const DESCR: ReadonlyMap<string, string> = new Map([
  ['Int8Array', '|i1'],
  ['Uint8Array', '|u1'],
  ['Int16Array', '<i2'],
  ['Uint16Array', '<u2'],
  ['Int32Array', '<i4'],
  ['Uint32Array', '<u4'],
  ['Float32Array', '<f4'],
  ['Float64Array', '<f8'],
])

/**
 * A NumPy array file (NEP 1, version 1.0), C order.
 *
 * @param shape slowest axis first: [z, y, x] for voxels whose x is fastest, as SimpleITK's GetArrayFromImage has it.
 * @returns header and data, to be written one after the other.
 */
export function encodeNpy(data: VoxelArray, shape: readonly number[]): [Uint8Array, Uint8Array] {
  const descr = DESCR.get(data.constructor.name)
  if (descr === undefined) throw new TypeError(`NumPy files of ${data.constructor.name} are not written`)
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`
  // Magic, version and length take 10 bytes; the whole is padded to a multiple of 64 and ends in a line feed.
  const padding = 64 - ((10 + text.length + 1) % 64)
  const header = new TextEncoder().encode(`..NUMPY    ${text}${' '.repeat(padding % 64)}\n`.slice(1))
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0], 0)
  new DataView(header.buffer).setUint16(8, header.length - 10, true)
  return [header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]
}

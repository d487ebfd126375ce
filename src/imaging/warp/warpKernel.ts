import { type CompiledModule, compileModule, instantiate, type SharedMemory } from '../../core/webAssembly.ts'
import { WARP_KERNEL_BASE64 } from './kernel.generated.ts'

type Sampler = (x: number, y: number, z: number, n: number, group: number) => void

/** What kernel/index.ts exports; addresses and steps in bytes. */
export interface WarpKernel {
  placeRow(
    x: number,
    y: number,
    z: number,
    first: number,
    end: number,
    startX: number,
    startY: number,
    startZ: number,
    stepX: number,
    stepY: number,
    stepZ: number,
  ): void
  carryRow(
    x: number,
    y: number,
    z: number,
    toX: number,
    toY: number,
    toZ: number,
    n: number,
    matrix: number,
  ): void
  displaceRow(x: number, y: number, z: number, n: number, stage: number): void
  multiplyDeterminants(x: number, y: number, z: number, n: number, stage: number, out: number): void
  readonly sampleCubic1: Sampler
  readonly sampleCubic2: Sampler
  readonly sampleCubic3: Sampler
  readonly sampleLinear: Sampler
  readonly sampleNearest: Sampler
  filterRows(image: number, n: number, rows: number, rowBytes: number, scratch: number): void
  filterColumns(image: number, n: number, columns: number, step: number, scratch: number): void
  toInt16(from: number, to: number, n: number): void
  toUint8(from: number, to: number, n: number): void
  fillFloat32(to: number, value: number, n: number): void
}

let compiled: CompiledModule | undefined

/** An instance of the kernel on a memory that other instances may share; the module is compiled once a thread. */
export function instantiateWarpKernel(memory: SharedMemory): WarpKernel {
  compiled ??= compileModule(WARP_KERNEL_BASE64)
  return instantiate<WarpKernel>(compiled, memory)
}

import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { voxelCount } from '../core/volume.ts'
import { ALONE, type Staff } from '../imaging/warp/crew.ts'
import { type SpatialFields, spatialFields } from '../imaging/warp/spatialFields.ts'
import { warpImages } from '../imaging/warp/warpImages.ts'
import type { FieldRequest, WarpedData, WarpImage, WarpRequest } from '../imaging/warp/warpRequest.ts'
import { existsSync } from '../storage/exists.ts'
import { threadStaff } from './warpThreads.ts'

export interface WarpCores {
  /** Threads to compute on; 1 computes in the calling one. Default: the cores that this process may use. */
  readonly threads?: number
  /** Script of the threads. Default: that of the build; sources that run unbuilt compute in the calling thread. */
  readonly script?: string
}

/** Voxels below which starting a thread takes longer than the work. */
const VOXELS_A_THREAD = 2 ** 20

/** The thread script lies beside the entry point, whichever chunk this code is bundled into. */
function builtScript(): string {
  const folder = path.dirname(fileURLToPath(import.meta.url))
  return path.join(path.basename(folder) === 'chunks' ? path.dirname(folder) : folder, 'warpThread.js')
}

function staffFor(voxels: number, { threads, script }: WarpCores): Staff {
  const wanted = threads ?? os.availableParallelism()
  const useful = script === undefined ? Math.min(wanted, Math.ceil(voxels / VOXELS_A_THREAD)) : wanted
  const file = script ?? builtScript()
  return useful > 1 && existsSync(file) ? threadStaff(file, useful) : ALONE
}

/** `warpImages`, on several threads; the same bits whatever their number. */
export function warpOnCores<const Images extends readonly WarpImage[]>(
  request: WarpRequest<Images>,
  cores: WarpCores = {},
): Promise<WarpedData<Images>> {
  return warpImages(request, staffFor(voxelCount(request.grid.shape), cores))
}

/** `spatialFields`, on several threads; the same bits whatever their number. */
export function spatialFieldsOnCores(request: FieldRequest, cores: WarpCores = {}): Promise<SpatialFields> {
  return spatialFields(request, staffFor(voxelCount(request.grid.shape), cores))
}

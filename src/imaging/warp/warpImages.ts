import { ALONE, type Staff } from './crew.ts'
import {
  jobMemory,
  loadImage,
  type OutputArray,
  outputArray,
  performSlabs,
  prepareImages,
} from './jobMemory.ts'
import { imageBytes, layOutWarp } from './warpJob.ts'
import type { WarpedData, WarpImage, WarpRequest } from './warpRequest.ts'

export type { WarpedData, WarpImage, WarpRequest } from './warpRequest.ts'

/** Bytes of images that are held at once; more images are carried over in further passes. */
const PASS_BYTES = 2 ** 31

/** Images that share a pass, in their order. */
function passes(images: readonly WarpImage[]): WarpImage[][] {
  const out: WarpImage[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const image of images) {
    bytes += imageBytes(image)
    if (bytes > PASS_BYTES) {
      out.push([])
      bytes = imageBytes(image)
    }
    out.at(-1)!.push(image)
  }
  return out
}

async function warpPass(request: WarpRequest, staff: Staff): Promise<OutputArray[]> {
  const laidOut = layOutWarp(request, staff.seats)
  const { job } = laidOut
  const memory = jobMemory(laidOut)
  job.images.forEach((place, n) => {
    loadImage(memory, place, request.images[n]!)
  })
  const crew = staff.hire(job, memory)
  try {
    await prepareImages(job, crew)
    const out = job.outputs.map((_, n) => outputArray(job, n))
    await performSlabs(job, memory, crew, (voxel, planes) => {
      planes.forEach((values, n) => {
        out[n]!.set(values, voxel)
      })
    })
    return out
  } finally {
    await crew.dismiss()
  }
}

/**
 * Carries images over to the fixed grid by one transform chain, as transformix of elastix does with
 * FinalBSplineInterpolator: mirrored at the border, the default value where the continuous index is outside
 * [−0.5, n − 0.5). The displacement of a voxel is computed once for all images. Whole numbers are cut toward zero, as
 * transformix cuts them, but held within the range of the type, where transformix wraps.
 *
 * Memory: four bytes for each voxel of an image, the results, and a few MB a thread.
 * @param staff Who computes; the result has the same bits whoever does.
 * @throws RangeError for a grid without an inverse, ImageTooLargeError.
 */
export async function warpImages<const Images extends readonly WarpImage[]>(
  request: WarpRequest<Images>,
  staff: Staff = ALONE,
): Promise<WarpedData<Images>> {
  const out: OutputArray[] = []
  for (const images of passes(request.images)) out.push(...(await warpPass({ ...request, images }, staff)))
  return out as unknown as WarpedData<Images>
}

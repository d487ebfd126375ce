import type { CaseImage } from '../../core/datasetDescription.ts'
import type { Receipt, ReceiptFile } from '../../engine/receipt.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { existsSync } from '../../storage/exists.ts'

const IMAGE_KIND = /^nifti-(?:volume|mask|image)$/

/** Slots that hold images, by step, and the grid on which they lie. */
const GROUPS: Readonly<Record<string, (file: ReceiptFile, receipt: Receipt) => string | undefined>> = {
  'confirm-pairs': () => 'sample',
  'extract-binary-masks': () => 'sample',
  register: ({ slot }) => (slot === 'field' ? undefined : 'cta'),
  'apply-transform': () => 'cta',
  'extract-mbf-myocardium': () => 'cta',
  'extract-pericardium-bbox': () => 'crop',
  'infer-mbf': (_, { part }) => `inference ${part ?? ''}`.trim(),
  // The chambers are found on the CTA itself or on the mean of the perfusion series.
  'keep-largest-components': (_, { part }) => (part ?? '').toLowerCase() || undefined,
  'segment-chambers': (_, { part }) => (part ?? '').toLowerCase() || undefined,
  // A series has the grid of its scan; the warped ones are on the grid of the CTA.
  'convert-dicom': ({ path }) => nameOf(path).toLowerCase(),
}

/** Shown only where a later step has not made something better of it. */
const REPLACED_BY: Readonly<Record<string, (key: string) => readonly string[]>> = {
  'segment-chambers': key => [`${key}_connected`, key.toLowerCase()],
  'convert-dicom': key => [key.toLowerCase()],
}

interface Candidate extends CaseImage {
  readonly step: string
}

/** Gathers the images of one case from its receipts. */
export class CaseImages {
  readonly #found: Candidate[] = []

  add(receipt: Receipt): void {
    const group = GROUPS[receipt.step]
    if (receipt.status !== 'done') return
    for (const file of receipt.outputs) {
      if (!IMAGE_KIND.test(file.kind)) continue
      const key = keyOf(file.path, receipt.case)
      const name = group === undefined ? key : group(file, receipt)
      if (name === undefined) continue
      this.#found.push({
        key,
        role: file.kind === 'nifti-mask' ? 'label' : 'image',
        path: file.path,
        group: name,
        step: receipt.step,
      })
    }
  }

  /**
   * Those that are there now; each key once a group, of two files the one whose path comes last. The grids of `apart` (paths) are known to differ from those of their
   * group, so each is a group of its own.
   */
  list(workspace: Workspace, apart: ReadonlySet<string>): CaseImage[] {
    const there = this.#found.filter(image => existsSync(workspace.absolute(image.path)))
    const keys = new Set(there.map(image => image.key))
    const shown = there.filter(
      ({ step, key, path, group }) =>
        !REPLACED_BY[step]?.(key).some(better => keys.has(better) && better !== key) &&
        !there.some(other => other.key === key && other.group === group && other.path > path),
    )
    return inOrder(shown).map(({ step: _, ...image }) =>
      apart.has(image.path) ? { ...image, group: image.key } : image,
    )
  }
}

const GROUP_ORDER = ['sample', 'cta', 'crop']

function inOrder(images: readonly Candidate[]): Candidate[] {
  const group = (i: Candidate) => {
    const at = GROUP_ORDER.indexOf(i.group)
    return at < 0 ? GROUP_ORDER.length : at
  }
  const rank = (i: Candidate) =>
    `${group(i)} ${i.group} ${i.role} ${/^(volume|cta|cropped_cta|mask)$/.test(i.key) ? 0 : 1} ${i.key}`
  return images.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
}

const nameOf = (file: string): string =>
  file
    .split('/')
    .at(-1)!
    .replace(/\.nii(\.gz)?$/, '')

/** Name of a file without its ending and the sample's own prefix: `01A001_77_mask_01_NME` is `mask_01_NME`. */
function keyOf(file: string, id: string): string {
  const [name, prefix] = [nameOf(file), `${id.split('/').at(-1)}_`]
  return name.startsWith(prefix) ? name.slice(prefix.length) : name
}

import { UsageError } from '../core/fault.ts'
import { defaultLabels, type Label } from '../profiles/labels.ts'
import type { Profile } from '../profiles/schema.ts'
import { existingFile } from '../storage/existingFile.ts'
import { readText } from '../storage/readText.ts'

/** The labels of a label map file, or those of the profile. @throws LabelMapError, UsageError */
export async function readLabels(file: string | undefined, profile: Profile): Promise<readonly Label[]> {
  if (file !== undefined) {
    existingFile(file)
    const { parseLabelMap } = await import('../profiles/labelMap.ts')
    return parseLabelMap(readText(file), file)
  }
  const labels = defaultLabels(profile)
  if (labels === undefined)
    throw new UsageError(`the profile ${profile.profile} names no labels`, {
      remedy: 'Give a label map with --label_explanation label_map.yaml, or add `labels` to the profile.',
    })
  return labels
}

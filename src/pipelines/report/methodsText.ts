import type { DatasetDescription } from '../../core/datasetDescription.ts'
import { counted, listed } from './figureText.ts'
import { cardiacMethods } from './methodsCardiac.ts'
import { cite } from './methodsFacts.ts'
import { pairedMethods } from './methodsPaired.ts'

/**
 * Text for the methods section of a paper: paragraphs of plain text with the numbers and parameters of this data set.
 * What has to be cited stands in brackets by its name.
 */
export function methodsText(data: DatasetDescription): string[] {
  const versions = [...new Set(data.provenance.flatMap(p => p.voxmill))]
  const failed = data.cases.filter(c => c.failures.length > 0).length
  const own = data.made === 'nme' ? pairedMethods(data) : data.made === 'cta2mbf' ? cardiacMethods(data) : []
  return [
    ...own,
    [
      `All steps were carried out with voxmill (version ${listed(versions)}) ${cite('voxmill')}, which records the parameters and the SHA-256 digests of the inputs and outputs of every step.`,
      failed > 0 &&
        `${counted(failed, 'sample')} could not be processed to the end and ${failed === 1 ? 'is' : 'are'} named in the report.`,
    ]
      .filter(sentence => sentence !== false)
      .join(' '),
  ].filter(paragraph => paragraph !== '')
}

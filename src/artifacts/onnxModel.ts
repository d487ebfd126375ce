import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { existsSync } from '../storage/exists.ts'
import { digestFile, readWhole } from '../storage/readFile.ts'
import { textFile } from './textFile.ts'

/** A network as bytes, with their SHA-256 (hex), which is its digest too: the file is read and hashed once. */
export interface OnnxModel {
  readonly bytes: Uint8Array
  readonly sha256: string
}

function requireModel(file: string, what: string): void {
  if (!existsSync(file))
    throw new DataError('model-missing', `${what} ${file} does not exist`, { where: file })
}

/** An .onnx file. Its card is an artifact of its own, so that each is known to be unchanged by its own stamp. */
export const onnxModel: ArtifactKind<OnnxModel> = {
  name: 'onnx-model',
  async read(file) {
    requireModel(file, 'the network')
    const { bytes, digest } = await readWhole(file)
    return { value: { bytes, sha256: digest }, digest }
  },
  digest: digestFile,
  write: (file, { bytes }) => writeAtomic(file, [bytes]),
}

/** The text of a model card, NAME.json beside NAME.onnx. */
export const modelCardFile: ArtifactKind<string> = {
  ...textFile,
  name: 'model-card',
  async read(file) {
    requireModel(file, 'the model card')
    return textFile.read(file)
  },
}

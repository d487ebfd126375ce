import { z } from 'zod'
import { profileSchema } from './schema.ts'

/** The JSON Schema (draft 7, as editors' YAML support understands it) of an archive profile. */
export function profileJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(profileSchema, { io: 'input', target: 'draft-7' })
  return { ...schema, title: 'voxmill archive profile' }
}

import type { Profile } from './schema.ts'

/**
 * The shipped profiles as they were checked when the program was built, each with the text that it was read from.
 * scripts/build.mjs fills in the list; run from source it is empty, and every profile is read by the parser.
 */
export const CHECKED_PROFILES: readonly { readonly text: string; readonly profile: Profile }[] = []

/** Words are put here. */
export const WORDS: u32 = 1024
/** Room for so many; they are taken in steps of eight. */
export const MOST_WORDS: u32 = 1 << 15
export const MEMORY_END: u32 = WORDS + 2 * MOST_WORDS + 16

/** Results, as float64: finite values, least, largest, sum, squares. */
export const RESULTS: u32 = 1024
/** Values are put here, as float32. */
export const VALUES: u32 = 2048
/** Room for so many; they are taken in steps of four. */
export const MOST_VALUES: u32 = 1 << 15
export const MEMORY_END: u32 = VALUES + 4 * MOST_VALUES + 16

/** The map of the inflate kernel's linear memory: fixed addresses, nothing is allocated. */

/** The farthest a match reaches back (RFC 1951, section 3.2.5). */
export const WINDOW_BYTES: u32 = 32768
/** Compressed bytes taken in one turn. */
export const INPUT_BYTES: u32 = 1 << 16
/** Output after which a turn ends, so that it is given away and its last bytes become the window. */
export const OUTPUT_BYTES: u32 = 1 << 18

export const LITLEN_SYMBOLS: u32 = 288
export const DIST_SYMBOLS: u32 = 32
export const CODELEN_SYMBOLS: u32 = 19
/** The longest code of RFC 1951. */
export const MAX_CODE_BITS: u32 = 15

/** Bits of a code that the first look into a table takes; longer codes need a second. */
export const LITLEN_BITS: u32 = 11
export const DIST_BITS: u32 = 8
export const CODELEN_BITS: u32 = 7

/** What each symbol stands for, as an entry without its code (u32). */
export const LITLEN_MEANINGS: u32 = 0x0400
export const DIST_MEANINGS: u32 = 0x0900
export const CODELEN_MEANINGS: u32 = 0x0a00
/** The symbols of the code length code in the order in which their lengths are sent (u8). */
export const CODELEN_ORDER: u32 = 0x0a60
/** Code lengths (u8): those of the code length code, then both codes one after another as they are sent. */
export const CODELEN_LENGTHS: u32 = 0x0a80
export const LENGTHS: u32 = 0x0b00
/** Work space of the construction: how many codes have each length (u32), symbols sorted by length (u16). */
export const LENGTH_COUNTS: u32 = 0x0d00
export const LENGTH_STARTS: u32 = 0x0d80
export const SORTED_SYMBOLS: u32 = 0x0e00
/** The literals with short codes (u32): code as it is sent << 16, literal << 8, length of the code. */
export const LITERAL_CODES: u32 = 0x1c00
/** For each distance below 16, the shuffle that repeats that many bytes (v128), and how far it reaches (u32). */
export const REPEATS: u32 = 0x1100
export const REPEAT_STEPS: u32 = 0x1200

/**
 * Decoding tables (u32). At least two codes share each second table, so there are at most 144 of 16 entries and 16
 * of 128.
 */
export const CODELEN_TABLE: u32 = 0x1300
export const LITLEN_TABLE: u32 = 0x2000
export const DIST_TABLE: u32 = LITLEN_TABLE + (((1 << LITLEN_BITS) + (144 << (MAX_CODE_BITS - LITLEN_BITS))) << 2)
const TABLES_END: u32 = DIST_TABLE + (((1 << DIST_BITS) + (16 << (MAX_CODE_BITS - DIST_BITS))) << 2)

/** Reads run over the end of the input by less than 64 bytes. */
export const INPUT: u32 = (TABLES_END + 0xfff) & ~0xfff
/** The bytes before those of this turn, then those of this turn. */
export const WINDOW: u32 = INPUT + INPUT_BYTES + 0x1000
export const OUTPUT: u32 = WINDOW + WINDOW_BYTES
export const OUTPUT_LIMIT: u32 = OUTPUT + OUTPUT_BYTES
/** One turn of the decoding loop adds 6 literals and a match of 258, and stores run over by less than 32 bytes. */
export const MEMORY_END: u32 = OUTPUT_LIMIT + 0x1000

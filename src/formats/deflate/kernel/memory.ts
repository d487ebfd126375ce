/**
 * The map of the kernel's linear memory. Everything has a fixed address: the kernel never allocates, and a
 * constant address folds into the load instruction. All counts are little-endian u32 unless the name says
 * otherwise.
 */

/** The farthest a match reaches back (RFC 1951, section 3.2.5). */
export const WINDOW_BYTES: u32 = 32768
/** Input taken in one turn; blocks never cross its end, so it is a part of what fixes the output bytes. */
export const CHUNK_BYTES: u32 = 1 << 20
/** Sequences (a run of literals, then a match) that one block holds at most. */
export const BLOCK_SEQUENCES: u32 = 1 << 14
/** Literals after which a block ends, so that its code follows the content. */
export const BLOCK_LITERALS: u32 = 1 << 16

export const LITLEN_SYMBOLS: u32 = 286
export const DIST_SYMBOLS: u32 = 30
export const END_OF_BLOCK: u32 = 256
export const MIN_MATCH: u32 = 3
export const MAX_MATCH: u32 = 258

/** How often each literal, length and distance symbol occurs in the block. */
export const LITLEN_COUNTS: u32 = 0x0400
export const DIST_COUNTS: u32 = 0x0900
/** How often each match length 0..258 occurs, counted before lengths are folded into symbols. */
export const LENGTH_COUNTS: u32 = 0x0a00
/** Three more literal histograms, added to the first at the end of a block. */
export const LITERAL_COUNTS_1: u32 = 0x1000
export const LITERAL_COUNTS_2: u32 = 0x1400
export const LITERAL_COUNTS_3: u32 = 0x1800

/** Code length of each symbol, u8; the distance lengths follow the literal ones as RFC 1951 sends them. */
export const LITLEN_LENGTHS: u32 = 0x1c00
export const DIST_LENGTHS: u32 = 0x1e00
/** Codes as they are sent (bit-reversed): code << 4 | length. */
export const LITLEN_CODES: u32 = 0x2000
export const DIST_CODES: u32 = 0x2500
/** Match length 3..258 ready to send, u64: (code, extra bits) << 6 | bit count. */
export const LENGTH_TOKENS: u32 = 0x2600
/** The same with the code for the distance of one element behind it. */
export const NEAR_TOKENS: u32 = 0x2f00
/** Length symbol (0..28, RFC 1951's 257..285) of each match length, u8. */
export const LENGTH_SYMBOLS: u32 = 0x3800

/** The code length code: counts, lengths (u8), codes, and the runs it sends (symbol | extra << 8). */
export const CODELEN_COUNTS: u32 = 0x3a00
export const CODELEN_LENGTHS: u32 = 0x3a80
export const CODELEN_CODES: u32 = 0x3b00
export const CODELEN_RUNS: u32 = 0x3c00
export const ALL_LENGTHS: u32 = 0x4200

/** Work space of the Huffman construction. */
export const SORTED_SYMBOLS: u32 = 0x4400
export const TREE_NODES: u32 = 0x4900
export const DEPTH_COUNTS: u32 = 0x4e00
export const NEXT_CODES: u32 = 0x4e80

/** Last position of each hash, as a stream position modulo 2^32. */
export const HASH_BITS: u32 = 14
export const HASH_TABLE: u32 = 0x8000
export const SEQUENCES: u32 = HASH_TABLE + (4 << HASH_BITS)
/** One u64 a sequence: literals | length << 32 | distance << 48. */
const SEQUENCES_END: u32 = SEQUENCES + ((BLOCK_SEQUENCES + CHUNK_BYTES / MAX_MATCH + 8) << 3)
/** The block's literals, one after another. */
export const LITERALS: u32 = SEQUENCES_END
const LITERALS_END: u32 = LITERALS + BLOCK_LITERALS + 64
/** The window before the chunk, then the chunk. */
export const WINDOW: u32 = (LITERALS_END + 0xffff) & ~0xffff
export const CHUNK: u32 = WINDOW + WINDOW_BYTES
/** A stored block's worst case is 5 bytes in 65535, and reads and stores run over by up to 64 bytes. */
export const OUTPUT: u32 = CHUNK + CHUNK_BYTES + 0x1000
export const MEMORY_END: u32 = OUTPUT + CHUNK_BYTES + 0x10000

import { DEPTH_COUNTS, NEXT_CODES, SORTED_SYMBOLS, TREE_NODES } from './memory'

/** A sort key is a symbol's count above its number, so that equal counts have a fixed order. */
const SYMBOL_BITS: u32 = 9

function sortAscending(keys: u32, n: u32): void {
  // Shell's sort with the gaps of Ciura (2001): 300 keys need no recursion and no second array.
  let gap: u32 = 132
  while (true) {
    for (let i = gap; i < n; i++) {
      const key = load<u32>(keys + (i << 2))
      let j = i
      while (j >= gap) {
        const other = load<u32>(keys + ((j - gap) << 2))
        if (other <= key) break
        store<u32>(keys + (j << 2), other)
        j -= gap
      }
      store<u32>(keys + (j << 2), key)
    }
    if (gap == 1) return
    gap = gap == 132 ? 57 : gap == 57 ? 23 : gap == 23 ? 10 : gap == 10 ? 4 : 1
  }
}

@inline
function node(i: i32): u32 {
  return load<u32>(TREE_NODES + ((<u32>i) << 2))
}

@inline
function setNode(i: i32, value: u32): void {
  store<u32>(TREE_NODES + ((<u32>i) << 2), value)
}

/**
 * Depths of the n >= 2 leaves of a Huffman tree whose weights lie in ascending order in TREE_NODES: the in-place
 * method of Moffat and Katajainen (1995). Leaves the number of leaves at each depth in DEPTH_COUNTS, depths
 * beyond `limit` counted at `limit`.
 */
function countDepths(n: i32, limit: u32): void {
  let root: i32 = 0
  let leaf: i32 = 2
  setNode(0, node(0) + node(1))
  for (let next: i32 = 1; next < n - 1; next++) {
    let weight: u32
    if (leaf >= n || node(root) < node(leaf)) {
      weight = node(root)
      setNode(root++, next)
    } else weight = node(leaf++)
    if (leaf >= n || (root < next && node(root) < node(leaf))) {
      weight += node(root)
      setNode(root++, next)
    } else weight += node(leaf++)
    setNode(next, weight)
  }
  setNode(n - 2, 0)
  for (let next = n - 3; next >= 0; next--) setNode(next, node(node(next)) + 1)
  memory.fill(DEPTH_COUNTS, 0, 64)
  let available: u32 = 1
  let depth: u32 = 0
  root = n - 2
  while (available > 0) {
    let internal: u32 = 0
    while (root >= 0 && node(root) == depth) {
      internal++
      root--
    }
    const at = DEPTH_COUNTS + (min(depth, limit) << 2)
    store<u32>(at, load<u32>(at) + available - internal)
    available = internal << 1
    depth++
  }
}

/** Deepens leaves until the Kraft sum fits again after depths were cut at `limit`. */
function settleDepths(limit: u32): void {
  let sum: u32 = 0
  for (let depth: u32 = 1; depth <= limit; depth++)
    sum += load<u32>(DEPTH_COUNTS + (depth << 2)) << (limit - depth)
  for (; sum > (<u32>1) << limit; sum--) {
    let depth = limit - 1
    while (load<u32>(DEPTH_COUNTS + (depth << 2)) == 0) depth--
    const at = DEPTH_COUNTS + (depth << 2)
    store<u32>(at, load<u32>(at) - 1)
    store<u32>(at + 4, load<u32>(at + 4) + 2)
    const last = DEPTH_COUNTS + (limit << 2)
    store<u32>(last, load<u32>(last) - 1)
  }
}

/**
 * Code lengths (u8) of at most `limit` bits for `n` symbols with the given counts (each < 2^23). A code gets at
 * least two symbols even where fewer occur: some inflaters refuse a code of one.
 */
export function huffmanLengths(counts: u32, n: u32, limit: u32, lengths: u32): void {
  memory.fill(lengths, 0, n)
  let used: u32 = 0
  for (let symbol: u32 = 0; symbol < n; symbol++) {
    const count = load<u32>(counts + (symbol << 2))
    if (count > 0) store<u32>(SORTED_SYMBOLS + (used++ << 2), (count << SYMBOL_BITS) | symbol)
  }
  for (let symbol: u32 = 0; used < 2; symbol++)
    if (load<u32>(counts + (symbol << 2)) == 0)
      store<u32>(SORTED_SYMBOLS + (used++ << 2), (1 << SYMBOL_BITS) | symbol)
  sortAscending(SORTED_SYMBOLS, used)
  for (let i: u32 = 0; i < used; i++)
    store<u32>(TREE_NODES + (i << 2), load<u32>(SORTED_SYMBOLS + (i << 2)) >> SYMBOL_BITS)
  countDepths(used, limit)
  settleDepths(limit)
  let rank: u32 = 0
  for (let depth = limit; depth > 0; depth--)
    for (let left = load<u32>(DEPTH_COUNTS + (depth << 2)); left > 0; left--) {
      const symbol = load<u32>(SORTED_SYMBOLS + (rank++ << 2)) & ((1 << SYMBOL_BITS) - 1)
      store<u8>(lengths + symbol, depth)
    }
}

function reverse16(code: u32): u32 {
  let v = code
  v = ((v >> 1) & 0x5555) | ((v & 0x5555) << 1)
  v = ((v >> 2) & 0x3333) | ((v & 0x3333) << 2)
  v = ((v >> 4) & 0x0f0f) | ((v & 0x0f0f) << 4)
  return ((v >> 8) | (v << 8)) & 0xffff
}

/** Canonical codes (RFC 1951, section 3.2.2) of the lengths, stored as reversed code << 4 | length. */
export function huffmanCodes(lengths: u32, n: u32, codes: u32): void {
  memory.fill(DEPTH_COUNTS, 0, 64)
  for (let symbol: u32 = 0; symbol < n; symbol++) {
    const at = DEPTH_COUNTS + ((<u32>load<u8>(lengths + symbol)) << 2)
    store<u32>(at, load<u32>(at) + 1)
  }
  store<u32>(DEPTH_COUNTS, 0)
  let code: u32 = 0
  for (let length: u32 = 1; length < 16; length++) {
    code = (code + load<u32>(DEPTH_COUNTS + ((length - 1) << 2))) << 1
    store<u32>(NEXT_CODES + (length << 2), code)
  }
  for (let symbol: u32 = 0; symbol < n; symbol++) {
    const length = <u32>load<u8>(lengths + symbol)
    if (length == 0) {
      store<u32>(codes + (symbol << 2), 0)
      continue
    }
    const at = NEXT_CODES + (length << 2)
    const next = load<u32>(at)
    store<u32>(at, next + 1)
    store<u32>(codes + (symbol << 2), ((reverse16(next) >> (16 - length)) << 4) | length)
  }
}

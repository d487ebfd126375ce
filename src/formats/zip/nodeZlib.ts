/** What of Node's zlib is in use; a browser has streams only. */
interface NodeZlib {
  deflateRawSync(bytes: Uint8Array): Uint8Array
  inflateRawSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array
  crc32?(bytes: Uint8Array, crc?: number): number
}

declare const process: { getBuiltinModule?(name: string): unknown } | undefined

let zlib: NodeZlib | undefined | null = null

/** Node's own zlib, which is there without an import that a browser could not follow. */
export const nodeZlib = (): NodeZlib | undefined => {
  zlib ??=
    typeof process === 'undefined'
      ? undefined
      : (process.getBuiltinModule?.('node:zlib') as NodeZlib | undefined)
  return zlib
}

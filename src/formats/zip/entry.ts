/** One member of a zip archive, still compressed. Field names follow the .ZIP File Format Specification, 4.3.12. */
export interface ZipEntry {
  readonly name: string
  /** The name as it stands in the archive, so that a copied member keeps it to the byte. */
  readonly nameBytes: Uint8Array
  /** General purpose bit flag; bit 3 (sizes after the data) is never set here, the sizes are known. */
  readonly flags: number
  /** 0 stored, 8 deflated. */
  readonly method: number
  /** MS-DOS time in the low, date in the high 16 bits. */
  readonly modified: number
  /** CRC-32 of the uncompressed bytes. */
  readonly crc: number
  /** Uncompressed bytes. */
  readonly size: number
  readonly internalAttributes: number
  readonly externalAttributes: number
  /** The compressed bytes, in pieces that follow one another. */
  readonly data: readonly Uint8Array[]
}

export const STORED = 0
export const DEFLATED = 8

export const LOCAL_HEADER_SIGNATURE = 0x04034b50
export const DIRECTORY_SIGNATURE = 0x02014b50
export const DIRECTORY_END_SIGNATURE = 0x06054b50

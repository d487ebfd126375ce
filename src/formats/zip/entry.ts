/** What the headers of a member say. Field names follow the .ZIP File Format Specification, 4.3.7 and 4.3.12. */
export interface ZipMember {
  /** The name as it stands in the archive. */
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
}

/** One member of a zip archive, still compressed. */
export interface ZipEntry extends ZipMember {
  readonly name: string
  /** The compressed bytes, in pieces that follow one another; a member that is copied keeps them to the byte. */
  readonly data: readonly Uint8Array[]
}

export const STORED = 0
export const DEFLATED = 8

/** General purpose bit 11: the name is UTF-8. */
export const NAME_IS_UTF8 = 0x0800

/** 1980-01-01 00:00, the earliest MS-DOS date: the same content gives the same bytes on any day. */
export const FIXED_DATE = 0x0021_0000

export const LOCAL_HEADER_SIGNATURE = 0x04034b50
export const DIRECTORY_SIGNATURE = 0x02014b50
export const DIRECTORY_END_SIGNATURE = 0x06054b50
export const ZIP64_END_SIGNATURE = 0x06064b50
export const ZIP64_LOCATOR_SIGNATURE = 0x07064b50

export const LOCAL_HEADER_SIZE = 30
export const DIRECTORY_ENTRY_SIZE = 46
export const DIRECTORY_END_SIZE = 22
export const ZIP64_END_SIZE = 56
export const ZIP64_LOCATOR_SIZE = 20

/** Header id of the zip64 extra field (4.5.3). */
export const ZIP64_EXTRA = 0x0001
/** What a field of 32 or 16 bits holds when its value is in a zip64 field. */
export const IN_ZIP64 = 0xffff_ffff
export const COUNT_IN_ZIP64 = 0xffff

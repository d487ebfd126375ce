const RESAVE = 'Open it in Excel or LibreOffice and save it as "Excel Workbook (.xlsx)".'
const HEAD_BYTES = 4096

/** What a file is that is no zip archive of an .xlsx workbook; undefined when it may be one. */
export function foreignFormat(bytes: Uint8Array): { reason: string; remedy: string } | undefined {
  if (bytes.length === 0)
    return { reason: 'the file is empty', remedy: 'Copy the file again from its source.' }
  if (startsWith(bytes, [0x50, 0x4b])) return openDocument(bytes)
  if (startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0]))
    return includes(bytes, utf16('EncryptedPackage'))
      ? {
          reason: 'the workbook is protected by a password',
          remedy: 'Save it again without a password to open.',
        }
      : { reason: 'this is an old .xls workbook (Excel 97-2003), not .xlsx', remedy: RESAVE }
  const head = bytes.subarray(0, HEAD_BYTES)
  const text = new TextDecoder()
    .decode(head)
    .replace(/^\ufeff/, '')
    .trimStart()
  if (/^<(!doctype html|html|table|head|body|meta)/i.test(text))
    return { reason: 'this is an HTML page, not an .xlsx workbook', remedy: RESAVE }
  if (text.startsWith('<')) return { reason: 'this is an XML file, not an .xlsx workbook', remedy: RESAVE }
  if (head.every(byte => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d)))
    return {
      reason: 'this is a text file such as CSV, not an .xlsx workbook',
      remedy: `Give it the ending .csv or .tsv if it is one. ${RESAVE}`,
    }
  return { reason: 'this is not an .xlsx workbook', remedy: RESAVE }
}

/** OpenDocument files begin with a stored member `mimetype` (OpenDocument 1.2 part 3, section 3.3). */
function openDocument(bytes: Uint8Array): { reason: string; remedy: string } | undefined {
  return includes(bytes.subarray(0, 128), ascii('mimetypeapplication/vnd.oasis.opendocument'))
    ? { reason: 'this is an OpenDocument file (.ods), not .xlsx', remedy: RESAVE }
    : undefined
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte)
}

function includes(bytes: Uint8Array, wanted: Uint8Array): boolean {
  for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1))
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true
  return false
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0))
}

function utf16(text: string): Uint8Array {
  return Uint8Array.from([...text].flatMap(character => [character.charCodeAt(0), 0]))
}

/**
 * Cell text as OOXML stores it: what XML cannot carry stands as `_xHHHH_`, and a text that looks like such an escape
 * has its underscore escaped (ECMA-376 part 1, 22.9.2.19, ST_Xstring). Also escaped: carriage returns, which XML
 * readers turn into line feeds, and halves of surrogate pairs, which UTF-8 cannot carry.
 */
const UNSTORABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped
  /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|_(?=x[0-9a-fA-F]{4}_)/g

export function escapeCellText(text: string): string {
  return text.replace(
    UNSTORABLE,
    character => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  )
}

export function unescapeCellText(text: string): string {
  return text.includes('_x')
    ? text.replace(/_x([0-9a-fA-F]{4})_/g, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      )
    : text
}

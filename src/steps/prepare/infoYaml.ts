import { stringify } from 'yaml'

/**
 * The info file of a sample: its fields in order. Written for YAML 1.1, which PyYAML reads: ids of digits, dates and
 * words such as `no` are quoted, so that all come back as text.
 */
export const infoYaml = (fields: readonly { name: string; value: string }[]): string =>
  stringify(Object.fromEntries(fields.map(f => [f.name, f.value])), { version: '1.1', lineWidth: 0 })

import { describe, expect, it } from 'vitest'
import { wrapText } from '../../../src/cli/wrapText.ts'

describe('wrapText', () => {
  it('breaks between words and hangs the lines below the first', () => {
    expect(wrapText('one two three four', '- ', 9)).toBe('- one two\n  three\n  four')
  })

  it('fills a line to its last column', () => {
    expect(wrapText('ab cd ef', '', 5)).toBe('ab cd\nef')
  })

  it('leaves a word whole that is longer than a line', () => {
    expect(wrapText('see a/very/long/path now', '  ', 10)).toBe('  see\n  a/very/long/path\n  now')
  })

  it('breaks nothing without a limit', () => {
    expect(wrapText('one two three', '  ', Number.POSITIVE_INFINITY)).toBe('  one two three')
  })
})

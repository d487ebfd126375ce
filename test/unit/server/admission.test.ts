import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { admit, type Door, newToken } from '../../../src/server/admission.ts'

const HOST = '127.0.0.1:8123'
const door = (): Door => ({ hosts: new Set([HOST]), token: newToken(), once: newToken() })

function asked(of: Door, url: string, method = 'GET', more: Record<string, string> = {}) {
  const headers: Record<string, string> = { host: HOST, ...more }
  const rawHeaders = Object.entries(headers).flat()
  return admit({ url, method, headers, rawHeaders } as unknown as IncomingMessage, of)
}

describe('the token for one use', () => {
  it('leads to the page once', () => {
    const of = door()
    const { once } = of
    expect(asked(of, `/${once}/`)).toMatchObject({ status: 302, headers: { Location: `/${of.token}/` } })
    expect(asked(of, `/${once}/`)).toMatchObject({ status: 403 })
    expect(asked(of, '//')).toMatchObject({ status: 403 })
    expect(asked(of, '/')).toMatchObject({ status: 403 })
  })

  it('opens nothing else, and is not used up by that', () => {
    const of = door()
    for (const rest of ['/api/dataset', '/view.js', ''])
      expect(asked(of, `/${of.once}${rest}`)).toMatchObject({ status: 403 })
    expect(asked(of, `/${of.once}/`, 'HEAD')).toMatchObject({ status: 403 })
    expect(asked(of, `/${of.once}/`)).toMatchObject({ status: 302 })
  })
})

describe('what is admitted', () => {
  it('is told by its path below the token', () => {
    const of = door()
    expect(asked(of, `/${of.token}/`)).toEqual({ path: '', query: '' })
    expect(asked(of, `/${of.token}/view.css`)).toEqual({ path: 'view.css', query: '' })
    expect(asked(of, `/${of.token}/api/verdicts?after=12`)).toEqual({
      path: 'api/verdicts',
      query: 'after=12',
    })
    expect(asked(of, `/${of.token}`)).toMatchObject({ status: 308, headers: { Location: `/${of.token}/` } })
  })

  it('may come from a link elsewhere if it is the page, and from the page alone if it is not', () => {
    const of = door()
    const cross = { 'sec-fetch-site': 'cross-site' }
    expect(asked(of, `/${of.token}/`, 'GET', cross)).toEqual({ path: '', query: '' })
    expect(asked(of, `/${of.token}/`, 'POST', cross)).toMatchObject({ status: 403 })
    expect(asked(of, `/${of.token}/api/cases`, 'GET', cross)).toMatchObject({ status: 403 })
    expect(asked(of, `/${of.token}/api/cases`, 'GET', { 'sec-fetch-site': 'same-origin' })).toMatchObject({
      path: 'api/cases',
    })
  })

  it('must say where it comes from if it sends something', () => {
    const of = door()
    const post = (more: Record<string, string>) => asked(of, `/${of.token}/api/verdicts`, 'POST', more)
    expect(post({})).toMatchObject({ status: 403 })
    expect(post({ 'sec-fetch-site': 'none' })).toMatchObject({ status: 403 })
    expect(post({ origin: 'null' })).toMatchObject({ status: 403 })
    expect(post({ origin: `http://${HOST}` })).toMatchObject({ path: 'api/verdicts' })
    expect(post({ 'sec-fetch-site': 'same-origin' })).toMatchObject({ path: 'api/verdicts' })
    expect(post({ origin: `http://${HOST}`, 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 })
  })
})

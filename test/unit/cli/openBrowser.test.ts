import { describe, expect, it } from 'vitest'
import { openingCommand } from '../../../src/cli/openBrowser.ts'
import { remoteNames } from '../../../src/cli/remoteNames.ts'

describe('what opens a browser', () => {
  const url = 'http://127.0.0.1:1/x/'
  it.each([
    ['linux', { DISPLAY: ':0' }, 'xdg-open'],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
    ['linux', {}, undefined],
    ['linux', { DISPLAY: 'localhost:10.0', SSH_CONNECTION: '1 2 3 4' }, undefined],
    ['darwin', {}, 'open'],
    ['darwin', { SSH_CONNECTION: '1 2 3 4' }, undefined],
    ['win32', {}, 'cmd'],
  ] as const)('on %s with %j is %s', (platform, env, program) => {
    const command = openingCommand(url, platform, env)
    expect(command?.[0]).toBe(program)
    if (program !== undefined) expect(command?.at(-1)).toBe(url)
  })
})

describe('an address to listen on', () => {
  it('of this machine alone needs no leave', () => {
    for (const host of ['127.0.0.1', '127.8.8.8', 'localhost', '::1'])
      expect(remoteNames(host, false)).toBeUndefined()
  })

  it('that others can reach needs leave, and has the names of this machine then', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.2', '127.0.0.1.evil.example', '128.0.0.1'])
      expect(() => remoteNames(host, false), host).toThrow(/can be reached from other machines/)
    expect(remoteNames('0.0.0.0', true)).toContain('127.0.0.1')
  })
})

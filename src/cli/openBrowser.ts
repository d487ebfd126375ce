import { spawn } from 'node:child_process'

/**
 * Opens an address in the user's browser where there is a display.
 *
 * @returns false where there is none
 */
export function openBrowser(
  url: string,
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  const command = openingCommand(url, platform, env)
  if (command === undefined) return false
  const [program, ...args] = command
  const child = spawn(program!, args, { detached: true, stdio: 'ignore' })
  // The address stands in the terminal too, so a missing opener is no failure.
  child.on('error', () => undefined)
  child.unref()
  return true
}

/** @returns program and arguments; undefined where there is no display */
export function openingCommand(
  url: string,
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): readonly string[] | undefined {
  // Over ssh a browser would open on a machine that the user does not sit at.
  if (env.SSH_CONNECTION) return undefined
  if (platform === 'darwin') return ['open', url]
  if (platform === 'win32') return ['cmd', '/c', 'start', '""', url]
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open', url] : undefined
}

import { isIP } from 'node:net'
import os from 'node:os'
import { UsageError } from '../core/fault.ts'

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/**
 * Under which names other machines may reach this one on an address.
 *
 * @returns undefined for an address of this machine alone
 * @throws UsageError when other machines could reach it and that was not allowed
 */
export function remoteNames(host: string, allowed: boolean): readonly string[] | undefined {
  if (isLoopback(host)) return undefined
  if (!allowed)
    throw new UsageError(
      `${host} can be reached from other machines, and what is sent there is not encrypted`,
      {
        remedy:
          'Leave --host out and use an SSH tunnel (`ssh -L PORT:127.0.0.1:PORT SERVER`), or add --allow_remote if the network is trusted.',
      },
    )
  const addresses = Object.values(os.networkInterfaces()).flatMap(list => list ?? [])
  return [
    os.hostname(),
    ...addresses.map(({ address, family }) => (family === 'IPv6' ? `[${address.split('%')[0]}]` : address)),
  ]
}

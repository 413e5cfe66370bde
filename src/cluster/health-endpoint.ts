/** Where Felix answers its health check, and what a probe of it met. */
import { bareAddress, familyOf, holds } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { Message } from '#cluster/messages.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { LinkRow, MessageRow, SettingRow } from '#cluster/relations.ts'
import { felixSettings, isOff } from '#cluster/settings.ts'

/** The port that the manifests' probes ask at. */
export const healthPort = '9099'

/** Whether an address is this machine's own loopback; a name is only if it is `localhost`. */
export const isLoopback = (address: string): boolean => {
  const bare = bareAddress(address)
  return bare === 'localhost' || holds('127.0.0.0/8', bare) || bare === '::1'
}

/** What a probe met when it asked Felix, inside whatever quotes it; undefined where it got an answer or never asked. */
export function healthDial(row: MessageRow): Message | undefined {
  const found = innerMessage(row, 'dial/refused', 'dial/not-permitted', 'dial/unreachable', 'dial/no-route')
  return found?.params.port === healthPort ? found : undefined
}

/** The lookup of `localhost` that failed, inside whatever quotes it. */
export const localhostLookup = (row: MessageRow): Message | undefined => {
  const found = innerMessage(row, 'dns/lookup-failed', 'net/lookup-failed')
  return found?.params.name === 'localhost' ? found : undefined
}

/** The loopback interface of a host that is down, or has lost its address; undefined where it is well. */
export function faultOfLoopback({ name, in: where, state, flags, addresses }: LinkRow): string | undefined {
  if (name !== 'lo' || where !== 'host') return undefined
  if (state === 'DOWN' || (flags.length > 0 && !flags.includes('UP'))) return 'is down'
  return addresses?.length === 0 ? 'has no address' : undefined
}

/** Settings that make Felix answer elsewhere than the probes ask, or not at all, with what each does. */
export const movedEndpoints = (
  view: Reads<'settings'>,
): readonly { readonly row: Fact<SettingRow>; readonly says: string }[] => [
  ...felixSettings(view, 'HealthEnabled')
    .slice(0, 1)
    .filter(isOff)
    .map((row) => ({ row, says: 'Felix is told not to answer its health check' })),
  ...felixSettings(view, 'HealthHost')
    .slice(0, 1)
    .filter(({ value }) => familyOf(value) !== undefined && !isLoopback(value) && !anywhere.has(value))
    .map((row) => ({
      row,
      says: `Felix answers its health check at ${row.value}, the probes ask at localhost`,
    })),
  ...felixSettings(view, 'HealthPort')
    .slice(0, 1)
    .filter(({ value }) => value !== healthPort)
    .map((row) => ({ row, says: `Felix answers its health check at port ${row.value}` })),
]

const anywhere = new Set(['0.0.0.0', '::'])

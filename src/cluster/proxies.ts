/** HTTP proxies that programs of a host are told to use, and which addresses are asked for without them. */
import { holds } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { SettingRow } from '#cluster/relations.ts'

/** The proxies themselves: HTTP_PROXY, https_proxy, CONTAINERD_HTTPS_PROXY … with a value. */
export const proxies = (view: Reads<'settings'>): readonly Fact<SettingRow>[] =>
  ofProxy(view).filter((row) => !isExemption(row) && row.value !== '')

/** Proxies of a unit or file whose NO_PROXY does not hold the address (or that has none). */
export function proxiesTakenFor(view: Reads<'settings'>, address: string): readonly Fact<SettingRow>[] {
  const exemptions = ofProxy(view).filter(isExemption)
  return proxies(view).filter(
    (proxy) => !exemptions.some((row) => (row.in ?? '') === (proxy.in ?? '') && isExempt(row.value, address)),
  )
}

/**
 * Whether an address is asked for directly. An entry is a `*`, an address, a range, or the end of a name.
 *
 * @see golang/net:http/httpproxy/proxy.go (useProxy)
 */
export const isExempt = (noProxy: string, address: string): boolean =>
  noProxy
    .split(',')
    .map((entry) => entry.trim())
    .some((entry) => entry === '*' || entry === address || (entry.includes('/') && holds(entry, address)))

const ofProxy = (view: Reads<'settings'>): readonly Fact<SettingRow>[] =>
  view.rows('settings').filter(({ of }) => of === 'proxy')

const isExemption = ({ name }: SettingRow): boolean => name.toUpperCase().endsWith('NO_PROXY')

/** Whether hosts and pods pass packets on for others. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { isOff, isOn, settingsNamed } from '#cluster/settings.ts'

export interface Forwarding {
  readonly row: Fact<SettingRow>
  readonly isOn: boolean
  /** Read in a pod’s own network; else on the host: as it is now, as a file sets it, or as somebody says. */
  readonly where: 'pod' | 'host' | 'file' | 'told'
}

/** The switches of forwarding that were shown: the one of IPv4 and those of all interfaces; also of Calico’s own ones. */
export const forwardings = (view: Reads<'settings'>): readonly Forwarding[] =>
  view.rows('settings').flatMap((row) => {
    if (row.of !== 'sysctl' || !isSwitch(row.name) || !/^[01]$/.test(row.value)) return []
    const where = placeOf(row.in)
    return [{ row, isOn: row.value === '1', where }]
  })

const placeOf = (whose: string | undefined): Forwarding['where'] => {
  if (whose === undefined) return 'host'
  if (whose.startsWith('pod/')) return 'pod'
  return whose === 'told' ? 'told' : 'file'
}

/**
 * `net.ipv4.conf.default.forwarding` is only for interfaces to come; IPv6 is off on hosts without IPv6 pods.
 *
 * @see torvalds/linux:Documentation/networking/ip-sysctl.rst
 */
const isSwitch = (name: string): boolean =>
  /^net\.ipv4\.(?:ip_forward|conf\.(?:all|cali[0-9a-f]{11})\.forwarding)$/.test(name)

/** Whether pods are told to pass packets on: the CNI plugin’s setting, or the operator’s; undefined where nobody told. */
export function allowance(
  view: Reads<'settings'>,
): { readonly isAllowed: boolean; readonly row: Fact<SettingRow> } | undefined {
  const rows = [
    ...settingsNamed(view, 'cni', 'allow_ip_forwarding'),
    ...settingsNamed(view, 'Installation', 'containerIPForwarding'),
  ]
  const row = rows.find(isOn) ?? rows.find(isOff)
  return row === undefined ? undefined : { isAllowed: isOn(row), row }
}

/** WireGuard between nodes: whether it is on, and its devices. */
import { familyOf, isRoutable } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { LinkRow, SettingRow } from '#cluster/relations.ts'
import { felixSettings, isOff, isOn } from '#cluster/settings.ts'

export type Family = 4 | 6

/** @see projectcalico/calico:felix/dataplane/linux/dataplanedefs (names of the devices) */
const devices: ReadonlyMap<string, Family> = new Map([
  ['wireguard.cali', 4],
  ['wg-v6.cali', 6],
])

/** Which family this device of WireGuard carries; undefined for any other device. */
export const wireguardFamily = (device: string | undefined): Family | undefined => devices.get(device ?? '')

const parameters: Readonly<Record<Family, string>> = { 4: 'WireguardEnabled', 6: 'WireguardEnabledV6' }

/** Whether encryption of a family (or of any) is told to be on; undefined where nobody told. The strongest place wins. */
export function isWireguardOn(view: Reads<'settings'>, family?: Family): boolean | undefined {
  const families: readonly Family[] = family === undefined ? [4, 6] : [family]
  const told = families.flatMap((one) => felixSettings(view, parameters[one]).slice(0, 1))
  if (told.some(isOn)) return true
  return told.some(isOff) ? false : undefined
}

/** Whether the hosts' own traffic is encrypted, too: then Typha is behind WireGuard. */
export const isHostEncrypted = (view: Reads<'settings'>): boolean =>
  felixSettings(view, 'WireguardHostEncryptionEnabled').some(isOn)

/** WireGuard's devices of hosts, with the family that each should have an address of. */
export const wireguardLinks = (
  view: Reads<'links'>,
): readonly { readonly row: Fact<LinkRow>; readonly family: Family }[] =>
  view.rows('links').flatMap((row) => {
    const family = wireguardFamily(row.name)
    return row.in === 'host' && family !== undefined ? [{ row, family }] : []
  })

/** Whether the device has an address of its family that is not link-local; undefined where addresses were not shown. */
export const hasTunnelAddress = ({ addresses }: LinkRow, family: Family): boolean | undefined =>
  addresses?.some((address) => familyOf(address) === family && isRoutable(address))

/** Peers that `wg show` lists, and whether each ever answered. */
export const handshakes = (
  view: Reads<'settings'>,
): readonly { readonly row: Fact<SettingRow>; readonly isDone: boolean }[] =>
  view
    .rows('settings')
    .flatMap((row) =>
      row.of === 'other' && row.in === 'wireguard' && row.name.startsWith('handshake with ')
        ? [{ row, isDone: row.value !== 'never' }]
        : [],
    )

import { bareAddress } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { CalicoNodeRow, LinkRow, NodeRow } from '#cluster/relations.ts'
import { isCard, tunnelNamed } from '#cluster/tunnels.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

export type DeviceReads = 'links' | 'nodes' | 'calicoNodes' | 'settings'

/**
 * Tunnel devices that are not as the node is registered now, and neighbours that are nobody's any more. Where Felix hears of nothing
 * (`isUninformed`), another address than the registered one is no leftover: nobody has told it of the new one.
 */
export const deviceSigns = (
  view: Reads<DeviceReads>,
  isUninformed: (node: string) => boolean,
): readonly Sign[] => [
  ...view
    .rows('links')
    .filter((link) => link.in === 'host' && tunnelNamed(link.name) !== undefined)
    .flatMap((link) => [
      ...ofState(link),
      ...(isUninformed(link.node) ? [] : ofAddress(link, view)),
      ...ofLocal(link, view),
      ...ofParent(link, view),
    ]),
  ...ofNeighbours(view),
]

/**
 * Felix makes its VXLAN device, gives it an address and sets it up; one that is down and bare was taken out of its hands, and
 * it does not look again. The kernel's own tunl0 is so by nature.
 *
 * @see projectcalico/calico:felix/dataplane/linux/vxlan_mgr.go (configureVXLANDevice)
 */
function ofState(link: Fact<LinkRow>): readonly Sign[] {
  const isBare = (link.addresses ?? []).every((address) => address.startsWith('fe80:'))
  return tunnelNamed(link.name)?.kind === 'vxlan' &&
    link.state === 'DOWN' &&
    !link.flags.includes('UP') &&
    isBare
    ? [sign(link, 'strong', `${link.name} is down and has no address`)]
    : []
}

/** Its address is another one than the node's annotation says, so packets to the old one die. */
function ofAddress(link: Fact<LinkRow>, view: Reads<DeviceReads>): readonly Sign[] {
  const registered = tunnelAddress(link, view)
  const own = (link.addresses ?? []).filter((address) => address.includes('.')).map(bareAddress)
  return registered === undefined || own.length === 0 || own.includes(registered)
    ? []
    : [sign(link, 'decisive', `${link.name} has ${own[0]}, the node is registered with ${registered}`)]
}

function tunnelAddress(link: LinkRow, view: Reads<'nodes' | 'calicoNodes'>): string | undefined {
  const key = link.name === 'tunl0' ? 'ipipTunnel' : link.name === 'vxlan.calico' ? 'vxlanTunnel' : undefined
  const rows: readonly (NodeRow | CalicoNodeRow)[] = [...view.rows('nodes'), ...view.rows('calicoNodes')]
  const address = key && rows.find((row) => row.name === link.node && row[key] !== undefined)?.[key]
  return address === undefined ? undefined : bareAddress(address)
}

/** It sends from an address that is not the node's any more: a new one, another card. */
function ofLocal(link: Fact<LinkRow>, view: Reads<DeviceReads>): readonly Sign[] {
  const local = link.vxlan?.local
  const registered = addressOf(link.node, view)
  const own = view
    .rows('links')
    .filter((one) => one.node === link.node && one.in === 'host')
    .flatMap(({ addresses = [] }) => addresses.map(bareAddress))
  if (local === undefined) return []
  // The host has what the device sends from and not what is registered: then that is what is wrong.
  if (registered !== undefined && own.includes(local) && !own.includes(registered)) return []
  if (registered !== undefined && registered !== local)
    return [
      sign(link, 'decisive', `${link.name} sends from ${local}, the node is registered with ${registered}`),
    ]
  // Only a listing that has cards with addresses can lack one.
  const isListed = view
    .rows('links')
    .some((one) => one.node === link.node && isCard(one) && one.addresses?.length)
  return isListed && !own.includes(local)
    ? [sign(link, 'decisive', `${link.name} sends from ${local}, which no interface of the node has`)]
    : []
}

const addressOf = (node: string, view: Reads<'nodes' | 'calicoNodes'>): string | undefined => {
  const address =
    view.rows('calicoNodes').find(({ name }) => name === node)?.ipv4 ??
    view.rows('nodes').find(({ name }) => name === node)?.calicoIpv4
  return address === undefined ? undefined : bareAddress(address)
}

/** It is tied to a card that does not have the node's address. */
function ofParent(link: Fact<LinkRow>, view: Reads<DeviceReads>): readonly Sign[] {
  const { parent, local } = link.vxlan ?? {}
  const card = view
    .rows('links')
    .find(
      (one) =>
        one.node === link.node && isCard(one) && one.addresses?.some((each) => bareAddress(each) === local),
    )
  return parent === undefined || card === undefined || card.name === parent
    ? []
    : [sign(link, 'decisive', `${link.name} is tied to ${parent}; its address is on ${card.name}`)]
}

/**
 * A VXLAN device sends by hardware address: two for one machine, or another one than that machine's device has, means that one
 * of them is from before.
 */
function ofNeighbours(view: Reads<DeviceReads>): readonly Sign[] {
  const entries = view.rows('settings').filter((row) => row.of === 'other' && row.in === 'fdb')
  const signs = entries.flatMap((entry) => {
    const twin = entries.find(
      (other) => other.node === entry.node && other.value === entry.value && other.name < entry.name,
    )
    if (twin !== undefined)
      return [
        sign(
          entry,
          'decisive',
          `two hardware addresses stand for ${entry.value}: ${twin.name} and ${entry.name}`,
        ),
      ]
    const device = deviceAt(entry.value, view)
    return device?.mac === undefined || device.mac === entry.name
      ? []
      : [sign(entry, 'decisive', `${entry.value} is reached as ${entry.name}, its device is ${device.mac}`)]
  })
  return signs
}

/** The VXLAN device of the machine with this address. */
const deviceAt = (address: string, view: Reads<'links'>): Fact<LinkRow> | undefined =>
  view.rows('links').find((link) => tunnelNamed(link.name)?.kind === 'vxlan' && link.vxlan?.local === address)

/** Devices of Calico's and what they cost: which interface is a tunnel, a pod's end, or a card. */
import { oddInterface } from '#cluster/addresses.ts'
import type { LinkRow } from '#cluster/relations.ts'

export type TunnelKind = 'ipip' | 'vxlan' | 'wireguard'

export interface Tunnel {
  readonly kind: TunnelKind
  /** What its headers take of each packet. */
  readonly overheadBytes: number
}

/**
 * By its device's name, which Calico never changes.
 *
 * @see projectcalico/calico:felix/dataplane/linux/int_dataplane.go (ipipMTUOverhead, vxlanMTUOverhead, wireguardMTUOverhead)
 */
export const tunnelNamed = (device: string): Tunnel | undefined => tunnels.get(device)

const tunnels: ReadonlyMap<string, Tunnel> = new Map([
  ['tunl0', { kind: 'ipip', overheadBytes: 20 }],
  ['vxlan.calico', { kind: 'vxlan', overheadBytes: 50 }],
  ['vxlan-v6.calico', { kind: 'vxlan', overheadBytes: 70 }],
  ['wireguard.cali', { kind: 'wireguard', overheadBytes: 60 }],
  ['wg-v6.cali', { kind: 'wireguard', overheadBytes: 80 }],
])

/** The least that a tunnel of this kind costs. */
export const overheadBytes: Readonly<Record<TunnelKind, number>> = { ipip: 20, vxlan: 50, wireguard: 60 }

/** A pod's end on the host. */
export const isPodLink = (name: string): boolean => name.startsWith('cali')

/** Calico makes it, sets its addresses and routes, and expects nobody else to. */
export const isCalicosLink = (name: string): boolean => isPodLink(name) || tunnels.has(name)

/** The same of the whole cluster: kube-proxy keeps the addresses of Services on a device of its own. */
export const isClustersLink = (name: string): boolean => isCalicosLink(name) || name === 'kube-ipvs0'

/**
 * Whether a tunnel carries anything: the kernel makes a tunl0 by itself, which stays down and without an address where
 * nobody uses it.
 */
export const isTunnelUp = ({ flags, addresses }: LinkRow): boolean =>
  flags.includes('UP') &&
  (addresses === undefined || addresses.some((address) => !address.startsWith('fe80:')))

/**
 * A card, or what stands for one (a bond, a VLAN on it, a bridge that holds it): traffic between nodes leaves by one of these.
 *
 * @see projectcalico/calico:felix/config/config_params.go (MTUIfacePattern)
 */
export const isCard = ({ name, in: where, kind }: LinkRow): boolean =>
  where === 'host' && kind !== 'veth' && !tunnels.has(name) && oddInterface(name) === undefined

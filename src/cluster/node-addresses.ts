/** The addresses under which nodes are registered with Calico, and whether others can reach such an address. */
import { bareAddress, familyOf, isHostLocalNetwork } from '#cluster/addresses.ts'
import type { Provenance, Reads } from '#cluster/facts.ts'
import { nodeOfMessage } from '#cluster/queries.ts'
import type { CalicoNodeRow } from '#cluster/relations.ts'
import { envNamed, settingsNamed } from '#cluster/settings.ts'

export interface RegisteredAddress {
  /** '' where nobody said whose it is. */
  readonly node: string
  readonly address: string
  /** With its length, where that was shown. */
  readonly cidr: string
  /** Kubernetes' InternalIP of the same node and family. */
  readonly internalIp: string | undefined
  readonly from: Provenance
}

/** By `calicoctl get nodes`, by the annotation on Kubernetes' node, and by the router id of bird.cfg. */
export function registeredAddresses(
  facts: Reads<'nodes' | 'calicoNodes' | 'settings'>,
): readonly RegisteredAddress[] {
  const told = [
    ...facts.rows('calicoNodes').flatMap(({ name, ipv4, ipv6, from }) => each(name, [ipv4, ipv6], from)),
    ...facts
      .rows('nodes')
      .flatMap(({ name, calicoIpv4, calicoIpv6, from }) => each(name, [calicoIpv4, calicoIpv6], from)),
    ...settingsNamed(facts, 'bird', 'router id').flatMap(({ node, value, from }) =>
      each(node ?? '', [value], from),
    ),
  ]
  return told.map((one) => ({ ...one, internalIp: internalIpOf(facts, one) }))
}

const each = (node: string, addresses: readonly (string | undefined)[], from: Provenance) =>
  addresses
    .filter((address) => address !== undefined && familyOf(address) !== undefined)
    .map((address = '') => ({ node, address: bareAddress(address), cidr: address, from }))

function internalIpOf(
  facts: Reads<'nodes' | 'calicoNodes'>,
  { node, address }: Pick<RegisteredAddress, 'node' | 'address'>,
): string | undefined {
  const told = [
    ...facts.rows('nodes').filter(({ name }) => node !== '' && name === node),
    ...facts.rows('calicoNodes').filter((one) => one.name === node && isOf(one, address)),
  ]
  return told.map(({ internalIp }) => internalIp).find((own) => familyOf(own ?? '') === familyOf(address))
}

const isOf = ({ ipv4, ipv6 }: CalicoNodeRow, address: string): boolean =>
  [ipv4, ipv6].some((one) => one !== undefined && bareAddress(one) === address)

/** Addresses that the environment prescribes for a node: `IP=10.0.0.5`. */
export const prescribedAddresses = (
  facts: Reads<'settings' | 'messages' | 'pods'>,
): readonly Pick<RegisteredAddress, 'node' | 'address' | 'from'>[] => [
  ...['IP', 'IP6'].flatMap((name) =>
    envNamed(facts, name).flatMap(({ node, value, from }) => each(node ?? '', [value], from)),
  ),
  ...facts
    .rows('messages')
    .filter(({ message }) => message.id === 'startup/address-from-environment')
    .flatMap((row) => each(nodeOfMessage(facts, row) ?? '', [row.message.params.address], row.from)),
]

/**
 * Why other machines do not reach a machine by this address; undefined where the address alone does not tell. Docker's networks
 * begin at 172.17.0.0/16 and go up to 172.31, each bridge taking the first address; VirtualBox's NAT gives all its guests .15.
 *
 * @see moby/moby:daemon/libnetwork/ipamutils/utils.go
 * @see https://www.virtualbox.org/manual/ (network address translation)
 */
export const unreachableAddress = (address: string): string | undefined => {
  const bare = bareAddress(address)
  if (bare === '172.17.42.1' || dockerBridge.test(bare)) return 'the address of a Docker bridge'
  if (virtualBoxGuest.test(bare)) return 'the address that VirtualBox’s NAT gives to every guest'
  return ofOneself.test(bare) ? 'an address that has no meaning to other machines' : undefined
}

const dockerBridge = /^172\.(?:1[7-9]|2\d|3[01])\.0\.1$/
/** Link-local and loopback. */
const ofOneself = /^(?:169\.254|127\.\d{1,3})\.\d{1,3}\.\d{1,3}$/
const virtualBoxGuest = /^10\.0\.[2-9]\.15$/

/** Whether an address is of a network that many machines have inside themselves. */
export const isOfHostLocalNetwork = (address: string): boolean =>
  isHostLocalNetwork(address) || unreachableAddress(address) !== undefined

/** Whether an address is numbered as gateways mostly are: the first or the last of a /24. */
export const isNumberedAsGateway = (address: string): boolean => /\.(?:1|254)$/.test(bareAddress(address))

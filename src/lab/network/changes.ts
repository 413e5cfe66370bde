/** Changes of links, addresses, routes and sysctls, refused as the kernel refuses them. */
import { Errno } from '#lab/host/ports.ts'
import { cidr, cidrText, type Ipv4, ipv4, ipv4Text, isIpv4, maskOf } from '#lab/network/address.ts'
import type { LinkState } from '#lab/network/devices.ts'
import type { Address, Link, NetChange, Route, Tunnel } from '#lab/network/ports.ts'
import type { SimStack } from '#lab/network/stack.ts'
import { stackOf } from '#lab/network/stack-net.ts'
import { ipipBytes, vxlanBytes } from '#lab/network/tunnel.ts'

type Change<Op extends NetChange['op']> = Extract<NetChange, { readonly op: Op }>

/** Makes one change in a namespace. Throws Errno. */
export function applyChange(stack: SimStack, change: NetChange): void {
  switch (change.op) {
    case 'link-add':
      addLink(stack, change)
      break
    case 'veth-add':
      addVeth(stack, change)
      stack.movedLink(change.name)
      return
    case 'link-set':
      setLink(stack, change)
      stack.movedLink(change.name)
      return
    case 'link-del':
      deleteLink(stack, change.name)
      return
    case 'address-add':
      addAddress(stack, change)
      break
    case 'address-del':
      deleteAddress(stack, change)
      break
    case 'route-add':
      stack.table.add(checkedRoute(stack, change.route))
      stack.rerouted()
      return
    case 'route-replace':
      stack.table.replace(checkedRoute(stack, change.route))
      stack.rerouted()
      return
    case 'route-del':
      stack.table.remove(change.destination, change.protocol)
      stack.rerouted()
      return
    case 'neigh-replace':
      linkNamed(stack, change.neighbour.link)
      stack.neighbourTable.tell({ ...change.neighbour, address: ipv4Text(ipv4(change.neighbour.address)) })
      break
    case 'neigh-del':
      if (!stack.neighbourTable.drop(change.link, change.address)) throw new Errno('ENOENT')
      break
    case 'fdb-replace':
      if (linkNamed(stack, change.entry.link).kind !== 'vxlan') throw new Errno('EINVAL')
      stack.neighbourTable.setFdbEntry(change.entry)
      break
    case 'fdb-del':
      if (!stack.neighbourTable.dropFdbEntry(change.link, change.mac)) throw new Errno('ENOENT')
      break
    default:
      setSysctl(stack, change)
      return
  }
  stack.moved()
}

/** A device with the kernel's defaults; the MAC is made from a number that is this link's alone. */
export function newLink(
  stack: SimStack,
  o: Pick<LinkState, 'name' | 'kind'> & { mac?: string; mtuBytes?: number; tunnel?: Tunnel },
): LinkState {
  return {
    name: o.name,
    kind: o.kind,
    mac: o.mac ?? macOf(stack.fabric.serial()),
    index: stack.devices.nextIndex(),
    up: false,
    mtuBytes: o.mtuBytes ?? defaultMtu(o.kind),
    tunnel: o.tunnel,
    peer: undefined,
    port: undefined,
    shown: undefined,
  }
}

/** Headers of the tunnels, taken off the 1500 bytes of what carries them. */
function defaultMtu(kind: LinkState['kind']): number {
  if (kind === 'ipip') return 1500 - ipipBytes
  return kind === 'vxlan' ? 1500 - vxlanBytes : 1500
}

/** Throws EEXIST for a name, or a VXLAN network on a port, that is taken (drivers/net/vxlan: vxlan_find_vni). */
function addLink(stack: SimStack, change: Change<'link-add'>): void {
  const { name, kind, mtuBytes, mac, tunnel } = change
  if (stack.link(name)) throw new Errno('EEXIST')
  const same = ({ tunnel: other }: Link): boolean =>
    other?.vni === tunnel?.vni && other?.port === tunnel?.port
  if (kind === 'vxlan' && stack.devices.shown().some((other) => other.kind === 'vxlan' && same(other)))
    throw new Errno('EEXIST')
  const options = {
    ...(mtuBytes === undefined ? {} : { mtuBytes }),
    ...(mac === undefined ? {} : { mac }),
    ...(tunnel === undefined ? {} : { tunnel }),
  }
  stack.devices.add(newLink(stack, { name, kind, ...options }))
}

function addVeth(stack: SimStack, change: Change<'veth-add'>): void {
  const other = stackOf(change.peer.net)
  if (stack.link(change.name) || other.link(change.peer.name)) throw new Errno('EEXIST')
  const { mtuBytes } = change
  const half = (owner: SimStack, name: string, mac: string | undefined): LinkState =>
    newLink(owner, {
      name,
      kind: 'veth',
      ...(mac === undefined ? {} : { mac }),
      ...(mtuBytes === undefined ? {} : { mtuBytes }),
    })
  const near = half(stack, change.name, change.mac)
  const far = half(other, change.peer.name, change.peer.mac)
  near.peer = { stack: other, link: far }
  far.peer = { stack, link: near }
  stack.devices.add(near)
  other.devices.add(far)
  other.movedLink(far.name)
}

function setLink(stack: SimStack, { name, up, mtuBytes, mac, tunnel }: Change<'link-set'>): void {
  const link = linkNamed(stack, name)
  if (mtuBytes !== undefined) link.mtuBytes = mtuBytes
  if (mac !== undefined) link.mac = mac
  if (tunnel !== undefined) link.tunnel = { ...link.tunnel, ...tunnel }
  if (up === undefined || up === link.up) return
  link.up = up
  stack.switched(name)
  // Routes over a link that goes down are flushed; only those that the addresses imply come back.
  if (!up) stack.table.removeOver(name)
  else for (const address of stack.devices.addresses) if (address.link === name) addConnected(stack, address)
  link.peer?.stack.movedLink(link.peer.link.name)
}

function deleteLink(stack: SimStack, name: string): void {
  const link = linkNamed(stack, name)
  if (link.kind === 'loopback') throw new Errno('EINVAL')
  const alone = stack.devices.standsAlone(name)
  stack.dropLink(link)
  stack.movedLink(name, alone)
}

function addAddress(stack: SimStack, { link, address, prefixLength }: Change<'address-add'>): void {
  const { up } = linkNamed(stack, link)
  if (!isIpv4(address) || prefixLength < 0 || prefixLength > 32) throw new Errno('EINVAL')
  const same = (a: Address): boolean =>
    a.link === link && a.address === address && a.prefixLength === prefixLength
  if (stack.devices.addresses.some(same)) throw new Errno('EEXIST')
  const added: Address = { link, address, prefixLength, scope: scopeOf(address) }
  stack.setAddresses([...stack.devices.addresses, added])
  if (up) addConnected(stack, added)
}

function deleteAddress(stack: SimStack, { link, address, prefixLength }: Change<'address-del'>): void {
  linkNamed(stack, link)
  const left = stack.devices.addresses.filter(
    (a) => !(a.link === link && a.address === address && a.prefixLength === prefixLength),
  )
  if (left.length === stack.devices.addresses.length) throw new Errno('EADDRNOTAVAIL')
  stack.setAddresses(left)
  stack.table.removeOver(link, ({ source }) => source === address)
}

/** The kernel's own route to the subnet of an address; none for a single address. */
function addConnected(stack: SimStack, { link, address, prefixLength }: Address): void {
  if (prefixLength === 32 || link === 'lo') return
  const network = (ipv4(address) & maskOf(prefixLength)) >>> 0
  stack.table.replace({
    destination: `${ipv4Text(network)}/${prefixLength}`,
    kind: 'unicast',
    dev: link,
    protocol: 'kernel',
    scope: 'link',
    source: address,
  })
}

/** The route with its device filled in. Throws ENODEV, ENETDOWN, ENETUNREACH, EINVAL. */
function checkedRoute(stack: SimStack, route: Route): Route {
  const destination = cidrText(cidr(route.destination))
  if (route.kind !== 'unicast') return destination === route.destination ? route : { ...route, destination }
  if (route.source !== undefined && !stack.isLocal(ipv4(route.source))) throw new Errno('EINVAL')
  const dev = route.dev ?? (route.via === undefined ? undefined : deviceTo(stack, ipv4(route.via)))
  if (dev === undefined) throw new Errno(route.via === undefined ? 'ENODEV' : 'ENETUNREACH')
  if (!linkNamed(stack, dev).up) throw new Errno('ENETDOWN')
  if (route.via !== undefined && !route.onlink && deviceTo(stack, ipv4(route.via), dev) !== dev)
    throw new Errno('ENETUNREACH')
  return destination === route.destination && dev === route.dev ? route : { ...route, destination, dev }
}

/** The device that a next hop is directly on: it must be reached by a route without a gateway of its own. */
function deviceTo(stack: SimStack, hop: Ipv4, preferred?: string): string | undefined {
  if (stack.isLocal(hop)) return undefined
  if (preferred !== undefined && stack.table.isOn(preferred, hop)) return preferred
  const direct = stack.table
    .covering(hop)
    .map(({ route }) => route)
    .filter((r) => r.kind === 'unicast' && r.via === undefined)
  return direct[0]?.dev
}

function setSysctl(stack: SimStack, { name, value }: Change<'sysctl'>): void {
  if (!name.startsWith('net.')) throw new Errno('ENOENT')
  const link = /^net\.ipv4\.(?:conf|neigh)\.(.+)\.[a-z_]+$/.exec(name)?.[1]
  if (link !== undefined && link !== 'all' && link !== 'default' && !stack.link(link))
    throw new Errno('ENOENT')
  stack.setSysctl(name, value.trim())
}

function linkNamed(stack: SimStack, name: string): LinkState {
  const link = stack.link(name)
  if (!link) throw new Errno('ENODEV')
  return link
}

const scopeOf = (address: string): Address['scope'] => (address.startsWith('127.') ? 'host' : 'global')

/** Locally administered, so that it can be no real card's. */
function macOf(serial: number): string {
  const hex = serial.toString(16).padStart(8, '0')
  return `0e:5f:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}:${hex.slice(6)}`
}

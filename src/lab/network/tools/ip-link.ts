import type { Process } from '#lab/host/ports.ts'
import type { LinkState } from '#lab/network/devices.ts'
import type { Tunnel } from '#lab/network/ports.ts'
import { hasCarrier } from '#lab/network/shown-links.ts'
import type { IpStyle } from '#lab/network/tools/ip.ts'
import { commandOf, deviceNamed, keyed, Usage } from '#lab/network/tools/ip-words.ts'

/**
 * `ip link [show|set|add|delete]`
 *
 * Not imitated: kinds that the lab's kernels do not have, options of VXLAN beyond its number, port, source and carrier (learning is
 * always off).
 */
export async function ipLink(p: Process, args: readonly string[], style: IpStyle): Promise<string> {
  const command = commandOf(args[0], ['show', 'list', 'lst', 'set', 'add', 'delete'])
  switch (command) {
    case 'set':
      await setLink(p, args.slice(1))
      return ''
    case 'add':
      await addLink(p, args.slice(1))
      return ''
    case 'delete': {
      const { bare, values } = keyed(args.slice(1), ['dev'])
      const name = values.get('dev') ?? bare[0] ?? ''
      deviceNamed(p, name)
      await p.net.apply([{ op: 'link-del', name }])
      return ''
    }
    default:
      return showLinks(p, command === undefined ? args : args.slice(1), style)
  }
}

function showLinks(p: Process, args: readonly string[], style: IpStyle): string {
  const { values, bare } = keyed(args, ['dev', 'type'])
  const name = values.get('dev') ?? bare[0]
  const type = values.get('type')
  if (name !== undefined) deviceNamed(p, name, `Device "${name}" does not exist.`)
  const links = linksOf(p).filter(
    (link) => (name === undefined || link.name === name) && (type === undefined || link.kind === type),
  )
  if (style.brief) return links.map((link) => `${briefHead(link)} ${link.mac} <${flags(link)}> \n`).join('')
  return links.map((link) => linkText(link, style, 'mode DEFAULT ')).join('')
}

async function setLink(p: Process, args: readonly string[]): Promise<void> {
  const { values, bare } = keyed(args, ['dev', 'mtu'])
  const words = bare.filter((word) => word !== 'up' && word !== 'down')
  const name = values.get('dev') ?? words[0] ?? ''
  deviceNamed(p, name)
  const mtu = values.get('mtu')
  await p.net.apply([
    {
      op: 'link-set',
      name,
      ...(bare.includes('up') ? { up: true } : {}),
      ...(bare.includes('down') ? { up: false } : {}),
      ...(mtu === undefined ? {} : { mtuBytes: Number(mtu) }),
    },
  ])
}

/** What stands behind `type KIND` is the kind's own: `dev` is the new device before it, and what carries it behind. */
async function addLink(p: Process, args: readonly string[]): Promise<void> {
  const at = args.indexOf('type')
  const { values, bare } = keyed(at < 0 ? args : args.slice(0, at), ['name', 'mtu', 'dev'])
  const kind = at < 0 ? undefined : args[at + 1]
  const name = values.get('name') ?? values.get('dev') ?? bare[0] ?? ''
  if (kind !== 'dummy' && kind !== 'ipip' && kind !== 'vxlan')
    throw new Usage('Error: Unknown device type.', 2)
  const mtu = values.get('mtu')
  const tunnel = kind === 'vxlan' ? vxlanOf(args.slice(at + 2)) : undefined
  await p.net.apply([
    {
      op: 'link-add',
      name,
      kind,
      ...(mtu === undefined ? {} : { mtuBytes: Number(mtu) }),
      ...(tunnel === undefined ? {} : { tunnel }),
    },
  ])
}

/** Linux took a port for VXLAN before there was a standard, and has kept it as its default. */
const linuxVxlanPort = 8472

function vxlanOf(args: readonly string[]): Tunnel {
  const { values } = keyed(args, ['id', 'vni', 'local', 'dev', 'dstport', 'ttl', 'ageing'])
  const vni = Number(values.get('id') ?? values.get('vni'))
  if (!(vni >= 0 && vni < 2 ** 24)) throw new Usage('Error: argument "id" is wrong: invalid id')
  const [local, parent] = [values.get('local'), values.get('dev')]
  return {
    vni,
    port: Number(values.get('dstport') ?? linuxVxlanPort),
    ...(local === undefined ? {} : { local }),
    ...(parent === undefined ? {} : { parent }),
  }
}

/** In the order of their numbers. */
export const linksOf = (p: Process): readonly LinkState[] =>
  p.net
    .links()
    .map(({ name }) => deviceNamed(p, name))
    .sort((a, b) => a.index - b.index)

export function linkText(link: LinkState, style: IpStyle, mode: string): string {
  const head =
    `${link.index}: ${longName(link)}: <${flags(link)}> mtu ${link.mtuBytes} qdisc ${qdisc(link)} ` +
    `state ${stateOf(link)} ${mode}group default qlen 1000`
  return `${head}${style.oneLine ? '\\' : '\n'}${hardware(link)}${style.details ? details(link) : ''}\n`
}

/** `-d`: what the kernel knows of the device beyond its address (iproute2: ip/ipaddress.c, ip/iplink_vxlan.c, ip/link_iptnl.c). */
function details(link: LinkState): string {
  const queues = link.kind === 'veth' ? 2 : 1
  return (
    ` promiscuity 0 minmtu ${link.kind === 'ipip' || link.kind === 'loopback' ? 0 : 68} maxmtu ${link.kind === 'loopback' ? 0 : 65535}` +
    `${ofKind(link)} addrgenmode eui64 numtxqueues ${queues} numrxqueues ${queues} gso_max_size 65536 gso_max_segs 65535`
  )
}

function ofKind({ kind, tunnel = {} }: LinkState): string {
  switch (kind) {
    case 'vxlan':
      return (
        ` \n    vxlan id ${tunnel.vni ?? 0}${tunnel.local === undefined ? '' : ` local ${tunnel.local}`}` +
        `${tunnel.parent === undefined ? '' : ` dev ${tunnel.parent}`} srcport 0 0 dstport ${tunnel.port ?? linuxVxlanPort} nolearning` +
        ' ttl auto ageing 300 udpcsum noudp6zerocsumtx noudp6zerocsumrx'
      )
    case 'ipip':
      return ' \n    ipip any remote any local any ttl inherit nopmtudisc'
    case 'veth':
    case 'dummy':
      return ` \n    ${kind}`
    default:
      return ''
  }
}

export const briefHead = (link: LinkState): string =>
  `${longName(link).padEnd(16)} ${stateOf(link).padEnd(14)}`

function hardware(link: LinkState): string {
  // Its addresses are those of its outer header; Calico's tunnel has none of its own.
  if (link.kind === 'ipip') return '    link/ipip 0.0.0.0 brd 0.0.0.0'
  const type = link.kind === 'loopback' ? 'loopback' : 'ether'
  const broadcast = link.kind === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff'
  // Pods' namespaces have names on their machine (/run/netns); seen from a pod, its machine's is number 0.
  const peer = link.peer?.stack.name
  const netns = peer === undefined ? '' : peer.startsWith('cni-') ? ` link-netns ${peer}` : ' link-netnsid 0'
  return `    link/${type} ${link.mac} brd ${broadcast}${netns}`
}

function longName(link: LinkState): string {
  if (link.kind === 'ipip') return `${link.name}@NONE`
  return link.peer ? `${link.name}@if${link.peer.link.index}` : link.name
}

function flags(link: LinkState): string {
  const state = link.up ? (hasCarrier(link) ? ['UP', 'LOWER_UP'] : ['UP']) : []
  const kind =
    link.kind === 'loopback' ? ['LOOPBACK'] : link.kind === 'ipip' ? ['NOARP'] : ['BROADCAST', 'MULTICAST']
  return [...(link.up && !hasCarrier(link) ? ['NO-CARRIER'] : []), ...kind, ...state].join(',')
}

function stateOf(link: LinkState): string {
  if (!link.up) return 'DOWN'
  if (link.kind !== 'ether' && link.kind !== 'veth') return 'UNKNOWN'
  return hasCarrier(link) ? 'UP' : 'DOWN'
}

function qdisc(link: LinkState): string {
  if (!link.up) return 'noop'
  return link.kind === 'ether' ? 'fq_codel' : 'noqueue'
}

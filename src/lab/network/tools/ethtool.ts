/**
 * `ethtool` of a device: `-i`, `-k`, `-K`, and whether there is a link.
 *
 * Not imitated: what a device offloads, except the one feature that has an effect in the lab, `tx-checksum-ip-generic` of VXLAN
 * devices; the others are listed and cannot be changed. Rings, statistics, speed.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import type { LinkState } from '#lab/network/devices.ts'
import { hasCarrier } from '#lab/network/shown-links.ts'
import { stackOf } from '#lab/network/stack-net.ts'

const checksum = 'tx-checksum-ip-generic'

export const ethtool: Program = async (p) => {
  const [first = '', ...rest] = p.argv.slice(1)
  const isOption = first.startsWith('-')
  const name = isOption ? rest[0] : first
  if (name === undefined || name === '') {
    p.stderr.write('ethtool: bad command line argument(s)\nFor more information run ethtool -h\n')
    return 1
  }
  const link = stackOf(p.net).link(name)
  switch (first) {
    case '-i':
    case '--driver':
      return driver(p, link)
    case '-k':
    case '--show-features':
    case '--show-offload':
      return features(p, link)
    case '-K':
    case '--features':
    case '--offload':
      return change(p, link, rest.slice(1))
    default:
      if (!isOption) return settings(p, name, link)
      p.stderr.write('ethtool: bad command line argument(s)\nFor more information run ethtool -h\n')
      return 1
  }
}

function refuse(p: Process, text: string, code: number): number {
  p.stderr.write(`${text}\n`)
  return code
}

function driver(p: Process, link: LinkState | undefined): number {
  if (!link) return refuse(p, 'Cannot get driver information: No such device', 71)
  const known = drivers[link.kind]
  if (known === undefined) return refuse(p, 'Cannot get driver information: Operation not supported', 71)
  p.stdout.write(`driver: ${known.driver}
version: ${known.version}
firmware-version: 
expansion-rom-version: 
bus-info: ${known.bus}
supports-statistics: ${known.statistics ? 'yes' : 'no'}
supports-test: no
supports-eeprom-access: no
supports-register-dump: no
supports-priv-flags: no
`)
  return 0
}

/** As the kernel's drivers of virtio, veth, vxlan and dummy name themselves; `lo` and ipip do not. */
const drivers: Partial<
  Record<LinkState['kind'], { driver: string; version: string; bus: string; statistics: boolean }>
> = {
  ether: { driver: 'virtio_net', version: '1.0.0', bus: '0000:00:03.0', statistics: true },
  veth: { driver: 'veth', version: '1.0', bus: '', statistics: true },
  vxlan: { driver: 'vxlan', version: '0.1', bus: '', statistics: false },
  dummy: { driver: 'dummy', version: '1.0', bus: '', statistics: false },
}

const sumsByCard = ({ kind, tunnel }: LinkState): boolean =>
  kind !== 'ipip' && tunnel?.txChecksumOffload !== false

function features(p: Process, link: LinkState | undefined): number {
  if (!link) return refuse(p, 'Cannot get device feature names: No such device', 1)
  const on = sumsByCard(link) ? 'on' : 'off'
  const fixed = link.kind === 'vxlan' ? '' : ' [fixed]'
  p.stdout.write(`Features for ${link.name}:
rx-checksumming: on${fixed}
tx-checksumming: ${on}
\ttx-checksum-ipv4: off [fixed]
\t${checksum}: ${on}${fixed}
\ttx-checksum-ipv6: off [fixed]
\ttx-checksum-fcoe-crc: off [fixed]
\ttx-checksum-sctp: off [fixed]
scatter-gather: on
\ttx-scatter-gather: on${fixed}
\ttx-scatter-gather-fraglist: off [fixed]
tcp-segmentation-offload: ${on}
\ttx-tcp-segmentation: ${on}${on === 'off' && fixed === '' ? ' [requested on]' : fixed}
generic-segmentation-offload: on
generic-receive-offload: on
large-receive-offload: off [fixed]
`)
  return 0
}

async function change(p: Process, link: LinkState | undefined, args: readonly string[]): Promise<number> {
  if (!link) return refuse(p, 'netlink error: No such device', 1)
  const pairs = new Map<string, string>()
  for (let at = 0; at < args.length; at += 2) pairs.set(args[at] ?? '', args[at + 1] ?? '')
  const unknown = [...pairs].find(([name, to]) => !spellings.includes(name) || (to !== 'on' && to !== 'off'))
  if (unknown !== undefined || pairs.size === 0)
    return refuse(p, 'ethtool: bad command line argument(s)\nFor more information run ethtool -h', 1)
  const wanted = [checksum, 'tx', 'tx-checksumming']
    .map((name) => pairs.get(name))
    .find((to) => to !== undefined)
  if (wanted === undefined || link.kind !== 'vxlan')
    return refuse(p, 'Could not change any device features', 1)
  const isOn = wanted === 'on'
  if (isOn === sumsByCard(link)) return 0
  try {
    await p.net.apply([
      { op: 'link-set', name: link.name, tunnel: { ...link.tunnel, txChecksumOffload: isOn } },
    ])
  } catch (error) {
    if (!isErrno(error)) throw error
    return refuse(p, `netlink error: ${error.message}`, 1)
  }
  p.stdout.write(`Actual changes:\n${checksum}: ${wanted}\ntx-tcp-segmentation: ${wanted} [not requested]\n`)
  return 0
}

/** What `-K` knows. */
const spellings = [
  checksum,
  'tx',
  'tx-checksumming',
  'rx',
  'sg',
  'tso',
  'gso',
  'gro',
  'lro',
  'tx-udp_tnl-segmentation',
]

function settings(p: Process, name: string, link: LinkState | undefined): number {
  if (!link) return refuse(p, 'netlink error: No such device\nNo data available', 75)
  p.stdout.write(`Settings for ${name}:\n\tLink detected: ${hasCarrier(link) ? 'yes' : 'no'}\n`)
  return 0
}

/** Keys of Calico's etcd datastore with their values as rows. */
import { z } from 'zod'
import { flag, text } from '#sources/formats/lenient.ts'
import { blockAffinityRow, ipamBlockRow } from '#sources/formats/objects/calico.ts'
import { setting } from '#sources/formats/objects/flatten.ts'
import { ipPoolRow } from '#sources/formats/objects/others.ts'
import { type Told, told } from '#sources/formats/objects/told.ts'

const peer = z.object({ ip: text, as_num: text })
const pool = z.object({
  cidr: z.string(),
  ipip_mode: text,
  vxlan_mode: text,
  masquerade: flag,
  disabled: flag,
})

/**
 * What a key and its value say; `object` where the value is a resource as the API has it.
 *
 * @see projectcalico/calico:libcalico-go/lib/backend/model (bgpconfig.go, node.go, ippool.go, block.go, resource.go)
 */
export function etcdRows(
  key: string,
  value: string,
): { readonly rows: readonly Told[]; readonly object?: unknown } {
  const parts = key.split('/').slice(2)
  const parsed = parsedJson(value)
  switch (parts.slice(0, 2).join('/')) {
    case 'resources/v3':
      return parsed === undefined ? { rows: namedNode(parts.slice(2)) } : { rows: [], object: parsed }
    case 'bgp/v1':
      return { rows: bgpRows(parts.slice(2), value, parsed) }
    case 'v1/config':
      return { rows: [setting({ of: 'FelixConfiguration', in: 'default', name: parts[2] ?? '', value })] }
    case 'v1/host':
      return { rows: hostRows(parts.slice(2), value) }
    case 'v1/ipam':
      return { rows: poolRows(parsed) }
    case 'ipam/v2':
      return { rows: blockRows(parts.slice(2), parsed) }
    default:
      return { rows: [] }
  }
}

/** `projectcalico.org/nodes/<name>` of a list of keys: an entry whose value was not shown. */
const namedNode = ([group, kind, name, ...more]: readonly string[]): readonly Told[] =>
  group === 'projectcalico.org' && kind === 'nodes' && name !== undefined && name !== '' && more.length === 0
    ? [told('calicoNodes', { name })]
    : []

function parsedJson(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

function bgpRows([level, name, ...rest]: readonly string[], value: string, parsed: unknown): readonly Told[] {
  if (level === 'global' && name !== undefined && !name.startsWith('peer_v'))
    return globalRows(name, value, parsed)
  const isOfNode = level === 'host'
  const [what, address] = isOfNode ? rest : [name, rest[0]]
  if (isOfNode && what === 'ip_addr_v4') return [told('calicoNodes', { name: name ?? '', ipv4: value })]
  if (isOfNode && what === 'as_num') return [told('calicoNodes', { name: name ?? '', asNumber: value })]
  if (!what?.startsWith('peer_v')) return []
  const { ip, as_num } = peer.safeParse(parsed).data ?? {}
  return [
    told('bgpPeers', {
      name: '',
      ...((ip ?? address) !== undefined && { peerIp: ip ?? address ?? '' }),
      ...(as_num !== undefined && { asNumber: as_num }),
      ...(isOfNode && name !== undefined && { node: name }),
    }),
  ]
}

/** Under the names that the resource has for them. */
function globalRows(name: string, value: string, parsed: unknown): readonly Told[] {
  const enabled = z.object({ enabled: z.boolean() }).safeParse(parsed).data?.enabled
  const [field, told] =
    name === 'node_mesh' && enabled !== undefined
      ? ['nodeToNodeMeshEnabled', String(enabled)]
      : [globalNames.get(name) ?? name, value]
  return [setting({ of: 'BGPConfiguration', in: 'default', name: field, value: told })]
}

const globalNames: ReadonlyMap<string, string> = new Map([
  ['as_num', 'asNumber'],
  ['listen_port', 'listenPort'],
  ['loglevel', 'logSeverityScreen'],
  ['node_mesh_password', 'nodeMeshPassword'],
])

const hostFields: ReadonlyMap<string, 'ipipTunnel' | 'vxlanTunnel'> = new Map([
  ['IpInIpTunnelAddr', 'ipipTunnel'],
  ['IPv4VXLANTunnelAddr', 'vxlanTunnel'],
])

/** `<node>/config/<parameter>`: the node's tunnel addresses, or a parameter of its Felix. */
function hostRows([node = '', where, name = '']: readonly string[], value: string): readonly Told[] {
  if (where !== 'config') return []
  const field = hostFields.get(name)
  return field === undefined
    ? [setting({ of: 'FelixConfiguration', in: `node.${node}`, node, name, value })]
    : [told('calicoNodes', { name: node, [field]: value })]
}

function poolRows(parsed: unknown): readonly Told[] {
  const read = pool.safeParse(parsed).data
  if (read === undefined) return []
  const { cidr, ipip_mode, vxlan_mode, masquerade, disabled } = read
  const mode = (word: string | undefined): string | undefined =>
    word === 'cross-subnet' ? 'CrossSubnet' : word === 'always' ? 'Always' : undefined
  const spec = {
    cidr,
    ipipMode: mode(ipip_mode),
    vxlanMode: mode(vxlan_mode),
    natOutgoing: masquerade,
    disabled,
  }
  return [told('ipPools', ipPoolRow({ metadata: { name: cidr }, spec }))]
}

/** `assignment/ipv4/block/<cidr>` is a block, `host/<node>/ipv4/block/<cidr>` whose it is. */
function blockRows(path: readonly string[], parsed: unknown): readonly Told[] {
  const cidr = (path.at(-1) ?? '').replace(/-(?=\d{1,3}$)/, '/')
  const row =
    path[0] === 'assignment'
      ? ipamBlockRow({ spec: parsed })
      : path[0] === 'host' && path[3] === 'block'
        ? blockAffinityRow({ spec: { cidr, node: path[1] } })
        : undefined
  return row === undefined ? [] : [told('ipamBlocks', row)]
}

/** The lines below an entry's first one in `ip addr` and `ip link`. */
import type { LinkRow } from '#cluster/relations.ts'
import { familyOfAddress, wordsOf } from '#sources/formats/host-network/block.ts'

/** What one line tells; an empty one for lines that belong to the entry and tell nothing that counts here. */
export interface Detail {
  readonly isLinkLine?: boolean
  readonly mac?: string
  readonly address?: string
  readonly kind?: string
  readonly vxlan?: NonNullable<LinkRow['vxlan']>
}

export const isIndented = (line: string): boolean => /^\s/.test(line)

export function detailOf(line: string): Detail | undefined {
  const words = wordsOf(line)
  const first = words[0] ?? ''
  if (first.startsWith('link/')) return linkLine(words)
  if (first === 'inet' || first === 'inet6') return inetLine(words)
  if (kinds.has(first) && (isIndented(line) || words.length > 3)) return kindLine(words)
  return isOther(line) ? {} : undefined
}

function linkLine(words: readonly string[]): Detail {
  const type = words[0]?.slice('link/'.length) ?? ''
  const mac = words.find((word) => /^[\da-f]{2}(?::[\da-f]{2}){5}$/i.test(word))
  // The kernel's type of a tunnel is its kind; of Ethernet it is not.
  const kind = { ipip: 'ipip', sit: 'sit' }[type]
  return {
    isLinkLine: true,
    ...(type === 'ether' && mac !== undefined && { mac: mac.toLowerCase() }),
    ...(kind !== undefined && { kind }),
  }
}

/** Where a peer is given, its address has the length. */
function inetLine(words: readonly string[]): Detail | undefined {
  const [, own = '', mark, peer = ''] = words
  const family = familyOfAddress(own)
  if (family === undefined) return undefined
  const length = (mark === 'peer' ? peer : own).split('/')[1] ?? (family === 4 ? '32' : '128')
  return { address: own.includes('/') ? own : `${own}/${length}` }
}

/** Kinds of devices, as `ip -d` begins a line with them. */
const kinds: ReadonlySet<string> = new Set(
  'veth vxlan ipip bridge wireguard bond dummy vlan tun geneve gre gretap ip6gre ip6tnl sit macvlan macvtap ipvlan vrf ifb team netkit openvswitch nlmon xfrm'.split(
    ' ',
  ),
)

function kindLine(words: readonly string[]): Detail {
  const [kind = ''] = words
  if (kind !== 'vxlan') return { kind }
  const behind = (name: string): string | undefined => {
    const at = words.indexOf(name)
    return at < 0 ? undefined : words[at + 1]
  }
  const [id, port, local, parent] = ['id', 'dstport', 'local', 'dev'].map(behind)
  return {
    kind,
    vxlan: {
      ...(isNumber(id) && { id: Number(id) }),
      ...(isNumber(port) && { port: Number(port) }),
      ...(local !== undefined && { local }),
      ...(parent !== undefined && { parent }),
    },
  }
}

const isNumber = (word: string | undefined): word is string => word !== undefined && /^\d{1,10}$/.test(word)

const isOther = (line: string): boolean =>
  /^\s*(?:valid_lft \S+ preferred_lft|(?:RX|TX)(?: errors)?:|altname \S|alias \S|promiscuity \d|(?:bridge|bond|openvswitch)_slave\b|addrgenmode \w|prog\/xdp |vf \d|parentbus \w|numtxqueues \d|link-netns)/.test(
    line,
  )

/** IP arithmetic, and what an interface's name says about who reaches its addresses. */
import ipaddr from 'ipaddr.js'

type Cidr = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** `10.0.0.21/24` without its length; brackets of `[fd00::1]` and a port behind them come off, too. */
export const bareAddress = (text: string): string =>
  text
    .replace(/^\[([^\]]*)\].*$/, '$1')
    .replace(/\/\d+$/, '')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')

/** Whether the range holds the address; false where either is none. Both may be written with a length. */
export function holds(cidr: string, address: string): boolean {
  const range = parsedCidr(cidr)
  const one = parsedAddress(bareAddress(address))
  if (range === undefined || one === undefined || range[0].kind() !== one.kind()) return false
  return one.match(range)
}

/** Whether two ranges share addresses. */
export function overlaps(a: string, b: string): boolean {
  const [left, right] = [parsedCidr(a), parsedCidr(b)]
  if (left === undefined || right === undefined || left[0].kind() !== right[0].kind()) return false
  const length = Math.min(left[1], right[1])
  return left[0].match([right[0], length])
}

/** Whether two addresses with their lengths are of one subnet, as CrossSubnet modes see it. */
export const isSameSubnet = (a: string, b: string): boolean => holds(a, b) && holds(b, a)

/** Whether an address with its length is that of the subnet itself, which no machine of it has (but for two in a /31). */
export function isNetworkAddress(cidr: string): boolean {
  const parsed = parsedCidr(cidr)
  if (parsed === undefined || parsed[0].kind() !== 'ipv4' || parsed[1] > 31) return false
  return ipaddr.IPv4.networkAddressFromCIDR(cidr).toString() === bareAddress(cidr)
}

/** Whether an address is written without any other of its subnet: `10.0.0.9/32`. */
export const isAlone = (cidr: string): boolean => cidr.endsWith(familyOf(cidr) === 4 ? '/32' : '/128')

export const familyOf = (address: string): 4 | 6 | undefined => {
  const parsed = parsedAddress(bareAddress(address))
  return parsed === undefined ? undefined : parsed.kind() === 'ipv4' ? 4 : 6
}

/** An address that means another machine to everybody: loopback and link-local are one's own. */
export function isRoutable(address: string): boolean {
  const parsed = parsedAddress(bareAddress(address))
  return parsed !== undefined && !['loopback', 'linkLocal', 'unspecified'].includes(parsed.range())
}

function parsedAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = text.split('%')[0] ?? ''
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare)
  return ipaddr.IPv6.isValid(bare) ? ipaddr.IPv6.parse(bare) : undefined
}

function parsedCidr(text: string): Cidr | undefined {
  const [address = '', length] = text.split('/')
  const parsed = parsedAddress(address)
  if (parsed === undefined) return undefined
  const bits = parsed.kind() === 'ipv4' ? 32 : 128
  if (length === undefined) return [parsed, bits]
  return /^\d{1,3}$/.test(length) && Number(length) <= bits ? [parsed, Number(length)] : undefined
}

/**
 * Why peers do not reach addresses of an interface with this name; undefined for names of real cards. A bridge that holds
 * the card (`br0`, `br-ex`, `vmbr0`) is one.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/startup/autodetection/interfaces.go (DEFAULT_INTERFACES_TO_EXCLUDE)
 */
export const oddInterface = (name: string): string | undefined =>
  oddNames.find(([pattern]) => pattern.test(name))?.[1]

/** Whether an interface's name is one of a VPN or tunnel: odd, and yet sometimes what somebody wants. */
export const isTunnelInterface = (name: string): boolean => oddInterface(name) === vpn

const vpn = 'a VPN or tunnel'

const oddNames: readonly (readonly [RegExp, string])[] = [
  [/^(?:docker\d*|docker_gwbridge|br-[0-9a-f]{6,12})$/, 'a bridge of Docker, which only this host reaches'],
  [/^(?:podman|cni-podman|nerdctl)\d*$/, 'a bridge of containers, which only this host reaches'],
  [
    /^(?:virbr\d+|vboxnet\d+|vmnet\d+|lxcbr\d+|lxdbr\d+|mpqemubr\d+)/,
    'a bridge of virtual machines on this host',
  ],
  [/^(?:tun|tap|wg|ppp|utun|zt|tailscale|nordlynx|ipsec|gre|sit)[\w-]*\d|^(?:tailscale|wg)/, vpn],
  [/^(?:nodelocaldns|kube-ipvs0|dummy\d*|lo)$/, 'a local device: its address is the same on every node'],
  [
    /^(?:cali[0-9a-f]|tunl0|vxlan\.calico|vxlan-v6\.calico|wireguard\.cali|wg-v6\.cali|bpf\w+\.cali)/,
    'a device of Calico’s own',
  ],
  [
    /^(?:cni\d|flannel|cilium|weave|kube-bridge|veth|antrea|ovn|lxc[0-9a-f])/,
    'a device of another pod network',
  ],
]

/** Networks that every host of a kind uses inside itself: Docker’s default bridges, VirtualBox’s NAT, libvirt’s. */
export const isHostLocalNetwork = (address: string): boolean =>
  ['172.17.0.0/16', '172.18.0.0/16', '10.0.2.0/24', '192.168.122.0/24', '169.254.0.0/16'].some((range) =>
    holds(range, address),
  )

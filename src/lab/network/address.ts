import { Errno } from '#lab/host/ports.ts'

/** An IPv4 address as an unsigned 32-bit number. */
export type Ipv4 = number

/** A block of addresses: `network` has no bits outside of `mask`. */
export interface Cidr {
  readonly network: Ipv4
  readonly length: number // 0..32
  readonly mask: number
}

const known = new Map<string, Ipv4>()

/** The address that `text` writes in dotted form. Throws EINVAL when it is none. */
export function ipv4(text: string): Ipv4 {
  const seen = known.get(text)
  if (seen !== undefined) return seen
  const value = parsed(text)
  if (value === undefined) throw new Errno('EINVAL', text)
  if (known.size > 50_000) known.clear()
  known.set(text, value)
  return value
}

/** Whether `text` is a dotted IPv4 address, without a prefix length. */
export const isIpv4 = (text: string): boolean => known.has(text) || parsed(text) !== undefined

/** `10.0.0.21` */
export const ipv4Text = (address: Ipv4): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`

/** The mask of a prefix length from 0 to 32. */
export const maskOf = (length: number): number => (length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0)

/** `10.244.0.0/26`, or an address alone for a /32. Bits outside of the prefix are dropped. Throws EINVAL. */
export function cidr(text: string): Cidr {
  const [address = '', length = '32', ...rest] = text.split('/')
  if (rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32) throw new Errno('EINVAL', text)
  const mask = maskOf(Number(length))
  return { network: (ipv4(address) & mask) >>> 0, length: Number(length), mask }
}

/** `10.244.0.0/26`; always with its length. */
export const cidrText = ({ network, length }: Cidr): string => `${ipv4Text(network)}/${length}`

/** The address `index` after the first of a range: 10 of `10.96.0.0/12` is `10.96.0.10`, whatever bits are set outside of the prefix. Throws EINVAL. */
export const addressAt = (range: string, index: number): string => ipv4Text(cidr(range).network + index)

export const contains = (block: Cidr, address: Ipv4): boolean =>
  (address & block.mask) >>> 0 === block.network

const loopback = { network: ipv4('127.0.0.0'), length: 8, mask: 0xff000000 }

/** 127.0.0.0/8 */
export const isLoopback = (address: Ipv4): boolean => contains(loopback, address)

function parsed(text: string): Ipv4 | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return undefined
  const bytes = match.slice(1).map(Number)
  if (bytes.some((byte) => byte > 255)) return undefined
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

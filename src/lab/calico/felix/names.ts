/** Names and bits that Felix's rules use (projectcalico/calico:felix/rules/rule_defs.go, libcalico-go/lib/hash/unique_id.go). */
import { createHash } from 'node:crypto'

/** Felix's default mark mask is 0xffff0000; up to 3.29 it takes the bits in this order. */
export const marks = {
  accept: 0x10000,
  pass: 0x20000,
  scratch0: 0x40000,
  scratch1: 0x80000,
  all: 0xf0000,
} as const

const chainNameMax = 28

/** iptables allows 28 characters; longer names end in a hash. */
export function chainName(prefix: string, name: string, max = chainNameMax): string {
  if (prefix.length + name.length <= max && !name.startsWith('_')) return prefix + name
  const hash = createHash('sha256').update(name).digest('base64url')
  return `${prefix}_${hash}`.slice(0, max)
}

const setNameMax = 31

/** `cali40s:…` for a selector, `cali40n:…` for a named port, … */
export function setName(kind: 's' | 'n', text: string): string {
  const known = setNames.get(`${kind}${text}`)
  if (known) return known
  const hash = createHash('sha224').update(text).digest('base64url')
  const name = `cali40${kind}:${hash}`.slice(0, setNameMax)
  if (setNames.size > 50_000) setNames.clear()
  setNames.set(`${kind}${text}`, name)
  return name
}

const setNames = new Map<string, string>()

export const sets = {
  allHosts: 'cali40all-hosts-net',
  allVxlan: 'cali40all-vxlan-net',
  thisHost: 'cali40this-host',
  allPools: 'cali40all-ipam-pools',
  masqueraded: 'cali40masq-ipam-pools',
} as const

/** Addresses and networks: staging:apiserver/pkg/cel/library/{ip,cidr}.go (Kubernetes 1.30). */
import type { Environment } from '@marcbachmann/cel-js'
import ipaddr from 'ipaddr.js'
import { fail } from '#lab/api/cel/failure.ts'

type Parsed = ipaddr.IPv4 | ipaddr.IPv6

class Ip {
  readonly parsed: Parsed

  constructor(parsed: Parsed) {
    this.parsed = parsed
  }

  get text(): string {
    return this.parsed instanceof ipaddr.IPv6 ? this.parsed.toRFC5952String() : this.parsed.toString()
  }

  get family(): 4 | 6 {
    return this.parsed.kind() === 'ipv4' ? 4 : 6
  }

  isIn(...ranges: readonly string[]): boolean {
    return ranges.includes(this.parsed.range())
  }
}

class Cidr {
  readonly ip: Ip
  readonly length: number

  constructor(ip: Ip, length: number) {
    this.ip = ip
    this.length = length
  }

  get text(): string {
    return `${this.ip.text}/${this.length}`
  }

  get masked(): Cidr {
    const of = this.ip.family === 4 ? ipaddr.IPv4 : ipaddr.IPv6
    return new Cidr(new Ip(of.networkAddressFromCIDR(this.text)), this.length)
  }

  holds({ parsed, family }: Ip): boolean {
    return family === this.ip.family && parsed.match(this.ip.parsed as ipaddr.IPv4 & ipaddr.IPv6, this.length)
  }

  contains(other: Cidr): boolean {
    return other.length >= this.length && this.holds(other.ip)
  }
}

/** Four numbers without leading zeros, or an IPv6 address without a zone and without an IPv4 one inside: Go's netip, and ip.go. */
function ipOf(text: string): Ip | string {
  const says = (why: string): string =>
    `IP Address ${JSON.stringify(text)} parse error during conversion from string: ${why}`
  if (text.includes('%')) return `IP address ${JSON.stringify(text)} with zone value is not allowed`
  const isFour = ipaddr.IPv4.isValidFourPartDecimal(text) && !/(^|\.)0\d/.test(text)
  if (isFour) return new Ip(ipaddr.IPv4.parse(text))
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text))
    return says(`ParseAddr(${JSON.stringify(text)}): unable to parse IP`)
  const parsed = ipaddr.IPv6.parse(text)
  if (parsed.isIPv4MappedAddress()) return `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`
  return new Ip(parsed)
}

function cidrOf(text: string): Cidr | string {
  const [address = '', length, ...more] = text.split('/')
  const ip = ipOf(address)
  const says = (why: string): string =>
    `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): ${why}`
  if (length === undefined) return says("no '/'")
  if (typeof ip === 'string') return says(`ParseAddr(${JSON.stringify(address)}): unable to parse IP`)
  if (more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length))
    return says(`bad bits after slash: ${JSON.stringify(length)}`)
  return Number(length) > (ip.family === 4 ? 32 : 128)
    ? says('prefix length out of range')
    : new Cidr(ip, Number(length))
}

const made = <T extends object>(of: T | string): T => (typeof of === 'string' ? fail(of) : of)

class IpNamespace {}

export function registerAddresses(environment: Environment): void {
  const ip = 'net.IP'
  const shows = (name: string, ...ranges: readonly string[]): void => {
    environment.registerFunction(`${ip}.${name}(): bool`, (of: Ip) => of.isIn(...ranges))
  }
  environment
    .registerType(ip, Ip)
    .registerType('IpNamespace', IpNamespace)
    .registerConstant('ip', 'IpNamespace', new IpNamespace())
    .registerFunction(`ip(string): ${ip}`, (text: string) => made(ipOf(text)))
    .registerFunction('isIP(string): bool', (text: string) => typeof ipOf(text) !== 'string')
    .registerFunction(
      'IpNamespace.isCanonical(string): bool',
      (_: unknown, text: string) => made(ipOf(text)).text === text,
    )
    .registerFunction(`string(${ip}): string`, ({ text }: Ip) => text)
    .registerFunction(`${ip}.family(): int`, ({ family }: Ip) => BigInt(family))
    .registerFunction(`${ip}.isLinkLocalMulticast(): bool`, ({ text }: Ip) =>
      /^(224\.0\.0\.\d+|ff.2:.*)$/.test(text),
    )
    .registerFunction(
      `${ip}.isGlobalUnicast(): bool`,
      (of: Ip) => !of.isIn('unspecified', 'loopback', 'multicast', 'linkLocal', 'broadcast'),
    )
    .registerOperator(`${ip} == ${ip}`, (a: Ip, b: Ip) => a.text === b.text)
  shows('isUnspecified', 'unspecified')
  shows('isLoopback', 'loopback')
  shows('isLinkLocalUnicast', 'linkLocal')
  registerNetworks(environment)
}

function registerNetworks(environment: Environment): void {
  const cidr = 'net.CIDR'
  environment
    .registerType(cidr, Cidr)
    .registerFunction(`cidr(string): ${cidr}`, (text: string) => made(cidrOf(text)))
    .registerFunction('isCIDR(string): bool', (text: string) => typeof cidrOf(text) !== 'string')
    .registerFunction(`string(${cidr}): string`, ({ text }: Cidr) => text)
    .registerFunction(`${cidr}.ip(): net.IP`, (of: Cidr) => of.ip)
    .registerFunction(`${cidr}.masked(): ${cidr}`, ({ masked }: Cidr) => masked)
    .registerFunction(`${cidr}.prefixLength(): int`, ({ length }: Cidr) => BigInt(length))
    .registerFunction(`${cidr}.containsIP(net.IP): bool`, (of: Cidr, ip: Ip) => of.holds(ip))
    .registerFunction(`${cidr}.containsIP(string): bool`, (of: Cidr, ip: string) => of.holds(made(ipOf(ip))))
    .registerFunction(`${cidr}.containsCIDR(${cidr}): bool`, (of: Cidr, other: Cidr) => of.contains(other))
    .registerFunction(`${cidr}.containsCIDR(string): bool`, (of: Cidr, other: string) =>
      of.contains(made(cidrOf(other))),
    )
    .registerOperator(`${cidr} == ${cidr}`, (a: Cidr, b: Cidr) => a.text === b.text)
}

/** Whether a rule matches a packet: its conditions compiled once, asked for every packet. */
import { Errno } from '#lab/host/ports.ts'
import { cidr, contains, type Ipv4 } from '#lab/network/address.ts'
import type { Surveyor } from '#lab/network/ground.ts'
import type { IpSets } from '#lab/network/ip-sets.ts'
import type { Packet } from '#lab/network/packet.ts'
import type { PortRange, Rule, SetMatch } from '#lab/network/rule.ts'
import type { Tallies } from '#lab/network/tally.ts'

/** What conditions ask of the host they are on. */
export interface Asked {
  readonly ipSets: Pick<IpSets, 'get' | 'footings'>
  isLocal(address: Ipv4): boolean
  /** Whether this is an address of that link. */
  isOn(link: string, address: Ipv4): boolean
  /** Whether an answer to this source would leave by that link. */
  answersBy(source: Ipv4, link: string): boolean
  readonly recent: Recent
}

/** Who was noted when, by list (`/proc/net/xt_recent`). */
export interface Recent {
  isNoted(list: string, address: Ipv4, seconds: number): boolean
  note(list: string, address: Ipv4): void
}

/** Where a chain is asked from. */
export interface Passage {
  readonly packet: Packet
  readonly in?: string | undefined
  readonly out?: string | undefined
  readonly host: Asked
  /** Told which chains and sets are asked. */
  readonly surveyor?: Surveyor
  /** Told which rules are met, of packets that are really sent. */
  readonly tallies?: Tallies | undefined
  /** A number in [0, 1). */
  draw(): number
  /** Whether this host has rewritten the conversation's destination. */
  readonly translated: boolean
  /** Nothing is noted. */
  readonly dry: boolean
  /** Told of each packet that a `log` target sees. */
  readonly onLog?: (prefix: string) => void
  /**
   * Of how many answers chance took one; infinite when it depends on what was before. Above 1, nobody keeps it for the next
   * packet.
   */
  choices: number
}

export type Test = (p: Passage) => boolean

/** Throws EINVAL for an address that is none. Conditions stay the same value while the rules around them change: they are compiled once. */
export function compileMatch(match: Rule['match']): Test {
  const known = compiled.get(match)
  if (known !== undefined) return known
  const test = compile(Object.freeze(match))
  compiled.set(match, test)
  return test
}

const compiled = new WeakMap<Rule['match'], Test>()

function compile(match: Rule['match']): Test {
  const tests: Test[] = []
  const { protocol, notProtocol, port, mark, unmarked, oneIn } = match
  if (match.in !== undefined) tests.push(onLink(match.in, (p) => p.in))
  if (match.out !== undefined) tests.push(onLink(match.out, (p) => p.out))
  if (protocol !== undefined) tests.push((p) => p.packet.protocol === protocol)
  if (notProtocol !== undefined) tests.push((p) => p.packet.protocol !== notProtocol)
  if (match.source !== undefined) tests.push(within(match.source, (p) => p.packet.source))
  if (match.destination !== undefined) tests.push(within(match.destination, (p) => p.packet.destination))
  if (port !== undefined) tests.push((p) => p.packet.port === port)
  tests.push(...portTests(match), ...icmpTest(match.icmp), ...stateTest(match.state))
  if (mark !== undefined) tests.push((p) => (p.packet.mark & mark) >>> 0 === mark >>> 0)
  if (unmarked !== undefined) tests.push((p) => (p.packet.mark & unmarked) === 0)
  for (const set of [...(match.set ? [match.set] : []), ...(match.sets ?? [])]) tests.push(inSet(set))
  tests.push(...hostTests(match))
  // Last, so that only packets which everything else matches draw or are noted.
  if (oneIn !== undefined) tests.push(drawn(oneIn))
  if (match.recent !== undefined) tests.push(recently(match.recent))
  return all(tests)
}

/** Every test, in order, until one fails. Most rules have few: then no loop is needed. */
function all(tests: readonly Test[]): Test {
  const [first, second, third, ...more] = tests
  if (first === undefined) return () => true
  if (second === undefined) return first
  if (third === undefined) return (p) => first(p) && second(p)
  const rest = all([third, ...more])
  return (p) => first(p) && second(p) && rest(p)
}

function onLink(pattern: string, name: (p: Passage) => string | undefined): Test {
  if (pattern.startsWith('!')) {
    const positive = onLink(pattern.slice(1).trim(), name)
    return (p) => !positive(p)
  }
  if (!pattern.endsWith('+')) return (p) => name(p) === pattern
  const prefix = pattern.slice(0, -1)
  return (p) => name(p)?.startsWith(prefix) ?? false
}

function within(text: string, address: (p: Passage) => Ipv4): Test {
  const not = text.startsWith('!')
  const block = cidr(text.replace(/^!\s*/, ''))
  return (p) => contains(block, address(p)) !== not
}

export const isInRange = (port: number, range: PortRange): boolean =>
  typeof range === 'number' ? port === range : port >= range[0] && port <= range[1]

function portTests({ ports, notPorts, sourcePorts, notSourcePorts }: Rule['match']): readonly Test[] {
  const among = (ranges: readonly PortRange[], port: number): boolean =>
    ranges.some((range) => isInRange(port, range))
  return [
    ...(ports ? [(p: Passage) => among(ports, p.packet.port)] : []),
    ...(notPorts ? [(p: Passage) => !among(notPorts, p.packet.port)] : []),
    ...(sourcePorts ? [(p: Passage) => among(sourcePorts, p.packet.sourcePort)] : []),
    ...(notSourcePorts ? [(p: Passage) => !among(notSourcePorts, p.packet.sourcePort)] : []),
  ]
}

/** What the lab's pings are. */
const echoRequest = { type: 8, code: 0 }

function icmpTest(icmp: Rule['match']['icmp']): readonly Test[] {
  if (icmp === undefined) return []
  const { type, code, not = false } = icmp
  return [
    ({ packet }) => {
      const has = packet.icmp ?? (packet.state === 'new' ? echoRequest : { type: 0, code: 0 })
      return (has.type === type && (code === undefined || has.code === code)) !== not
    },
  ]
}

function stateTest(state: Rule['match']['state']): readonly Test[] {
  if (state === undefined) return []
  if (state === 'dnat' || state === 'not-dnat') return [(p) => p.translated === (state === 'dnat')]
  return [(p) => p.packet.state === state]
}

function inSet({ name, side, not = false }: SetMatch): Test {
  return ({ packet, host, surveyor }) => {
    if (surveyor?.looks) surveyor.standOn(host.ipSets.footings.of(name))
    const set = host.ipSets.get(name)
    if (set === undefined) return not
    switch (side) {
      case 'src':
        return set.has(packet.source) !== not
      case 'dst':
        return set.has(packet.destination) !== not
      case 'src,src':
        return set.hasPort(packet.source, packet.protocol, packet.sourcePort) !== not
      default:
        return set.hasPort(packet.destination, packet.protocol, packet.port) !== not
    }
  }
}

function hostTests({ sourceType, destinationType, reversePath }: Rule['match']): readonly Test[] {
  const tests: Test[] = []
  if (sourceType !== undefined) tests.push(({ packet, host }) => host.isLocal(packet.source))
  if (sourceType === 'local-elsewhere')
    tests.push(({ packet, host, out }) => out === undefined || !host.isOn(out, packet.source))
  if (destinationType !== undefined) tests.push(({ packet, host }) => host.isLocal(packet.destination))
  if (reversePath !== undefined)
    tests.push((p) => p.in !== undefined && !p.host.answersBy(p.packet.source, p.in))
  return tests
}

function drawn(oneIn: number): Test {
  if (!(oneIn >= 1)) throw new Errno('EINVAL')
  return (p) => {
    if (oneIn === 1) return true
    p.choices = Math.max(p.choices, Math.ceil(oneIn - 1e-6))
    return p.draw() * oneIn < 1
  }
}

function recently(recent: NonNullable<Rule['match']['recent']>): Test {
  return (p) => {
    p.choices = Number.POSITIVE_INFINITY
    const { source } = p.packet
    if (recent.op === 'check') return p.host.recent.isNoted(recent.name, source, recent.seconds)
    if (!p.dry) p.host.recent.note(recent.name, source)
    return true
  }
}

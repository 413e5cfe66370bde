import type { Random } from '#base/random.ts'
import { Errno } from '#lab/host/ports.ts'
import { type Cidr, cidr, contains, type Ipv4, ipv4 } from '#lab/network/address.ts'
import type { Packet } from '#lab/network/packet.ts'
import type { Rule } from '#lab/network/ports.ts'

/** Where a chain is asked from. */
export interface Passage {
  readonly packet: Packet
  readonly in?: string | undefined
  readonly out?: string | undefined
  readonly sets: ReadonlyMap<string, readonly Cidr[]>
  readonly chance: Random
  /** Set when the answer was drawn by chance, so that nobody keeps it for the next packet. */
  drawn: boolean
}

export type Answer =
  | { readonly kind: 'accept' | 'drop' | 'reject'; readonly by: string }
  | { readonly kind: 'dnat'; readonly to: Ipv4; readonly port: number; readonly by: string }
  | { readonly kind: 'masquerade'; readonly by: string }

export type Chains = Readonly<Record<string, readonly Rule[]>>

interface Compiled {
  readonly rule: Rule
  readonly matches: (p: Passage) => boolean
}

/** A table's chains, kept as they were restored and in a form that is quick to ask. */
export class ChainSet {
  readonly #chains = new Map<string, readonly Compiled[]>()
  #listed: Chains | undefined

  /** Replaces these chains whole; an empty array removes one. Throws EINVAL for an address that is none. */
  restore(chains: Chains): void {
    const compiled = Object.entries(chains).map(([name, rules]) => [name, rules.map(compile)] as const)
    for (const [name, rules] of compiled) {
      if (rules.length === 0) this.#chains.delete(name)
      else this.#chains.set(name, rules)
    }
    this.#listed = undefined
  }

  chains(): Chains {
    this.#listed ??= Object.freeze(
      Object.fromEntries([...this.#chains].map(([name, rules]) => [name, rules.map(({ rule }) => rule)])),
    )
    return this.#listed
  }

  /** The first terminal target; nothing when every chain ended without one. Marks the packet on the way. */
  ask(name: string, p: Passage, depth = 0): Answer | undefined {
    // The kernel refuses loops when a chain is loaded; here a loop ends like a chain without an answer.
    if (depth > 64) return undefined
    const rules = this.#chains.get(name)
    if (rules === undefined) return undefined
    for (const compiled of rules) {
      if (!compiled.matches(p)) continue
      const { rule } = compiled
      const { target } = rule
      switch (target.kind) {
        case 'return':
          return undefined
        case 'mark':
          p.packet.mark |= target.mark
          break
        case 'jump': {
          const answer = this.ask(target.chain, p, depth + 1)
          if (answer) return answer
          break
        }
        case 'goto':
          return this.ask(target.chain, p, depth + 1)
        case 'dnat':
          return { kind: 'dnat', to: ipv4(target.to), port: target.port, by: name }
        default:
          return { kind: target.kind, by: rule.comment ? `${name} (${rule.comment})` : name }
      }
    }
    return undefined
  }

  clear(): void {
    this.#chains.clear()
    this.#listed = undefined
  }
}

function compile(rule: Rule): Compiled {
  const { match, target } = rule
  if (target.kind === 'dnat') ipv4(target.to)
  const tests: Test[] = []
  const { protocol, port, state, set, mark, oneIn } = match
  if (match.in !== undefined) tests.push(onLink(match.in, (p) => p.in))
  if (match.out !== undefined) tests.push(onLink(match.out, (p) => p.out))
  if (protocol !== undefined) tests.push((p) => p.packet.protocol === protocol)
  if (match.source !== undefined) tests.push(within(match.source, (p) => p.packet.source))
  if (match.destination !== undefined) tests.push(within(match.destination, (p) => p.packet.destination))
  if (port !== undefined) tests.push((p) => p.packet.port === port)
  if (state !== undefined) tests.push((p) => p.packet.state === state)
  if (mark !== undefined) tests.push((p) => (p.packet.mark & mark) === mark)
  if (set !== undefined) tests.push(inSet(set))
  // Last, so that only packets which everything else matches draw.
  if (oneIn !== undefined) tests.push(drawn(oneIn))
  const frozen = Object.freeze(rule)
  return { rule: frozen, matches: all(tests) }
}

type Test = (p: Passage) => boolean

/** Every test, in order, until one fails. Most rules have few: then no loop is needed. */
function all(tests: readonly Test[]): Test {
  const [first, second, third, ...more] = tests
  if (first === undefined) return () => true
  if (second === undefined) return first
  if (third === undefined) return (p) => first(p) && second(p)
  const rest = all([third, ...more])
  return (p) => first(p) && second(p) && rest(p)
}

function onLink(pattern: string, name: (p: Passage) => string | undefined): (p: Passage) => boolean {
  if (!pattern.endsWith('+')) return (p) => name(p) === pattern
  const prefix = pattern.slice(0, -1)
  return (p) => name(p)?.startsWith(prefix) ?? false
}

function within(text: string, address: (p: Passage) => Ipv4): (p: Passage) => boolean {
  const not = text.startsWith('!')
  const block = cidr(text.replace(/^!\s*/, ''))
  return (p) => contains(block, address(p)) !== not
}

function inSet({ name, side, not = false }: NonNullable<Rule['match']['set']>): (p: Passage) => boolean {
  return (p) => {
    const address = side === 'src' ? p.packet.source : p.packet.destination
    const members = p.sets.get(name)
    return (members?.some((member) => contains(member, address)) ?? false) !== not
  }
}

function drawn(oneIn: number): (p: Passage) => boolean {
  if (!(oneIn >= 1)) throw new Errno('EINVAL')
  return (p) => {
    if (oneIn === 1) return true
    p.drawn = true
    return p.chance.next() * oneIn < 1
  }
}

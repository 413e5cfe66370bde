import { type Ipv4, ipv4 } from '#lab/network/address.ts'
import { type Footing, Footings, type Tremors } from '#lab/network/ground.ts'
import { compileMatch, type Passage } from '#lab/network/matching.ts'
import type { Chains, RejectWith, Rule } from '#lab/network/rule.ts'
import type { ChainCounts, Count, Tallies } from '#lab/network/tally.ts'

export type { Chains } from '#lab/network/rule.ts'

export type Answer =
  | { readonly kind: 'accept' | 'drop' | 'notrack'; readonly by: string }
  | { readonly kind: 'reject'; readonly with: RejectWith; readonly by: string }
  | { readonly kind: 'dnat'; readonly to: Ipv4; readonly port: number | undefined; readonly by: string }
  | { readonly kind: 'snat'; readonly to: Ipv4; readonly by: string }
  | { readonly kind: 'masquerade'; readonly by: string }

interface Compiled {
  readonly rule: Rule
  readonly matches: (p: Passage) => boolean
}

interface Chain {
  /** As it was given, so that whoever gave it can tell it by its identity. */
  readonly rules: readonly Rule[]
  readonly compiled: readonly Compiled[]
  readonly evenFrom: number | undefined
}

/** A table's chains, kept as they were restored and in a form that is quick to ask. */
export class ChainSet {
  /** In most namespaces there are none. */
  #chains: Map<string, Chain> | undefined
  /** Of the names that ways asked for, whether there is such a chain or not. */
  readonly #footings: Footings<string>
  #policies: Map<string, 'accept' | 'drop'> | undefined
  #listed: Chains | undefined
  /** Of the chains that packets have met. */
  #counts: Map<string, ChainCounts> | undefined
  #tallies: Tallies | undefined

  constructor(tremors: Tremors) {
    this.#footings = new Footings(tremors)
  }

  /** Replaces these chains whole; an empty array removes one. Throws EINVAL for an address that is none. */
  restore(chains: Chains): void {
    const names = Object.keys(chains)
    const compiled = names.map((name) => compiledChain(chains[name] ?? none)) // all of them, before any is replaced
    for (const [at, name] of names.entries()) {
      const { rules } = compiled[at] as Chain // one for each name
      const before = this.#chains?.get(name)?.rules
      if (before === rules) continue
      this.#footings.shake(name)
      this.#counts?.get(name)?.rewritten(before ?? none, rules)
      if (rules.length === 0) this.#chains?.delete(name)
      else {
        this.#chains ??= new Map()
        this.#chains.set(name, compiled[at] as Chain)
      }
    }
    this.#listed = undefined
  }

  chains(): Chains {
    this.#listed ??= this.#list()
    return this.#listed
  }

  /** Without a prototype: the engine takes a third of the time for that many names that it has never seen. */
  #list(): Chains {
    const chains: Record<string, readonly Rule[]> = Object.create(null)
    for (const [name, { rules }] of this.#chains ?? []) chains[name] = rules
    return Object.freeze(chains)
  }

  setPolicy(chain: string, policy: 'accept' | 'drop'): void {
    this.#policies ??= new Map()
    this.#policies.set(chain, policy)
  }

  policy(chain: string): 'accept' | 'drop' {
    return this.#policies?.get(chain) ?? 'accept'
  }

  /** What the rules of a built-in chain decide, else its policy. Nothing when it lets the packet on without a word. */
  decide(chain: string, p: Passage): Answer | undefined {
    const answer = this.ask(chain, p)
    if (answer !== undefined) return answer
    if (p.tallies !== undefined) p.tallies.meet(p.host, this.#countsOf(chain, p.tallies), 0)
    return this.unanswered(chain)
  }

  /** What met the rules of a chain, in their order, and what met its policy. */
  counted(name: string): { readonly policy: Count; readonly rules: readonly Count[] } {
    const counts = this.#counts?.get(name)
    const rules = this.#chains?.get(name)?.rules ?? none
    return {
      policy: counts?.at(0) ?? nothing,
      rules: rules.map((_, at) => counts?.at(at + 1) ?? nothing),
    }
  }

  /** Of one chain, or of all. */
  zero(name?: string): void {
    for (const [each, counts] of this.#counts ?? []) if (name === undefined || each === name) counts.zero()
  }

  #countsOf(name: string, tallies: Tallies): ChainCounts {
    this.#tallies = tallies
    this.#counts ??= new Map()
    const known = this.#counts.get(name)
    if (known !== undefined) return known
    const made = tallies.counts()
    this.#counts.set(name, made)
    return made
  }

  has(chain: string): boolean {
    return this.#chains?.has(chain) === true
  }

  /** What happens to a packet of which the rules of a built-in chain say nothing. */
  unanswered(chain: string): Answer | undefined {
    return this.policy(chain) === 'drop' ? { kind: 'drop', by: `${chain} (policy DROP)` } : undefined
  }

  /** What a way lies on that asks this chain. */
  footing(name: string): Footing {
    return this.#footings.of(name)
  }

  /** The first terminal target; nothing when every chain ended without one. Marks the packet on the way. */
  ask(name: string, p: Passage, depth = 0): Answer | undefined {
    // The kernel refuses loops when a chain is loaded; here a loop ends like a chain without an answer.
    if (depth > 64) return undefined
    const chain = this.#chains?.get(name)
    if (p.surveyor?.looks) p.surveyor.standOn(this.footing(name))
    if (chain === undefined) return undefined
    const { compiled, evenFrom } = chain
    const { tallies } = p
    let counts: ChainCounts | undefined
    for (let at = 0; at < compiled.length; at++) {
      const even = at === evenFrom
      if (even) at += drawnOf(compiled.length - at, p)
      const { rule, matches } = compiled[at] as Compiled // an index below the length
      if (!even && !matches(p)) continue
      if (tallies !== undefined) {
        counts ??= this.#countsOf(name, tallies)
        tallies.meet(p.host, counts, at + 1)
      }
      const { target } = rule
      switch (target.kind) {
        case 'return':
          return undefined
        case 'mark':
          p.packet.mark = ((p.packet.mark & ~(target.mask ?? target.mark)) | target.mark) >>> 0
          break
        case 'none':
          break
        case 'log':
          p.onLog?.(target.prefix)
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
        case 'snat':
          return { kind: 'snat', to: ipv4(target.to), by: name }
        case 'reject':
          return {
            kind: 'reject',
            with: target.with ?? 'icmp-port-unreachable',
            by: labelled(name, rule),
          }
        default:
          return { kind: target.kind, by: labelled(name, rule) }
      }
    }
    return undefined
  }

  clear(): void {
    this.#footings.shakeAll()
    this.#chains = undefined
    this.#policies = undefined
    this.#listed = undefined
    for (const counts of this.#counts?.values() ?? []) this.#tallies?.release(counts)
    this.#counts = undefined
  }
}

/** The chain with what its rule says of itself; Felix's hashes say nothing to people. */
function labelled(chain: string, rule: Rule): string {
  const known = labels.get(rule)
  if (known?.chain === chain) return known.label
  const label = labelOf(chain, rule)
  labels.set(rule, { chain, label })
  return label
}

/** Rules are frozen, and each answers many packets. */
const labels = new WeakMap<Rule, { readonly chain: string; readonly label: string }>()

function labelOf(chain: string, { comment }: Rule): string {
  const words = (comment ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('cali:'))
  return words.length === 0 ? chain : `${chain} (${words.join('; ')})`
}

const none: readonly Rule[] = []
const nothing: Count = { packets: 0, bytes: 0 }

/** Nodes restore the same arrays of rules: those are compiled once. */
function compiledChain(rules: readonly Rule[]): Chain {
  const known = compiledChains.get(rules)
  if (known) return known
  const compiled = rules.map((rule) => {
    const { target } = rule
    if (target.kind === 'dnat' || target.kind === 'snat') ipv4(target.to)
    const matches = compileMatch(rule.match)
    return { rule: Object.freeze(rule), matches }
  })
  const made = { rules, compiled, evenFrom: evenFrom(rules) }
  compiledChains.set(rules, made)
  return made
}

const compiledChains = new WeakMap<readonly Rule[], Chain>()

/**
 * Where the rest of a chain is as kube-proxy shares a Service out: one in n goes to the first, of the others one in n - 1 to
 * the second, and so on. One draw decides that as well as n draws do.
 */
function evenFrom(rules: readonly Rule[]): number | undefined {
  let at = rules.length
  while (at > 0 && sharesOut(rules[at - 1] as Rule, rules.length - at + 1)) at--
  return rules.length - at < 2 ? undefined : at
}

function sharesOut({ match, target }: Rule, among: number): boolean {
  const { oneIn = 1, ...more } = match
  return target.kind === 'jump' && Math.abs(oneIn - among) < 1e-6 && Object.keys(more).length === 0
}

/** Which of `among` chance takes. */
function drawnOf(among: number, p: Passage): number {
  p.choices = Math.max(p.choices, among)
  return Math.floor(p.draw() * among)
}

/** NAT as connection tracking does it: the first packet is rewritten by rules, what follows by what is remembered of it. */
import { type Ipv4, ipv4Text } from '#lab/network/address.ts'
import type { Answer, ChainSet } from '#lab/network/chains.ts'
import type { LinkState } from '#lab/network/devices.ts'
import type { Surveyor } from '#lab/network/ground.ts'
import type { Passage } from '#lab/network/matching.ts'
import { type Binding, type Flow, type Packet, type Tuple, tupleOf } from '#lab/network/packet.ts'
import { logLine } from '#lab/network/packet-lines.ts'
import type { Hop } from '#lab/network/ports.ts'
import type { SimStack } from '#lab/network/stack.ts'
import type { Tallies } from '#lab/network/tally.ts'

/** One packet on its way. */
export interface Walk {
  readonly packet: Packet
  readonly flow: Flow
  /** Runs against the conversation's first direction. */
  readonly reply: boolean
  /** Draws from a chance of its own. */
  readonly dry?: boolean
  /** Collects what happened, for people. */
  readonly hops?: Hop[]
  /** An ICMP error: causes none itself. */
  readonly silent?: boolean
  /** The packet that this one carries through a tunnel. */
  readonly carries?: Walk
  /** What was carried has been taken out: verdicts are about that from then on. */
  opened?: boolean
  /** Set when chance or a new rewriting had a part: the answer holds for this conversation only. */
  personal: boolean
  /** Set when chance had a part, or somebody was told of this very packet: the next conversation may fare otherwise. */
  drawn?: boolean
  /** How many source ports were drawn for it, which is not that. */
  portsDrawn?: number
  /** Source ports that were drawn for it already. */
  readonly ports?: number[]
  count: number
}

/** One packet in one host. */
export interface Visit {
  readonly stack: SimStack
  readonly walk: Walk
  readonly in: LinkState | undefined
  readonly entered: Tuple
  readonly binding: Binding | undefined
  /** Whether this host rewrites the destination, now or for the whole conversation. */
  readonly translated: boolean
}

/** A packet comes in, or leaves its sender: its destination may be rewritten. */
export function enter(
  stack: SimStack,
  walk: Walk,
  link: LinkState | undefined,
  chain: 'PREROUTING' | 'OUTPUT',
  out: string | undefined,
): Visit {
  const p = walk.packet
  const entered = tupleOf(p)
  const kept = walk.flow.bindings.get(stack)
  const binding = kept?.generation === stack.generation && isOf(kept, entered, walk.reply) ? kept : undefined
  let translated = binding !== undefined && !sameDestination(binding.original, binding.translated)
  if (binding) {
    if (walk.reply) rewriteDestination(walk, binding.original.source, binding.original.sourcePort)
    else rewriteDestination(walk, binding.translated.destination, binding.translated.port)
  } else if (!walk.reply) {
    // New, or picked up in midstream by a host that forgot it: either way the nat table decides.
    const answer = ask(stack, walk, { table: 'nat', chain, in: link?.name, out })
    if (answer?.kind === 'dnat') {
      const port = answer.port ?? p.port
      walk.hops?.push({
        at: stack.name,
        what: `destination NAT to ${ipv4Text(answer.to)}:${port} by ${answer.by}`,
      })
      walk.personal = true
      translated = true
      rewriteDestination(walk, answer.to, port)
    }
  }
  return { stack, walk, in: link, entered, binding, translated }
}

/** A packet goes out on a link: its source may be rewritten. */
export function leave(visit: Visit, out: string): void {
  const { stack, walk, binding } = visit
  if (binding) {
    if (walk.reply) rewriteSource(walk, binding.original.destination, binding.original.port)
    else rewriteSource(walk, binding.translated.source, binding.translated.sourcePort)
    return
  }
  if (walk.reply) return
  const answer = ask(stack, walk, {
    table: 'nat',
    chain: 'POSTROUTING',
    out,
    translated: visit.translated,
  })
  if (answer?.kind === 'masquerade' || answer?.kind === 'snat') {
    const source = answer.kind === 'snat' ? answer.to : stack.sourceFor(out)
    if (source !== undefined) {
      walk.hops?.push({ at: stack.name, what: `source NAT to ${ipv4Text(source)} by ${answer.by}` })
      // kube-proxy and Felix both ask for --random-fully.
      rewriteSource(walk, source, walk.ports?.shift() ?? portOf(draw(stack, walk)))
      walk.portsDrawn = (walk.portsDrawn ?? 0) + 1
      settle(visit, { drawsPort: true })
      return
    }
  }
  settle(visit)
}

/** A source port for a conversation whose first packet is not walked. */
export const drawnPort = (stack: SimStack): number => portOf(stack.drawNow())

const portOf = (drawn: number): number => firstPort + Math.floor(drawn * (lastPort - firstPort + 1))

/** Remembers how this host rewrote the conversation's first packet. */
export function settle(
  { stack, walk, entered, binding }: Visit,
  how: { readonly drawsPort?: true } = {},
): void {
  if (binding || walk.reply) return
  const translated = tupleOf(walk.packet)
  if (sameTuple(entered, translated)) return
  walk.personal = true
  walk.flow.bindings.set(stack, { generation: stack.generation, original: entered, translated, ...how })
}

export function rewriteSource({ packet }: Walk, source: Ipv4, port: number): void {
  packet.source = source
  packet.sourcePort = port
}

function rewriteDestination({ packet }: Walk, destination: Ipv4, port: number): void {
  packet.destination = destination
  packet.port = port
}

const isOf = ({ original, translated }: Binding, t: Tuple, reply: boolean): boolean =>
  reply
    ? t.source === translated.destination &&
      t.sourcePort === translated.port &&
      t.destination === translated.source &&
      t.port === translated.sourcePort
    : sameTuple(original, t)

export const sameTuple = (a: Tuple, b: Tuple): boolean =>
  a.source === b.source &&
  a.sourcePort === b.sourcePort &&
  a.destination === b.destination &&
  a.port === b.port

const sameDestination = (a: Tuple, b: Tuple): boolean => a.destination === b.destination && a.port === b.port

export interface Question {
  readonly table: 'raw' | 'mangle' | 'nat' | 'filter'
  readonly chain: string
  readonly in?: string | undefined
  readonly out?: string | undefined
  readonly translated?: boolean
}

/**
 * What the chains of one table say, of both back-ends where both are used. To be accepted by one ends the way through that one
 * only; which of them is asked first is the kernel's order of registration, here nf_tables.
 */
export function ask(stack: SimStack, walk: Walk, q: Question): Answer | undefined {
  const answer = asked(stack, walk, q, stack.netfilter.chainsOf(q.table))
  const legacy = stack.netfilter.legacyChainsOf(q.table)
  if (legacy === undefined || (answer !== undefined && final.has(answer.kind))) return answer
  const other = asked(stack, walk, q, legacy)
  return other !== undefined && final.has(other.kind) ? other : (answer ?? other)
}

const final: ReadonlySet<Answer['kind']> = new Set(['drop', 'reject', 'dnat', 'snat', 'masquerade'])

function asked(stack: SimStack, walk: Walk, q: Question, chains: ChainSet): Answer | undefined {
  const { surveyor } = stack.fabric
  if (!chains.has(q.chain)) {
    if (surveyor.looks) surveyor.standOn(chains.footing(q.chain))
    return chains.unanswered(q.chain)
  }
  const passage = new PacketPassage(stack, walk, q)
  const answer = chains.decide(q.chain, passage)
  if (passage.choices > 1) drawnFrom(passage.choices, stack, walk)
  return answer
}

/** The packet's fate was one of so many; infinite where it depends on what else was sent. The next packet may fare otherwise. */
export function drawnFrom(choices: number, stack: SimStack, walk: Walk): void {
  walk.personal = true
  walk.drawn = true
  stack.fabric.surveyor.whole()
  walk.flow.choices *= choices
}

/** A packet on its way through the chains of one host. */
class PacketPassage implements Passage {
  readonly packet: Packet
  readonly in: string | undefined
  readonly out: string | undefined
  readonly host: SimStack
  readonly surveyor: Surveyor
  readonly tallies: Tallies | undefined
  readonly translated: boolean
  readonly dry: boolean
  choices = 1
  readonly #walk: Walk
  readonly #question: Question

  constructor(host: SimStack, walk: Walk, question: Question) {
    this.packet = walk.packet
    this.in = question.in
    this.out = question.out
    this.host = host
    this.surveyor = host.fabric.surveyor
    this.translated = question.translated ?? false
    this.dry = walk.dry ?? false
    this.tallies = host.fabric.surveyor.looks && !this.dry ? host.fabric.tallies : undefined
    this.#walk = walk
    this.#question = question
  }

  draw(): number {
    return draw(this.host, this.#walk)
  }

  onLog(prefix: string): void {
    const { host } = this
    this.#walk.hops?.push({ at: host.name, what: `logged as ${prefix}` })
    this.#walk.flow.choices = Number.POSITIVE_INFINITY // every packet is told of
    this.#walk.drawn = true
    if (!this.dry) host.hostKernel.says(logLine(prefix, this.packet, this.#question))
  }
}

const draw = (stack: SimStack, walk: Walk): number =>
  walk.dry ? stack.fabric.dryRandom.next() : stack.drawNow()

/** From which a source port is drawn (net/netfilter/nf_nat_core.c: nf_nat_l4proto_unique_tuple). */
const firstPort = 1024
const lastPort = 65535

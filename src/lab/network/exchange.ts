/** Packets as sockets make them: the first of a conversation, those that follow, and what comes back. */
import type { Ipv4 } from '#lab/network/address.ts'
import type { Fabric, Kept } from '#lab/network/fabric.ts'
import { sameTuple, type Walk } from '#lab/network/nat.ts'
import {
  type Binding,
  type Flow,
  newFlow,
  type Packet,
  type Protocol,
  type Seen,
  type Tuple,
  type Verdict,
} from '#lab/network/packet.ts'
import type { Hop } from '#lab/network/ports.ts'
import { portsFor, rewritingOf, rewritten } from '#lab/network/rewriting.ts'
import type { SimStack } from '#lab/network/stack.ts'
import { send } from '#lab/network/walk.ts'

export interface FirstPacket {
  readonly protocol: Protocol
  readonly tuple: Tuple
  readonly sizeBytes: number
  readonly dontFragment: boolean
  readonly ttl?: number
  /** Of packets that are really sent. */
  readonly seen?: Seen
}

/**
 * Sends a conversation's first packet. The answer is kept until the network changes and given to the next conversation between the
 * same ends, which is rewritten as this one was (its source port drawn as it would have been), unless chance had another part in it.
 */
export function sendFirst(stack: SimStack, first: FirstPacket, flow: Flow): Verdict {
  const { fabric } = stack
  const { source, destination, port, sourcePort } = first.tuple
  const named = fabric.isNamed(sourcePort) ? sourcePort : 0
  const key = `${stack.id} ${first.protocol} ${source} ${named} ${destination} ${port} ${first.sizeBytes} ${first.dontFragment} ${first.ttl ?? ''}`
  const isNew = flow.bindings.size === 0
  const kept = isWatched(stack, first) ? undefined : fabric.kept(key)
  if (kept !== undefined && kept.rewriting === undefined) return arriving(fabric, kept, first, sourcePort)
  const rewriting = isNew ? kept?.rewriting : undefined
  const ports = rewriting === undefined ? [] : [...portsFor(rewriting)]
  if (kept !== undefined && rewriting !== undefined && !ports.some((each) => fabric.isNamed(each)))
    return arriving(fabric, kept, first, rewritten(flow, rewriting, { sourcePort, drawn: ports }))
  const walk: Walk = { packet: packetOf(first, 'new'), flow, reply: false, personal: false, count: 0, ports }
  const sent = sentOn(stack, walk)
  fabric.tallies.count(sent.tally, 1, first.sizeBytes)
  if (!walk.personal && flow.bindings.size === 0) fabric.keep(key, sent)
  else if (isNew) keepRewritten(fabric, key, sent, { walk, sourcePort })
  return sent.verdict
}

function arriving(fabric: Fabric, { verdict, tally }: Kept, first: FirstPacket, sourcePort: number): Verdict {
  fabric.counts.kept++
  fabric.tallies.count(tally, 1, first.sizeBytes)
  return verdict.kind === 'delivered' ? { ...verdict, tuple: { ...verdict.tuple, sourcePort } } : verdict
}

/** A new conversation that arrived rewritten as rules say, and chance drew no more than its ports: it has the binding of each host that did so. */
function keepRewritten(
  fabric: Fabric,
  key: string,
  sent: Kept,
  { walk, sourcePort }: { readonly walk: Walk; readonly sourcePort: number },
): void {
  const { flow, drawn, portsDrawn = 0 } = walk
  const bindings = [...flow.bindings.values()]
  if (drawn === true || flow.choices !== 1 || bindings.length === 0 || sent.verdict.kind !== 'delivered')
    return
  const drawnOnes = bindings.filter(({ drawsPort }) => drawsPort === true)
  if (drawnOnes.length !== portsDrawn) return
  // Where a rule names a port, those that come from it may fare otherwise.
  if (drawnOnes.some(({ translated }) => fabric.isNamed(translated.sourcePort))) return
  const rewriting = rewritingOf(flow, sourcePort)
  if (rewriting !== undefined) fabric.keep(key, { ...sent, rewriting })
}

/** Sends what follows in the first packet's direction, or (with `reply`) against it. */
export function sendLater(
  stack: SimStack,
  first: FirstPacket,
  flow: Flow,
  o: { readonly reply: boolean },
): Verdict {
  const { verdict, tally } = wayOf(stack, first, flow, o)
  stack.fabric.tallies.count(tally, 1, first.sizeBytes)
  return verdict
}

/** What becomes of such a packet, with what that depends on, and what counts those that are sent. */
export function wayOf(
  stack: SimStack,
  first: FirstPacket,
  flow: Flow,
  { reply }: { readonly reply: boolean },
): Kept {
  const key = laterKey(stack, first, reply) + boundKey(stack, flow)
  const arrives = arrivesAs(first.tuple, flow, reply)
  const kept = isWatched(stack, first) ? undefined : stack.fabric.kept(key)
  if (kept) {
    stack.fabric.counts.kept++
    const { verdict } = kept
    return verdict.kind === 'delivered' ? { ...kept, verdict: { ...verdict, tuple: arrives } } : kept
  }
  const walk = { packet: packetOf(first, 'established'), flow, reply, personal: false, count: 0 }
  const sent = sentOn(stack, walk)
  const { verdict } = sent
  if (!walk.personal && (verdict.kind !== 'delivered' || sameTuple(verdict.tuple, arrives)))
    stack.fabric.keep(key, sent)
  return sent
}

/** The ends that a conversation's packet has where it is delivered, if it comes by all hosts that rewrite it. */
function arrivesAs(tuple: Tuple, { bindings }: Flow, reply: boolean): Tuple {
  if (bindings.size === 0) return tuple
  const rewritten = [...bindings.values()]
  return reply
    ? reversed((rewritten[0] as Binding).original) // there is one at least
    : (rewritten.at(-1) as Binding).translated
}

function sentOn(stack: SimStack, walk: Walk): Kept {
  const { surveyor, tallies } = stack.fabric
  tallies.begin()
  const { sent, ground } = surveyor.survey(() => send(stack, walk))
  return { verdict: sent, ground, tally: tallies.end() }
}

/** A packet that somebody may capture goes its way itself. */
const isWatched = ({ fabric }: SimStack, { seen }: FirstPacket): boolean =>
  fabric.captures > 0 && seen !== undefined

/** What a packet's way depends on as long as nobody rewrites it: ports only where some rule names them. */
function laterKey(
  stack: SimStack,
  { protocol, tuple, sizeBytes, dontFragment }: FirstPacket,
  reply: boolean,
) {
  const { fabric, id } = stack
  const port = fabric.isNamed(tuple.port) ? tuple.port : 0
  const sourcePort = fabric.isNamed(tuple.sourcePort) ? tuple.sourcePort : 0
  return `${reply ? 'reply' : 'later'} ${id} ${protocol} ${tuple.source} ${sourcePort} ${tuple.destination} ${port} ${sizeBytes} ${dontFragment}`
}

/** By whom and how a conversation is rewritten; from which port it comes tells no way from another unless a rule names it. */
function boundKey({ fabric }: SimStack, { bindings }: Flow): string {
  let key = ''
  for (const [stack, { generation, original, translated }] of bindings)
    key += ` ${stack.id} ${generation} ${ends(fabric, original)} ${ends(fabric, translated)}`
  return key
}

const ends = (fabric: Fabric, { source, sourcePort, destination, port }: Tuple): string =>
  `${source} ${fabric.isNamed(sourcePort) ? sourcePort : 0} ${destination} ${port}`

/** What happens to a first packet and to its answer, without sending either. */
export function rehearse(stack: SimStack, first: FirstPacket): readonly Hop[] {
  const { seen: _, ...look } = first
  const flow = newFlow()
  const there: Hop[] = []
  const out = send(stack, {
    packet: packetOf(look, 'new'),
    flow,
    reply: false,
    dry: true,
    hops: there,
    personal: false,
    count: 0,
  })
  if (out.kind !== 'delivered') return there
  const back: Hop[] = []
  const packet = packetOf({ ...look, tuple: reversed(out.tuple) }, 'established')
  send(out.at, { packet, flow, reply: true, dry: true, hops: back, personal: false, count: 0 })
  return [...there, ...back.map(({ at, what }) => ({ at, what: `reply ${what}` }))]
}

export const reversed = (t: Tuple): Tuple => ({
  source: t.destination,
  sourcePort: t.port,
  destination: t.source,
  port: t.sourcePort,
})

/** Whether a delivered answer is one that a socket with these ends would take. */
export const meets = (
  verdict: Verdict,
  stack: SimStack,
  local: { ip: Ipv4; port: number },
  remote: { ip: Ipv4; port: number },
): boolean =>
  verdict.kind === 'delivered' &&
  verdict.at === stack &&
  verdict.tuple.destination === local.ip &&
  verdict.tuple.port === local.port &&
  verdict.tuple.source === remote.ip &&
  verdict.tuple.sourcePort === remote.port

/** One way: about 0.2 ms and a little for each host on it. Sixteenths of a millisecond, so that sums stay exact. */
export const latencyMs = (hops: number): number => (hops === 0 ? 1 : 3 + hops) / 16

const packetOf = (
  { protocol, tuple, sizeBytes, dontFragment, ttl, seen }: FirstPacket,
  state: Packet['state'],
): Packet => ({
  protocol,
  ...tuple,
  sizeBytes,
  dontFragment,
  state,
  mark: 0,
  ...(ttl === undefined ? {} : { ttl }),
  ...(seen === undefined ? {} : { seen }),
})

import type { Endpoint } from '#lab/network/endpoint.ts'
import { reversed } from '#lab/network/exchange.ts'
import type { Flow, Tuple } from '#lab/network/packet.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** One conversation as a host's connection tracking has it. */
export interface Tracked {
  readonly original: Tuple
  /** What answers look like here: the other way round, and as the host rewrites them. */
  readonly reply: Tuple
  readonly state: 'ESTABLISHED' | 'FIN_WAIT' | 'CLOSE_WAIT' | 'LAST_ACK'
  /** What follows is taken for new: the nat table decides again. */
  forget(): void
}

/** The conversations of the host's own sockets and of the pods behind its veth pairs, in the order in which they began. */
export function trackedBy(stack: SimStack): readonly Tracked[] {
  const flows = new Map<Flow, Endpoint>()
  const pods = [...stack.devices.all()].flatMap(({ peer }) => peer?.stack ?? [])
  // Of two pods of one host there are two sockets and one conversation.
  for (const each of [stack, ...pods])
    for (const endpoint of each.sockets.endpoints())
      if (!flows.has(endpoint.flow)) flows.set(endpoint.flow, endpoint)
  return [...flows].map(([flow, endpoint]) => tracked(stack, flow, endpoint))
}

/** What nf_conntrack_max was set to; undefined while it is the kernel's own, which nothing in a lab reaches. */
export function trackingLimit({ sysctls }: SimStack): number | undefined {
  const set = sysctls.own('net.netfilter.nf_conntrack_max')
  return set === undefined ? undefined : Number(set)
}

/**
 * How many entries that limit is held against: the host's own sockets and those of the pods behind its veth pairs. Not imitated:
 * entries of conversations that have ended (they stay up to 120 s), and of those that a router only passes on.
 */
export function trackedCount({ sockets, devices }: SimStack): number {
  let count = sockets.size
  for (const { peer } of devices.all()) if (peer) count += peer.stack.sockets.size
  return count
}

function tracked(stack: SimStack, flow: Flow, endpoint: Endpoint): Tracked {
  const kept = flow.bindings.get(stack)
  const binding = kept?.generation === stack.generation ? kept : undefined
  return {
    original: binding?.original ?? endpoint.firstTuple,
    reply: reversed(binding?.translated ?? endpoint.firstTuple),
    state: states[endpoint.state] ?? 'ESTABLISHED',
    forget: () => {
      if (flow.bindings.delete(stack)) stack.touch()
    },
  }
}

const states: Readonly<Record<string, Tracked['state']>> = {
  'FIN-WAIT-1': 'FIN_WAIT',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  'LAST-ACK': 'LAST_ACK',
}

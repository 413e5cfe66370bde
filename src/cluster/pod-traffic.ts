/** What passes between pods and what does not, as tests and people tell it. The pattern tells causes apart. */
import { holds } from '#cluster/addresses.ts'
import type { Provenance, Reads } from '#cluster/facts.ts'
import type { ReachabilityRow, RemarkSays } from '#cluster/relations.ts'

export type TrafficReads = 'reachability' | 'remarks'

/** Symptoms of which packets between pods that get lost are the first thing that people see. */
export const trafficSymptoms = [
  'cross-node-traffic-failing',
  'pod-traffic-failing',
  'pods-not-ready-on-node',
] as const

export interface TrafficTold {
  readonly row: { readonly from: Provenance; readonly node?: string | undefined }
  readonly says: string
}

/** Ping passes and connections do not: packets arrive, and something in them is wrong. */
export function pingAlonePasses(view: Reads<TrafficReads | 'ipPools'>): TrafficTold | undefined {
  const said = remarked(view, 'icmp-works-tcp-fails')
  if (said !== undefined) return { row: said, says: 'ping passes, connections do not' }
  const pools = view.rows('ipPools')
  const tests = view
    .rows('reachability')
    .filter(({ in: where, to }) => where === 'pod' || pools.some(({ cidr }) => holds(cidr, to)))
  const passed = tests.find(({ protocol, outcome }) => protocol === 'icmp' && outcome === 'ok')
  const failed = tests.find(
    ({ to, protocol, outcome }) => to === passed?.to && protocol !== 'icmp' && outcome === 'timed-out',
  )
  return failed === undefined
    ? undefined
    : { row: failed, says: `ping to ${failed.to} passes, ${failed.protocol} does not` }
}

/** Ping from a pod fails as well: no wrong checksum, no large packet. */
export const pingFails = (view: Reads<'reachability'>): TrafficTold | undefined => {
  const row = view
    .rows('reachability')
    .find(
      ({ in: where, protocol, outcome, bytes }) =>
        where === 'pod' && protocol === 'icmp' && outcome === 'timed-out' && (bytes ?? 0) < smallBytes,
    )
  return row === undefined ? undefined : { row, says: `ping to ${row.to} from a pod fails, too` }
}

/** Every path of the Internet carries packets of this size. */
const smallBytes = 1000

/** Two pings to one address of which only the smaller one arrives. */
export function sizeLimit(
  view: Reads<'reachability'>,
): (TrafficTold & { readonly to: string; readonly passes: number; readonly fails: number }) | undefined {
  const pings = view.rows('reachability').filter(({ protocol }) => protocol === 'icmp')
  for (const large of pings) {
    if (large.bytes === undefined || large.outcome === 'ok') continue
    const small = pings.find((ping) => isAnsweredAlike(ping, large) && sizeOf(ping) < sizeOf(large))
    if (small === undefined) continue
    const [passes, fails] = [sizeOf(small), large.bytes]
    return {
      row: large,
      to: large.to,
      passes,
      fails,
      says: `ping of ${passes} bytes to ${large.to} passes, of ${fails} bytes not`,
    }
  }
  return undefined
}

const isAnsweredAlike = (ping: ReachabilityRow, other: ReachabilityRow): boolean =>
  ping.outcome === 'ok' && ping.to === other.to && ping.node === other.node

const sizeOf = ({ bytes = 56 }: ReachabilityRow): number => bytes

const remarked = (view: Reads<'remarks'>, says: RemarkSays) =>
  view.rows('remarks').find((row) => row.says === says)

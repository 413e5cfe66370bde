import type { Ipv4 } from '#lab/network/address.ts'
import type { SimStack } from '#lab/network/stack.ts'

export type Protocol = 'tcp' | 'udp' | 'icmp' | 'ipip'

/** What travels. Address and port change on the way where NAT rewrites them. */
export interface Packet {
  readonly protocol: Protocol
  source: Ipv4
  sourcePort: number
  destination: Ipv4
  port: number
  readonly sizeBytes: number
  readonly dontFragment: boolean
  /** How connection tracking would class it: a SYN or echo request is new, what follows is established. */
  readonly state: 'new' | 'established'
  /** The firewall mark; belongs to one host, zero on the wire. */
  mark: number
  /** Only of ICMP errors; an echo has none. */
  readonly icmp?: { readonly type: number; readonly code: number }
  /** On the way in pieces of at most so many bytes. Whoever it is for puts it together. */
  fragmentBytes?: number | undefined
  /** Set in a VXLAN packet: to which network it belongs, whom its inner frame is for, who computes inner checksums. */
  readonly vxlan?: { readonly vni: number; readonly mac: string; readonly checksumsByCard: boolean }
  /** How many routers it may still pass; missing: more than there are. */
  ttl?: number
  /** Missing: a look at the way, which sends nothing. */
  readonly seen?: Seen
  /** Somebody on the way has spoilt its checksum: no socket takes it. */
  spoilt?: boolean
}

/** What a capture prints of a packet beside its addresses. `afterMs`: sent so much later than the event that decides about it. */
export type Seen = { readonly afterMs?: number } & (
  | {
      readonly kind: 'tcp'
      readonly flags: 'S' | 'S.' | '.' | 'P.' | 'F.' | 'R' | 'R.'
      /** Since the connection began. */
      readonly sentBytes: number
      readonly receivedBytes: number
      readonly bytes: number
    }
  | { readonly kind: 'udp'; readonly bytes: number }
  | { readonly kind: 'echo'; readonly reply: boolean; readonly sequence: number; readonly bytes: number }
  | { readonly kind: 'icmp-error'; readonly from: Ipv4; readonly says: string }
)

/** The pieces' size on the wire. */
export const wireBytes = (p: Packet): number => p.fragmentBytes ?? p.sizeBytes

export interface Tuple {
  readonly source: Ipv4
  readonly sourcePort: number
  readonly destination: Ipv4
  readonly port: number
}

/** What one host's connection tracking remembers of a conversation: how it came in, how it went on. */
export interface Binding {
  readonly generation: number // of the stack: a reboot forgets
  readonly original: Tuple
  readonly translated: Tuple
  /** Its source port was drawn. */
  readonly drawsPort?: true
}

/** One conversation. Each host that rewrote its first packet keeps how. */
export interface Flow {
  readonly bindings: Map<SimStack, Binding>
  /** Of at least how many ways chance took this one; infinite when it depends on what was sent before. */
  choices: number
}

export const newFlow = (): Flow => ({ bindings: new Map(), choices: 1 })

export type UnreachableReason = 'net' | 'host' | 'admin' | 'port'

/** What became of a packet. `hops` counts the hosts that it left. */
export type Verdict =
  | { readonly kind: 'delivered'; readonly at: SimStack; readonly tuple: Tuple; readonly hops: number }
  | { readonly kind: 'lost'; readonly why: string }
  | {
      readonly kind: 'unreachable'
      readonly reason: UnreachableReason
      readonly from: Ipv4
      /** The sender's own kernel refused: nothing was sent. */
      readonly local: boolean
      /** Until the sender learns it: nothing for a refusal, three seconds for ARP without answer. */
      readonly afterMs: number
    }
  /** It had passed as many routers as it may: this one says so. */
  | { readonly kind: 'expired'; readonly from: Ipv4; readonly hops: number }
  | { readonly kind: 'invalid' } // the sender's own route is a blackhole: EINVAL
  | { readonly kind: 'too-big'; readonly mtuBytes: number; readonly from: Ipv4 }

export const tupleOf = (p: Packet): Tuple => ({
  source: p.source,
  sourcePort: p.sourcePort,
  destination: p.destination,
  port: p.port,
})

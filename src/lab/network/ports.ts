/** The network as one namespace (a machine's or a pod's) sees it. A simulated and a kernel network can both be one. */
import type { Credentials, Errno } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'

export interface Link {
  readonly name: string
  readonly kind: 'loopback' | 'ether' | 'veth' | 'vxlan' | 'ipip' | 'dummy'
  readonly up: boolean
  /** LOWER_UP: the other end is there. */
  readonly carrier: boolean
  readonly mtuBytes: number
  readonly mac: string
}

export interface Address {
  readonly link: string
  readonly address: string // 10.0.0.21
  readonly prefixLength: number
  readonly scope: 'global' | 'link' | 'host'
}

export type RouteProtocol = 'kernel' | 'boot' | 'static' | 'bird' | '80' | 'dhcp'

export interface Route {
  readonly destination: string // CIDR; default is 0.0.0.0/0
  readonly kind: 'unicast' | 'blackhole' | 'unreachable'
  readonly via?: string
  readonly dev?: string
  readonly protocol: RouteProtocol
  readonly scope?: 'global' | 'link' | 'host'
  readonly source?: string
  readonly metric?: number
  readonly onlink?: boolean
}

/** One change; `apply` does them in order and stops at the first that is refused. */
export type NetChange =
  | {
      readonly op: 'link-add'
      readonly name: string
      readonly kind: 'dummy' | 'ipip' | 'vxlan'
      readonly mtuBytes?: number
    }
  | {
      readonly op: 'veth-add'
      readonly name: string
      readonly peer: { readonly net: Net; readonly name: string; readonly mac?: string }
      readonly mac?: string
      readonly mtuBytes?: number
    }
  | { readonly op: 'link-set'; readonly name: string; readonly up?: boolean; readonly mtuBytes?: number }
  | { readonly op: 'link-del'; readonly name: string }
  | {
      readonly op: 'address-add'
      readonly link: string
      readonly address: string
      readonly prefixLength: number
    }
  | {
      readonly op: 'address-del'
      readonly link: string
      readonly address: string
      readonly prefixLength: number
    }
  | { readonly op: 'route-add' | 'route-replace'; readonly route: Route }
  | { readonly op: 'route-del'; readonly destination: string; readonly protocol?: RouteProtocol }
  | { readonly op: 'sysctl'; readonly name: string; readonly value: string } // net.* only

/**
 * A packet filter or NAT rule as data. Chains are evaluated as iptables does: first match with a terminal target wins,
 * `jump` returns when the chain ends, `goto` does not.
 */
export interface Rule {
  readonly match: {
    readonly in?: string // interface; a trailing + is a prefix match
    readonly out?: string
    readonly source?: string // CIDR; a leading ! negates
    readonly destination?: string
    readonly protocol?: 'tcp' | 'udp' | 'icmp'
    readonly port?: number // destination port
    readonly state?: 'new' | 'established'
    readonly set?: { readonly name: string; readonly side: 'src' | 'dst'; readonly not?: boolean }
    /** Takes one in `n` new connections (statistic mode random), decided by the lab's chance. */
    readonly oneIn?: number
    /** Every one of these bits of the packet's mark is set (`-m mark --mark X/X`). */
    readonly mark?: number
  }
  readonly target:
    | { readonly kind: 'accept' | 'drop' | 'reject' | 'return' }
    | { readonly kind: 'jump' | 'goto'; readonly chain: string }
    | { readonly kind: 'dnat'; readonly to: string; readonly port: number }
    | { readonly kind: 'masquerade' }
    /** Sets these bits of the packet's mark and goes on (`-j MARK --set-xmark X/X`). The mark never leaves the host. */
    | { readonly kind: 'mark'; readonly mark: number }
  readonly comment?: string
}

export interface Table {
  /** Replaces these chains whole (an empty array removes one); others stay: `iptables-restore --noflush`. */
  restore(chains: Readonly<Record<string, readonly Rule[]>>): Promise<void>
  chains(): Readonly<Record<string, readonly Rule[]>>
}

/** What travels on a connection: text, or a frozen value that JSON could carry (so that nothing need be encoded in the simulated network). */
export type Payload = string | Readonly<Record<string, unknown>>

/** Who takes what arrives on a connection without a task that waits for it. Neither function may wait. */
export interface Reader {
  payload(payload: Payload): void
  /** Once: `'closed'` after FIN or the own end's close, else ECONNRESET or ETIMEDOUT. */
  end(why: 'closed' | Errno): void
}

/** A TCP connection. Payloads keep their boundaries (the lab does not split or merge segments). */
export interface Connection {
  readonly local: { readonly address: string; readonly port: number }
  readonly remote: { readonly address: string; readonly port: number }
  /** Never waits; what is lost is sent again until the path is back or the connection gives up (about 15 minutes). */
  send(payload: Payload): void
  /**
   * The next payload. `'closed'`: the other end closed in order (FIN) and all was read. Rejects with ECONNRESET, ETIMEDOUT.
   * `undefined`: nothing within `timeoutMs`.
   */
  receive(by: Task, o?: { readonly timeoutMs?: number }): Promise<Payload | 'closed' | undefined>
  /**
   * Instead of `receive`: from now on every payload is handed over in the event of its arrival, what has arrived already at
   * once, and then how the connection ended. For ends that answer without waiting: no task has to be woken for them.
   */
  follow(reader: Reader): void
  /** FIN. */
  close(): void
  /** RST. */
  abort(): void
}

export interface Listener {
  readonly port: number
  close(): void
}

export type ProbeOutcome =
  | { readonly kind: 'reply'; readonly roundTripMs: number; readonly from: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreachable'; readonly reason: 'net' | 'host' | 'admin'; readonly from: string }
  | { readonly kind: 'too-big'; readonly mtuBytes: number; readonly from: string }
  | { readonly kind: 'silent' }

/** One place a packet passed on its way, and what became of it there. For people and tests; no program reads it. */
export interface Hop {
  readonly at: string // machine or namespace
  readonly what: string // 'routed via 10.0.0.22 dev eth0', 'dropped by chain cali-FORWARD', …
}

export interface Net {
  readonly name: string
  links(): readonly Link[]
  addresses(): readonly Address[]
  routes(): readonly Route[]
  sysctl(name: string): string | undefined
  /** Ordered; the first refusal rejects with Errno (EPERM without NET_ADMIN, EEXIST, ENODEV, ENETUNREACH, ESRCH …). */
  apply(changes: readonly NetChange[]): Promise<void>
  readonly filter: Table
  readonly nat: Table
  /** Sets of addresses or CIDRs that rules match (`ipset`). */
  setMembers(name: string, members: readonly string[]): Promise<void>
  sets(): Readonly<Record<string, readonly string[]>>
  /** Resolves at the next change of links, addresses or routes (`ip monitor`). */
  changed(by: Task): Promise<void>

  /**
   * Opens a TCP connection. Rejects with ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL at once (a round trip),
   * with ETIMEDOUT after `timeoutMs` (default 130,000: six SYN retries).
   */
  connect(
    by: Task,
    to: { readonly address: string; readonly port: number },
    o?: { readonly from?: string; readonly timeoutMs?: number },
  ): Promise<Connection>
  /** Accepts TCP connections. Rejects with EADDRINUSE, EADDRNOTAVAIL, EACCES (a port below 1024 without NET_BIND_SERVICE). */
  listen(
    at: { readonly address?: string; readonly port: number },
    accept: (c: Connection) => void,
  ): Promise<Listener>
  listeners(): readonly { readonly address: string; readonly port: number }[]
  connections(): readonly { readonly local: string; readonly remote: string; readonly state: string }[]
  /** Reachability, both ways. The only verb for it, so that every network answers the same question. */
  probe(
    by: Task,
    p: {
      readonly to: string
      readonly protocol: 'icmp' | 'tcp'
      readonly port?: number
      readonly sizeBytes?: number
      readonly dontFragment?: boolean
      readonly timeoutMs: number
    },
  ): Promise<ProbeOutcome>
  /** The way a packet would take now, hop by hop, without sending it. */
  trace(p: { readonly to: string; readonly protocol: 'icmp' | 'tcp'; readonly port?: number }): readonly Hop[]
}

/**
 * A whole network namespace, for who creates and destroys it. `view` is what one process sees: what needs NET_ADMIN,
 * NET_RAW or NET_BIND_SERVICE is decided by its credentials, and its sockets are closed (FIN) when its task ends.
 */
export interface NetStack extends Net {
  view(o: { readonly credentials: Credentials; readonly task: Task }): Net
  /** Links, addresses, routes and sockets go. `silent`: nothing is sent (a crash), so that peers learn it by their timers. */
  destroy(o: { readonly silent: boolean }): void
}

/** The wires between machines: segments, ports, and what is filtered on the way. */
export interface Underlay {
  /** A port's state and filters. Throws when the machine has none. */
  port(machine: string): UnderlayPort
  /** Filters on the way between any two machines: security groups, gateways, a firewall appliance. */
  rules(): readonly UnderlayRule[]
  addRule(rule: UnderlayRule): void
  removeRule(name: string): void
}

export interface UnderlayPort {
  up: boolean
  mtuBytes: number
}

export interface UnderlayRule {
  readonly name: string
  readonly source?: string // CIDR
  readonly destination?: string
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | 'ipip'
  readonly port?: number // destination port
  readonly action: 'drop' | 'reject'
}

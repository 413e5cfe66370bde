/** The network as one namespace (a machine's or a pod's) sees it. A simulated and a kernel network can both be one. */
import type { Credentials } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import type {
  Connection,
  KeepAlive,
  Listener,
  SocketHolder,
  TcpConnection,
  Way,
} from '#lab/network/connection-ports.ts'
import type { Table, Tables } from '#lab/network/rule.ts'
import type { SetKind, SetType } from '#lab/network/set-kinds.ts'

export type {
  Beat,
  BeatListener,
  Beats,
  Connection,
  KeepAlive,
  LeftSource,
  Listener,
  Payload,
  Reader,
  SocketHolder,
  TcpConnection,
  Way,
} from '#lab/network/connection-ports.ts'
export type { Rule, Table, Tables } from '#lab/network/rule.ts'
export type { Underlay, UnderlayPort, UnderlayRule } from '#lab/network/underlay-ports.ts'

export interface Link {
  readonly name: string
  readonly kind: 'loopback' | 'ether' | 'veth' | 'vxlan' | 'ipip' | 'dummy'
  readonly up: boolean
  /** LOWER_UP: the other end is there. */
  readonly carrier: boolean
  readonly mtuBytes: number
  readonly mac: string
  /** Of ipip and vxlan devices. */
  readonly tunnel?: Tunnel
}

/** What a tunnel device puts around packets. */
export interface Tunnel {
  /** The outer source; without it the address that the route to the other end gives. */
  readonly local?: string
  /** The device that carries it; for display and as ip(8) was told. */
  readonly parent?: string
  /** VXLAN only. */
  readonly vni?: number
  readonly port?: number
  /** VXLAN only: whether the card is asked for the inner packets' checksums (`ethtool -K … tx-checksum-ip-generic`). */
  readonly txChecksumOffload?: boolean
}

/** What a namespace was told, or has learned, about who has an address on a link (`ip neigh`). */
export interface Neighbour {
  readonly link: string
  readonly address: string
  readonly mac: string
  readonly permanent: boolean
}

/** Behind which machine a MAC address is, for a vxlan device (`bridge fdb`). */
export interface FdbEntry {
  readonly link: string
  readonly mac: string
  readonly destination: string
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
      readonly mac?: string
      readonly tunnel?: Tunnel
    }
  | {
      readonly op: 'veth-add'
      readonly name: string
      readonly peer: { readonly net: Net; readonly name: string; readonly mac?: string }
      readonly mac?: string
      readonly mtuBytes?: number
    }
  | {
      readonly op: 'link-set'
      readonly name: string
      readonly up?: boolean
      readonly mtuBytes?: number
      readonly mac?: string
      readonly tunnel?: Tunnel
    }
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
  | { readonly op: 'neigh-replace'; readonly neighbour: Neighbour }
  | { readonly op: 'neigh-del'; readonly link: string; readonly address: string }
  | { readonly op: 'fdb-replace'; readonly entry: FdbEntry }
  | { readonly op: 'fdb-del'; readonly link: string; readonly mac: string }
  | { readonly op: 'sysctl'; readonly name: string; readonly value: string } // net.* only

export type ProbeOutcome =
  | { readonly kind: 'reply'; readonly roundTripMs: number; readonly from: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreachable'; readonly reason: 'net' | 'host' | 'admin'; readonly from: string }
  | { readonly kind: 'too-big'; readonly mtuBytes: number; readonly from: string }
  /** A router on the way says that it had passed `ttl` of them. */
  | { readonly kind: 'expired'; readonly roundTripMs: number; readonly from: string }
  | { readonly kind: 'silent' }

/** One place a packet passed on its way, and what became of it there. For people and tests; no program reads it. */
export interface Hop {
  readonly at: string // machine or namespace
  readonly what: string // 'routed via 10.0.0.22 dev eth0', 'dropped by chain cali-FORWARD', …
}

/** Who makes a set: the release of the `ipset` that asks for it (`7.11`), and the type; default: the one that holds such members. */
export interface SetMaker {
  readonly version: string
  readonly type?: SetType
}

export interface Net {
  readonly name: string
  links(): readonly Link[]
  hasLink(name: string): boolean
  addresses(): readonly Address[]
  routes(): readonly Route[]
  /** Those that somebody has set (permanent); what ARP finds is asked afresh. */
  neighbours(): readonly Neighbour[]
  fdb(): readonly FdbEntry[]
  sysctl(name: string): string | undefined
  /** Ordered; the first refusal rejects with Errno (EPERM without NET_ADMIN, EEXIST, ENODEV, ENETUNREACH, ESRCH …). */
  apply(changes: readonly NetChange[]): Promise<void>
  readonly filter: Table
  readonly nat: Table
  readonly raw: Table
  readonly mangle: Table
  /** Those of iptables' old back-end: the kernel asks them, too. What one of the two drops is dropped. */
  readonly legacy: Tables
  /** Sets of addresses, CIDRs or `address,tcp:port` that rules match (`ipset`). `by` tells as what one is made that is not there yet. */
  setMembers(name: string, members: readonly string[], by?: SetMaker): Promise<void>
  /** Two sets take each other's names. Rejects with ENOENT where one is missing, with EINVAL where their types differ. */
  swapSets(name: string, other: string): Promise<void>
  /** Rejects with ENOENT for a set that there is not, with EBUSY for one that a rule names. */
  removeSet(name: string): Promise<void>
  sets(): Readonly<Record<string, readonly string[]>>
  /** As what a set was made; undefined for one that there is not. */
  setKind(name: string): SetKind | undefined
  /** Resolves at the next change of links, addresses or routes (`ip monitor`). */
  changed(by: Task): Promise<void>

  /**
   * Opens a TCP connection. Rejects with ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL at once (a round trip),
   * with ETIMEDOUT after `timeoutMs` (default 130,000: six SYN retries).
   */
  connect(
    by: Task,
    to: { readonly address: string; readonly port: number },
    o?: {
      readonly from?: string
      readonly timeoutMs?: number
      readonly md5Key?: string
      /** Told before it rejects, of the way that led nowhere. */
      readonly onFailure?: (way: Pick<Way, 'choices'>) => void
      /** Default: the connection says nothing by itself. */
      readonly keepAlive?: KeepAlive
    },
  ): Promise<Connection>
  /** Accepts TCP connections. Rejects with EADDRINUSE, EADDRNOTAVAIL, EACCES (a port below 1024 without NET_BIND_SERVICE). */
  listen(
    at: {
      readonly address?: string
      readonly port: number
      /** What everybody who connects is shown: see {@link Connection.shown}. */
      readonly certificate?: string
      /** Of every connection that is accepted. */
      readonly keepAlive?: KeepAlive
    },
    accept: (c: Connection) => void,
  ): Promise<Listener>
  listeners(): readonly { readonly address: string; readonly port: number; readonly holder?: SocketHolder }[]
  connections(): readonly TcpConnection[]
  /** Reachability, both ways. The only verb for it, so that every network answers the same question. */
  probe(
    by: Task,
    p: {
      readonly to: string
      /** Nobody listens on UDP: what arrives is refused. */
      readonly protocol: 'icmp' | 'tcp' | 'udp'
      readonly port?: number
      /** How many routers it may pass. */
      readonly ttl?: number
      /** What an echo request calls itself. */
      readonly echo?: { readonly id: number; readonly sequence: number }
      readonly sizeBytes?: number
      readonly dontFragment?: boolean
      readonly timeoutMs: number
    },
  ): Promise<ProbeOutcome>
  /** The way a packet would take now, hop by hop, without sending it. */
  trace(p: { readonly to: string; readonly protocol: 'icmp' | 'tcp'; readonly port?: number }): readonly Hop[]
}

/** The modules of the kernel under a namespace. */
export interface KernelModules {
  loaded(name: string): boolean
  /** request_module: loads it if it can; whether it is loaded now. */
  request(name: string): boolean
}

/** The kernel that a namespace is part of. */
export interface HostKernel {
  readonly release: string // 5.15.0-136-generic
  /** Missing: everything is built in. */
  readonly modules?: KernelModules
  /** Writes a line to its ring buffer (`dmesg`). */
  says(text: string): void
}

/**
 * A whole network namespace, for who creates and destroys it. `view` is what one process sees: what needs NET_ADMIN,
 * NET_RAW or NET_BIND_SERVICE is decided by its credentials, and its sockets are closed (FIN) when its task ends.
 */
export interface NetStack extends Net {
  /** By itself: one of release 5.15.0 that says nothing to anybody. */
  hostKernel: HostKernel
  view(o: { readonly credentials: Credentials; readonly task: Task; readonly holder?: SocketHolder }): Net
  /** Links, addresses, routes and sockets go. `silent`: nothing is sent (a crash), so that peers learn it by their timers. */
  destroy(o: { readonly silent: boolean }): void
}

/** Packet filter and NAT rules as data, and the tables that hold them. */
import type { Count } from '#lab/network/tally.ts'

export type RuleProtocol = 'tcp' | 'udp' | 'icmp' | 'ipip' | 'sctp'

/** A port, or the first and last of a range. */
export type PortRange = number | readonly [first: number, last: number]

/** What the sender is told (`--reject-with`). */
export type RejectWith =
  | 'icmp-port-unreachable'
  | 'icmp-host-unreachable'
  | 'icmp-net-unreachable'
  | 'icmp-host-prohibited'
  | 'icmp-admin-prohibited'
  | 'tcp-reset'

export interface SetMatch {
  readonly name: string
  /** `dst,dst`: the address with its protocol and port, for sets of such members. */
  readonly side: 'src' | 'dst' | 'src,src' | 'dst,dst'
  readonly not?: boolean
}

/**
 * Chains are evaluated as iptables does: first match with a terminal target wins, `jump` returns when the chain ends,
 * `goto` does not.
 */
export interface Rule {
  readonly match: {
    readonly in?: string // interface; a trailing + is a prefix match
    readonly out?: string
    readonly source?: string // CIDR; a leading ! negates
    readonly destination?: string
    readonly protocol?: RuleProtocol
    readonly notProtocol?: RuleProtocol
    readonly port?: number // destination port
    /** `-m multiport --dports`, and the other three ways of it. */
    readonly ports?: readonly PortRange[]
    readonly notPorts?: readonly PortRange[]
    readonly sourcePorts?: readonly PortRange[]
    readonly notSourcePorts?: readonly PortRange[]
    readonly icmp?: { readonly type: number; readonly code?: number; readonly not?: boolean }
    /** `dnat`: the conversation's destination was rewritten on this host. No packet of the lab is invalid. */
    readonly state?: 'new' | 'established' | 'invalid' | 'dnat' | 'not-dnat'
    readonly set?: SetMatch
    /** More of them; all must match. */
    readonly sets?: readonly SetMatch[]
    /** Takes one in `n` new connections (statistic mode random), decided by the lab's chance. */
    readonly oneIn?: number
    /** Every one of these bits of the packet's mark is set (`-m mark --mark X/X`). */
    readonly mark?: number
    /** None of these bits is set (`-m mark --mark 0/X`). */
    readonly unmarked?: number
    /** `-m addrtype`. `local-elsewhere`: an address of this host, but not of the interface the packet leaves by. */
    readonly sourceType?: 'local' | 'local-elsewhere'
    readonly destinationType?: 'local'
    /** `-m rpfilter --invert`: an answer would leave by another interface. */
    readonly reversePath?: 'fails'
    /** `-m recent`: whether the source was noted under this name within so many seconds, or noting it now. */
    readonly recent?:
      | { readonly name: string; readonly op: 'check'; readonly seconds: number }
      | { readonly name: string; readonly op: 'set' }
  }
  readonly target:
    | { readonly kind: 'accept' | 'drop' | 'return' | 'notrack' }
    /** Default: icmp-port-unreachable. */
    | { readonly kind: 'reject'; readonly with?: RejectWith }
    /** Does nothing: a rule that only carries a comment. */
    | { readonly kind: 'none' }
    | { readonly kind: 'jump' | 'goto'; readonly chain: string }
    | { readonly kind: 'dnat'; readonly to: string; readonly port?: number }
    | { readonly kind: 'snat'; readonly to: string }
    | { readonly kind: 'masquerade' }
    /** Goes on. */
    | { readonly kind: 'log'; readonly prefix: string }
    /**
     * Clears the bits of `mask` (default: those of `mark`), sets those of `mark`, and goes on (`-j MARK --set-xmark
     * mark/mask`). The mark never leaves the host.
     */
    | { readonly kind: 'mark'; readonly mark: number; readonly mask?: number }
  /** Lines are comments of their own. */
  readonly comment?: string
}

export type Chains = Readonly<Record<string, readonly Rule[]>>

export type Tables = Readonly<Record<'raw' | 'mangle' | 'nat' | 'filter', Table>>

export interface Table {
  /** Replaces these chains whole (an empty array removes one); others stay: `iptables-restore --noflush`. */
  restore(chains: Chains): Promise<void>
  chains(): Chains
  /** What becomes of packets that no rule of a built-in chain decides (`-P`). */
  setPolicy(chain: string, policy: 'accept' | 'drop'): Promise<void>
  policy(chain: string): 'accept' | 'drop'
  /** What met the rules of a chain, in their order, and its policy. */
  counted(chain: string): { readonly policy: Count; readonly rules: readonly Count[] }
  /** Counts of one chain, or of all, begin anew (`-Z`). */
  zero(chain?: string): Promise<void>
}

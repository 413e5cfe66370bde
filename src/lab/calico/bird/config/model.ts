/** What a parsed BIRD configuration says: plain data, so that two configurations can be compared. */

export type Expression =
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'text'; readonly value: string }
  | { readonly is: 'truth'; readonly value: boolean }
  | { readonly is: 'address'; readonly value: string }
  | { readonly is: 'prefix'; readonly value: string }
  /** A prefix set: each with the shortest and the longest prefix length that matches. */
  | { readonly is: 'set'; readonly prefixes: readonly PrefixPattern[] }
  /** `[ RTS_BGP, RTS_STATIC ]` */
  | { readonly is: 'names'; readonly names: readonly string[] }
  /** A community `(1, 2)` or a large one `(1, 2, 3)`. */
  | { readonly is: 'community'; readonly value: string }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'defined'; readonly name: string }
  | { readonly is: 'not'; readonly of: Expression }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly is: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression }

export interface PrefixPattern {
  readonly prefix: string
  readonly from: number
  readonly to: number
}

export type Statement =
  | { readonly does: 'accept' | 'reject' }
  | { readonly does: 'return'; readonly value: Expression }
  | { readonly does: 'set'; readonly name: string; readonly value: Expression }
  | { readonly does: 'call'; readonly call: Expression }
  /** `bgp_community.add((1, 2));` */
  | {
      readonly does: 'change'
      readonly name: string
      readonly how: 'add' | 'delete'
      readonly value: Expression
    }
  | {
      readonly does: 'if'
      readonly condition: Expression
      readonly then: readonly Statement[]
      readonly otherwise: readonly Statement[]
    }

export interface FunctionConfig {
  readonly name: string
  readonly parameters: readonly string[]
  readonly body: readonly Statement[]
}

/** What a protocol accepts or announces: everything, nothing, a named filter or one written in place. */
export type FilterConfig =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'inline'; readonly body: readonly Statement[] }

export type ProtocolKind = 'kernel' | 'device' | 'direct' | 'static' | 'bgp'

export interface StaticRoute {
  readonly prefix: string
  readonly to:
    | { readonly kind: 'blackhole' | 'unreachable' }
    | { readonly kind: 'via'; readonly gateway: string }
    | { readonly kind: 'device'; readonly device: string }
}

/** One `protocol` stanza, its template's options already in it. Times are seconds, as in the file. */
export interface ProtocolConfig {
  readonly kind: ProtocolKind
  readonly name: string
  readonly debugStates: boolean
  readonly description?: string
  readonly disabled: boolean
  readonly imports: FilterConfig
  readonly exports: FilterConfig
  readonly gracefulRestart: boolean
  /** kernel */
  readonly learn: boolean
  readonly persist: boolean
  readonly scanSeconds: number
  /** direct: interface patterns, in order, a leading `-` excludes. */
  readonly interfaces: readonly string[]
  /** static */
  readonly routes: readonly StaticRoute[]
  /** bgp */
  readonly bgp: BgpConfig
}

export interface BgpConfig {
  readonly neighbor?: string
  readonly neighborPort: number
  readonly neighborAs?: number
  readonly localAs?: number
  readonly source?: string
  readonly passive: boolean
  readonly addPaths: boolean
  readonly multihop: boolean
  readonly nextHop: 'default' | 'self' | 'keep'
  readonly routeReflectorClient: boolean
  readonly clusterId?: string
  readonly password?: string
  /** How many hops away the neighbour may be. */
  readonly hops: number
  /** Takes only what has come no more hops than that (GTSM). */
  readonly ttlSecurity: boolean
  /** How often the own AS may stand in the path of what is taken. */
  readonly allowLocalAs: number
  readonly connectDelaySeconds: number
  readonly connectRetrySeconds: number
  readonly holdSeconds: number
  readonly startupHoldSeconds: number
  readonly keepaliveSeconds?: number
  readonly errorWaitSeconds: readonly [number, number]
  readonly errorForgetSeconds: number
  readonly gracefulRestartSeconds: number
}

export interface Config {
  readonly routerId: string
  readonly listen: { readonly address?: string; readonly port: number }
  readonly gracefulRestartWaitSeconds: number
  readonly functions: ReadonlyMap<string, FunctionConfig>
  readonly filters: ReadonlyMap<string, readonly Statement[]>
  readonly protocols: readonly ProtocolConfig[]
}

/** `bird:proto/bgp/config.Y` and `bird:sysdep/unix/krt.Y`: what holds where the file says nothing. */
export const protocolDefaults = (kind: ProtocolKind): Omit<ProtocolConfig, 'name'> => ({
  kind,
  debugStates: false,
  disabled: false,
  imports: { kind: 'all' },
  exports: { kind: 'none' },
  gracefulRestart: false,
  learn: false,
  persist: false,
  scanSeconds: 60,
  interfaces: [],
  routes: [],
  bgp: {
    neighborPort: 179,
    passive: false,
    addPaths: false,
    multihop: true,
    hops: 64,
    ttlSecurity: false,
    allowLocalAs: 0,
    nextHop: 'default',
    routeReflectorClient: false,
    connectDelaySeconds: 5,
    connectRetrySeconds: 120,
    holdSeconds: 240,
    startupHoldSeconds: 240,
    errorWaitSeconds: [60, 300],
    errorForgetSeconds: 300,
    gracefulRestartSeconds: 120,
  },
})

/**
 * The lab's API server without its process: the store (etcd's disk), the served types, who may ask. It outlives the
 * `kube-apiserver` process (programs.ts), which lends it a machine's network while it runs.
 *
 * Not imitated: priority and fairness, audit.
 */

import { assert } from '#base/assert.ts'
import type { Random } from '#base/random.ts'
import { type Remote, registerLocal, remoteServices } from '#lab/api/aggregation/services.ts'
import { mistrust, tellUnauthenticated } from '#lab/api/authentication.ts'
import { Authorizer } from '#lab/api/authorization/authorizer.ts'
import { bootstrap } from '#lab/api/bootstrap.ts'
import { directEgress, type Egress } from '#lab/api/egress/egress.ts'
import { handle } from '#lab/api/http/handle.ts'
import { Pager } from '#lab/api/http/paging.ts'
import type { ApiRequest, Responder } from '#lab/api/http/request.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { Ledger } from '#lab/api/managed/ledger.ts'
import { ServerMetrics } from '#lab/api/metrics.ts'
import { type BoundPolicy, registeredPolicies } from '#lab/api/policies/registered.ts'
import type { BuiltinTypes } from '#lab/api/schema/builtin.ts'
import { builtinTypesOf } from '#lab/api/schema/of-def.ts'
import { StandingBeats } from '#lab/api/standing.ts'
import { unauthorized } from '#lab/api/status.ts'
import { Store } from '#lab/api/store.ts'
import { keyFile, tokenKeys } from '#lab/api/tokens/jwt.ts'
import { type TokenKeys, Tokens } from '#lab/api/tokens/tokens.ts'
import { Registry } from '#lab/api/types/registry.ts'
import type { ApiState, Identity } from '#lab/api/verbs/state.ts'
import { type Registered, registeredWebhooks } from '#lab/api/webhooks/registered.ts'
import type { Credential } from '#lab/api/wire.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import type { HttpResponse } from '#lab/network/http.ts'

export interface ApiServerOptions {
  readonly kernel: Kernel
  /** Default: a fork of the kernel's chance named `api`. */
  readonly random?: Random
  /** As /version tells it, without the v. Default 1.31.9. */
  readonly kubernetesVersion?: string
  /** Whose resource definitions there are from the start: of Calico 3.29 by default. */
  readonly calicoMinor?: number
  /** Default 10.96.0.0/12. */
  readonly serviceCidr?: string
  /** Where kubernetes.default's endpoints point. Default 10.0.0.11:6443. */
  readonly advertise?: { readonly address: string; readonly port: number }
}

/**
 * Asks somebody outside of the lab, for a lab that is served. `tell` is called inside the lab, with the response or what
 * follows `Post "https://…": `. Answers how to give it up.
 */
export type Outward = (
  request: {
    readonly url: string
    readonly body: string
    readonly authorities: string
    readonly timeoutMs: number
  },
  tell: (answer: HttpResponse | string) => void,
) => () => void

/** How the serving process reaches others, by its flags. */
export interface Ways {
  readonly egress?: Egress
  /** `--kubelet-client-certificate`: what it holds (PEM), which kubelets are shown. */
  readonly kubeletCertificate?: string
  /** `--enable-aggregator-routing`: services are reached at their endpoints instead of their ClusterIP. */
  readonly byEndpoint?: boolean
}

export class ApiServer {
  readonly kernel: Kernel
  readonly state: ApiState
  readonly advertise: { readonly address: string; readonly port: number }
  /** Keeps lists whose later pages may still be asked for. */
  readonly pager = new Pager()
  /** The webhooks that are configured now. */
  readonly webhooks: () => Registered
  /** The policies that are in force now. */
  readonly policies: () => readonly BoundPolicy[]
  /** What other servers answer for, by `group/version`. */
  readonly remotes: () => ReadonlyMap<string, Remote>
  /** The resources that those told of when they were asked last. */
  readonly discovered = new Map<string, readonly JsonObject[]>()
  /** Set while the lab is served. */
  outward: Outward | undefined
  #metrics = new ServerMetrics()
  readonly #watchers = new Set<() => void>()
  #ways: Ways = {}
  #kubernetesVersion: string
  #types: BuiltinTypes
  #process: Process | undefined

  constructor(options: ApiServerOptions) {
    const { kernel } = options
    const random = options.random ?? kernel.random.fork('api')
    const now = (): number => kernel.nowMs
    const store = new Store({ now, aging: ['/events'] })
    this.kernel = kernel
    this.#kubernetesVersion = options.kubernetesVersion ?? '1.31.9'
    this.#types = builtinTypesOf(this.#kubernetesVersion)
    const types = (): BuiltinTypes => this.#types
    this.advertise = options.advertise ?? { address: '10.0.0.11', port: 6443 }
    this.state = {
      store,
      beats: new StandingBeats(store),
      registry: new Registry(minorOf(this.#kubernetesVersion)),
      ledger: new Ledger(),
      get types() {
        return types()
      },
      access: new Authorizer(store),
      tokens: new Tokens({ keys: ownKeys(random), store, now }),
      random,
      now,
      serviceCidr: options.serviceCidr ?? '10.96.0.0/12',
    }
    this.webhooks = registeredWebhooks(store)
    this.policies = registeredPolicies(store)
    this.remotes = remoteServices(store)
    bootstrap(this.state, options.calicoMinor ?? 29)
    registerLocal(this.state)
    kernel.every(
      () => 60_000,
      'event ttl',
      () => this.#expireEvents(),
    )
  }

  get kubernetesVersion(): string {
    return this.#kubernetesVersion
  }

  /** The next process that serves is of this version; what is stored stays. */
  upgrade(kubernetesVersion: string): void {
    this.#kubernetesVersion = kubernetesVersion
    this.#types = builtinTypesOf(kubernetesVersion)
    this.state.registry.serve(minorOf(kubernetesVersion))
  }

  /** The process that serves now; `undefined` while none does: every request from outside is then refused. */
  get process(): Process | undefined {
    return this.#process
  }

  /** How the serving process opens connections of its own. */
  get egress(): Egress {
    return this.#ways.egress ?? directEgress
  }

  /** What kubelets are shown (PEM); empty: nothing. */
  get kubeletCertificate(): string {
    return this.#ways.kubeletCertificate ?? ''
  }

  get routesByEndpoint(): boolean {
    return this.#ways.byEndpoint ?? false
  }

  /** What the serving process has counted. */
  get metrics(): ServerMetrics {
    return this.#metrics
  }

  /** Says which process serves; `undefined` when it has ended. */
  serveBy(process: Process | undefined, ways: Ways = {}): void {
    this.#process = process
    this.#ways = ways
    this.#metrics = new ServerMetrics()
    for (const tell of [...this.#watchers]) tell()
  }

  /** Calls back whenever a process begins or ceases to serve. */
  onServing(tell: () => void): () => void {
    this.#watchers.add(tell)
    return () => this.#watchers.delete(tell)
  }

  /** Whose credential it is. Throws Unauthorized for a bad one. */
  identify(credential: Credential): Identity {
    const identity = this.#identityOf(credential)
    if (typeof identity === 'string') throw unauthorized()
    return identity
  }

  /** The same for who has sent a request: the server's log tells why it is refused. */
  authenticate(credential: Credential): Identity {
    const identity = this.#identityOf(credential)
    if (typeof identity !== 'string') return identity
    if (this.#process !== undefined)
      tellUnauthenticated(this.#process, { minor: minorOf(this.#kubernetesVersion), why: identity })
    throw unauthorized()
  }

  /** Or why nobody knows. */
  #identityOf({ token, user, groups, certificate }: Credential): Identity | string {
    const nowMs = this.#process?.now() ?? this.kernel.nowMs
    const why = certificate === undefined ? undefined : mistrust(certificate, nowMs)
    if (why !== undefined) return why
    if (token !== undefined) return this.state.tokens.verify(token) ?? this.state.tokens.troubleWith(token)
    if (user === undefined) return { username: 'system:anonymous', groups: ['system:unauthenticated'] }
    return certified(user, groups)
  }

  /** Answers an HTTP request; see http/handle.ts. */
  handle(request: ApiRequest, to: Responder): void {
    handle(this, request, to)
  }

  #expireEvents(): void {
    const { store, now } = this.state
    store.removeOlder('/events', now() - 3_600_000)
  }
}

/** A client keeps its certificate: who it names is one value. */
function certified(user: string, groups: readonly string[] = nobody): Identity {
  const known = identities.get(groups)
  if (known?.username === user) return known
  const identity = { username: user, groups: [...groups, 'system:authenticated'] }
  identities.set(groups, identity)
  return identity
}

const nobody: readonly string[] = []
const identities = new WeakMap<readonly string[], Identity>()

/** For a server that is given no key files. */
function ownKeys(random: Random): TokenKeys {
  const [signing] = tokenKeys(keyFile(random.fork('token key').text(32), 'PRIVATE KEY'))
  assert(signing !== undefined, 'a key file has a key')
  return { signing, accepted: [signing] }
}

/** `1.31.9` → 31. */
const minorOf = (version: string): number => Number(version.split('.')[1])

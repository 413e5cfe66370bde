/**
 * The Kubernetes client of the lab's programs: client-go over a process's own network, so that a broken network, a stopped
 * server or a bad token break it as they break the real one.
 */
import { rfc3339Micro } from '#base/clock.ts'
import { deletion, manager, part, space } from '#lab/api/direct.ts'
import type { Heartbeat } from '#lab/api/heartbeat.ts'
import type { Draft, KubeObject, Lease, Node } from '#lab/api/objects.ts'
import {
  type Change,
  type Kube,
  KubeError,
  type KubeList,
  KubeUnreachable,
  type ListQuery,
  type ObjectRef,
  type PatchType,
  type ResourceType,
  type Watch,
  type WatchQuery,
  type WatchReader,
  type WriteOptions,
} from '#lab/api/ports.ts'
import { requestWords } from '#lab/api/request-words.ts'
import { type Call, type Sure, Transport } from '#lab/api/transport.ts'
import type { Credential, KubeRequest, Renewal, RenewedPart, WireChange } from '#lab/api/wire.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

export interface KubeClientOptions {
  /** `10.0.0.11:6443` */
  readonly server: string
  readonly token?: string
  /** A file that is read for the token, again every minute: client-go transport/token_source.go. */
  readonly tokenFile?: string
  /** The name that the process's client certificate would carry. */
  readonly user?: string
  readonly groups?: readonly string[]
  /** Finds the credential for each request, on the thread that asks; instead of the fields above. */
  readonly credential?: (thread: Process) => Credential | Promise<Credential>
  /** For every request that does not name its own. Default: none. */
  readonly timeoutMs?: number
  /**
   * How the program limits its requests: by its client's Timeout (`net/http: request canceled (Client.Timeout exceeded …)`,
   * the default) or by a context (`context deadline exceeded`).
   */
  readonly deadline?: 'client' | 'context'
}

/** A client whose waits belong to the process that it was made for. */
export interface KubeClient extends Kube {
  /** The same client and connection for a thread of that process: each thread waits for itself. */
  by(thread: Process): KubeClient
  /**
   * Renews a lease again and again, `everyMs` after each answer, without sending anything as long as the answer is sure. Answers
   * the lease as it was stored last, when a renewal is due that has to be sent.
   */
  renewing(lease: Lease, o: Renewals): Promise<Lease>
  /**
   * Says of a Node what was said of it, without sending anything; answers the Node as it was stored, `undefined` where that has to be sent.
   */
  statusAgain(node: Node, renewedMs: number): Node | undefined
  /**
   * Gets an object so many ms from now, and again in as many, until `enough` holds for it. Nothing is sent where the answer is sure, which
   * then comes when it would have come; nobody is woken for one that is not enough.
   */
  getUntil<T extends KubeObject>(ms: number, ref: ObjectRef, o: Until<T>): Promise<T>
  /** Another client on the same connection, for whom `credential` stands. */
  as(credential: NonNullable<KubeClientOptions['credential']>): KubeClient
}

interface Until<T> {
  readonly enough: (object: T) => boolean
  /** Of each request that is sent. */
  readonly timeoutMs?: number
}

export interface Renewals {
  readonly everyMs: number
  /** By the clock of who renews. */
  readonly nowMs: () => number
}

/** Dials at the first request, over `p.net`, and again whenever the connection is gone. */
export const kubeClient = (p: Process, options: KubeClientOptions): KubeClient =>
  new Client(p, options, new Transport(p, options.server), { atMs: 0 })

const accountPath = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The client of a pod, by its environment and its service account's token: client-go rest.InClusterConfig.
 * Throws KubeUnreachable when the environment does not name a server.
 */
export function inClusterKube(p: Process, o: Omit<KubeClientOptions, 'server' | 'token'> = {}): KubeClient {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = p.env
  if (!host || !port)
    throw new KubeUnreachable(
      'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
    )
  return kubeClient(p, { tokenFile: `${accountPath}/token`, ...o, server: `${host}:${port}` })
}

type PartOptions = WriteOptions & { readonly subresource?: string }

interface ReadToken {
  atMs: number
  text?: string
  /** In which epoch of the machine's files it was read: until that moves the same would be read again. */
  epoch?: number
}

class Client implements KubeClient {
  readonly #process: Process
  readonly #options: KubeClientOptions
  readonly #transport: Transport
  readonly #token: ReadToken
  /** Where it is the same with each request. */
  #fixed: Credential | undefined
  #statuses: Renewing | undefined

  constructor(process: Process, options: KubeClientOptions, transport: Transport, token: ReadToken) {
    this.#process = process
    this.#options = options
    this.#transport = transport
    this.#token = token
  }

  by(thread: Process): KubeClient {
    return new Client(thread, this.#options, this.#transport, this.#token)
  }

  as(credential: NonNullable<KubeClientOptions['credential']>): KubeClient {
    return new Client(this.#process, { ...this.#options, credential }, this.#transport, this.#token)
  }

  get<T extends KubeObject>(ref: ObjectRef, o: { readonly timeoutMs?: number } = {}): Promise<T> {
    return this.#ask({ op: 'get', ...one(ref) }, o)
  }

  list<T extends KubeObject>(
    query: ListQuery,
    o: { readonly timeoutMs?: number } = {},
  ): Promise<KubeList<T>> {
    return this.#ask({ op: 'list', ...query }, o)
  }

  create<T extends KubeObject>(type: ResourceType, object: Draft<T>, o: WriteOptions = {}): Promise<T> {
    const { namespace } = object.metadata
    return this.#ask({ op: 'create', type, namespace, body: object, ...manager(o) }, o)
  }

  update<T extends KubeObject>(type: ResourceType, object: T, o: PartOptions = {}): Promise<T> {
    return this.#ask(updating(type, object, o), o)
  }

  patch<T extends KubeObject>(
    ref: ObjectRef,
    { type: patchType, body }: { readonly type: PatchType; readonly body: unknown },
    o: PartOptions = {},
  ): Promise<T> {
    return this.#ask({ op: 'patch', ...one(ref), patchType, body, ...part(o), ...manager(o) }, o)
  }

  async delete(ref: ObjectRef, o: Parameters<Kube['delete']>[1] = {}): Promise<void> {
    await this.#ask({ op: 'delete', ...one(ref), options: deletion(o) }, o)
  }

  post(
    ref: ObjectRef,
    subresource: string,
    body: unknown,
    o: { readonly timeoutMs?: number } = {},
  ): Promise<unknown> {
    return this.#ask({ op: 'post', ...one(ref), subresource, body }, o)
  }

  renewing(lease: Lease, { everyMs, nowMs }: Renewals): Promise<Lease> {
    const { task } = this.#process
    const { name, namespace = '' } = lease.metadata
    return task.wait<Lease>((wake) => {
      let revision = Number(lease.metadata.resourceVersion)
      let renewedMs: number | undefined
      const leases = new Renewing(this.#transport, 'lease', { namespace, name })
      return task.repeat(everyMs, () => {
        const atMs = nowMs()
        const answer = leases.renew(this.#credential(), { revision, renewedMs: atMs })
        if (answer === undefined) {
          wake(renewedMs === undefined ? lease : renewedLease(lease, renewedMs, { revision }))
          return undefined
        }
        revision = (answer.value as Heartbeat).revision // the version that it became
        renewedMs = atMs
        return answer.inMs + everyMs
      })
    })
  }

  statusAgain(node: Node, renewedMs: number): Node | undefined {
    const { name, resourceVersion } = node.metadata
    if (this.#statuses?.name !== name) this.#statuses = new Renewing(this.#transport, 'node-status', { name })
    const answer = this.#statuses.renew(this.#credential(), { revision: Number(resourceVersion), renewedMs })
    const beat = answer?.value as Heartbeat | undefined // what a renewal is answered
    return beat?.object as Node | undefined // of a Node
  }

  async getUntil<T extends KubeObject>(
    ms: number,
    ref: ObjectRef,
    { enough, timeoutMs }: Until<T>,
  ): Promise<T> {
    for (;;) {
      const sure = await this.#sureUntil(ms, ref, enough)
      if (sure !== undefined) return sure
      const object = await this.get<T>(ref, timeoutMs === undefined ? {} : { timeoutMs })
      if (enough(object)) return object
    }
  }

  /** `undefined`: the next one has to be asked for. */
  #sureUntil<T extends KubeObject>(
    ms: number,
    ref: ObjectRef,
    enough: (object: T) => boolean,
  ): Promise<T | undefined> {
    const { task } = this.#process
    const request: KubeRequest = { op: 'get', ...one(ref) }
    return task.wait<T | undefined>((wake, fail) => {
      let coming: T | undefined
      let last: { readonly as: Credential; readonly again: Sure['again'] } | undefined
      const sure = (): Sure | undefined => {
        const as = this.#credential()
        if (as instanceof Promise) return undefined
        const again = last?.as.token !== undefined && last.as.token === as.token ? last.again?.() : undefined
        if (again !== undefined) return again
        const answer = this.#transport.ask({ kube: 'request', id: 0, as, request })
        last = { as, again: answer?.again }
        return answer
      }
      const ask = (): number | undefined => {
        const answer = sure()
        if (answer === undefined) wake(undefined)
        coming = answer?.value as T | undefined // what the server answers is what was asked for
        return answer?.inMs
      }
      const look = (object: T): number | undefined => {
        coming = undefined
        try {
          if (!enough(object)) return ms
          wake(object)
        } catch (error) {
          fail(error)
        }
        return undefined
      }
      return task.repeat(ms, () => (coming === undefined ? ask() : look(coming)))
    })
  }

  watch<T extends KubeObject>(query: WatchQuery): Watch<T> {
    const request: KubeRequest = { op: 'watch', ...query }
    return new RunningWatch<T>(this.#transport, request, (call) => {
      const credential = this.#credential()
      if (credential instanceof Promise) {
        let ended = false
        let end = (): void => {
          ended = true
        }
        credential.then(
          (as) => {
            if (!ended) end = this.#transport.begin(as, request, call).end
          },
          (error) => call.fail(error),
        )
        return () => end()
      }
      return this.#transport.begin(credential, request, call).end
    })
  }

  async #ask<T>(
    request: KubeRequest,
    { timeoutMs }: { readonly timeoutMs?: number | undefined },
  ): Promise<T> {
    const credential = this.#credential()
    const as = credential instanceof Promise ? await credential : credential
    try {
      // What the server answers is what the caller asked for.
      return (await this.#exchange(as, request, timeoutMs ?? this.#options.timeoutMs)) as T
    } catch (error) {
      throw error instanceof Error ? named(error, this.#transport.server, request) : error
    }
  }

  #exchange(as: Credential, request: KubeRequest, timeoutMs: number | undefined): Promise<unknown> {
    const { task } = this.#process
    return task.wait<unknown>((wake, fail) => {
      let cancel: (() => void) | undefined
      const call = {
        sent: false,
        changes: () => {},
        told: () => {},
        together: false,
        answer: (value: unknown) => {
          cancel?.()
          wake(value)
        },
        fail: (error: Error) => {
          cancel?.()
          fail(error)
        },
      }
      const { end } = this.#transport.begin(as, request, call)
      if (timeoutMs !== undefined)
        cancel = task.after(timeoutMs, () => {
          end()
          fail(new KubeUnreachable(this.#deadlineWords(call.sent)))
        })
      return () => {
        cancel?.()
        end()
      }
    })
  }

  #deadlineWords(sent: boolean): string {
    if (this.#options.deadline === 'context') return 'context deadline exceeded'
    return sent
      ? 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)'
      : 'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)'
  }

  #credential(): Credential | Promise<Credential> {
    const { token, tokenFile, user, groups, credential } = this.#options
    if (credential !== undefined) return credential(this.#process)
    if (tokenFile !== undefined && token === undefined) return this.#fileToken(tokenFile)
    this.#fixed ??=
      token === undefined
        ? { ...(user === undefined ? {} : { user }), ...(groups === undefined ? {} : { groups }) }
        : { token }
    return this.#fixed
  }

  #fileToken(path: string): Credential | Promise<Credential> {
    const read = this.#token
    const now = this.#process.now()
    const { epochHere } = this.#process
    if (read.text !== undefined) {
      const isDue = now >= read.atMs + 60_000
      if (isDue && read.epoch === epochHere) read.atMs = now
      if (!isDue || read.epoch === epochHere) return { token: read.text }
    }
    return this.#process.files.read(path).then(
      (text) => {
        read.text = text.trim()
        read.atMs = now
        read.epoch = epochHere
        return { token: read.text }
      },
      (error: unknown) => {
        // An old token stays in use while the file cannot be read.
        if (read.text !== undefined) return { token: read.text }
        if (!isErrno(error)) throw error
        throw new KubeUnreachable(`open ${path}: ${error.message.toLowerCase()}`)
      },
    )
  }
}

/** What came of a request, in words that name it. */
function named(error: Error, server: string, request: KubeRequest): Error {
  if (error instanceof KubeError || !(error instanceof KubeUnreachable)) return error
  return new KubeUnreachable(`${requestWords(server, request)}: ${error.message}`, { isUnanswered: true })
}

/** Renews a part of one object by what was found out the first time, as long as the same credential is shown on the same connection. */
class Renewing {
  readonly name: string
  readonly #transport: Transport
  readonly #what: RenewedPart
  readonly #namespace: string | undefined
  #shown: Credential | undefined
  #again: Sure['again']

  constructor(
    transport: Transport,
    what: RenewedPart,
    { namespace, name }: { readonly namespace?: string; readonly name: string },
  ) {
    this.#transport = transport
    this.#what = what
    this.#namespace = namespace
    this.name = name
  }

  /** `undefined`: it has to be sent. */
  renew(as: Credential | Promise<Credential>, next: Renewal): Sure | undefined {
    const again = as === this.#shown ? this.#again?.(next) : undefined
    if (again !== undefined || as instanceof Promise) return again
    const namespace = this.#namespace
    const object = { ...next, ...(namespace === undefined ? {} : { namespace }), name: this.name }
    const answer = this.#transport.ask({ kube: 'renewal', id: 0, as, what: this.#what, object })
    this.#shown = as
    this.#again = answer?.again
    return answer
  }
}

/** What a lease became. */
const renewedLease = (lease: Lease, atMs: number, { revision }: { readonly revision: number }): Lease => ({
  ...lease,
  metadata: { ...lease.metadata, resourceVersion: String(revision) },
  spec: { ...lease.spec, renewTime: rfc3339Micro(atMs) },
})

const updating = (
  type: ResourceType,
  object: KubeObject,
  o: { readonly subresource?: string; readonly fieldManager?: string },
): KubeRequest => ({
  op: 'update',
  ...one({ type, ...space(object), name: object.metadata.name }),
  body: object,
  ...part(o),
  ...manager(o),
})

const one = ({ type, namespace, name }: ObjectRef) => ({ type, namespace, name })

const nothing: readonly never[] = []

/** A watch, and what its transport tells of it: a lab has many, so it is one object. */
class RunningWatch<T> implements Watch<T>, Call {
  sent = false
  readonly #transport: Transport
  readonly #request: KubeRequest
  readonly #end: () => void
  /** What has come first, as it is told to all who watch the same, and what has come after it. */
  #changes: readonly Change<T>[] = nothing
  #more: Change<T>[] = []
  #over: Error | undefined
  /** Who looks is there already, and need not be told. */
  #looks = false
  #reader: WatchReader<T> | undefined

  constructor(transport: Transport, request: KubeRequest, begin: (call: Call) => () => void) {
    this.#transport = transport
    this.#request = request
    this.#end = begin(this)
  }

  answer(): void {}

  changes(changes: readonly WireChange[]): void {
    const more = changes as unknown as readonly Change<T>[] // what is watched is what the caller named
    if (this.#changes.length === 0) this.#changes = more
    else this.#more.push(...more)
  }

  told(): void {
    this.#tell()
  }

  get together(): boolean {
    return this.#reader?.together === true
  }

  /** What ends a watch that runs is an error of reading its body, and names no request. */
  fail(error: Error): void {
    this.#over = this.sent ? error : named(error, this.#transport.server, this.#request)
    this.#tell()
  }

  follow(by: WatchReader<T>): void {
    this.#reader = by
    this.#tell()
  }

  look(): readonly Change<T>[] {
    this.#looks = true
    this.#transport.look()
    this.#looks = false
    return this.#taken()
  }

  close(): void {
    this.#reader = undefined
    this.#end()
  }

  #taken(): readonly Change<T>[] {
    const taken = this.#more.length === 0 ? this.#changes : [...this.#changes, ...this.#more]
    this.#changes = nothing
    if (this.#more.length > 0) this.#more = []
    return taken
  }

  #tell(): void {
    if (this.#looks) return
    if (this.#reader !== undefined && this.#changes.length > 0) this.#reader.changes(this.#taken())
    if (this.#over !== undefined) this.#reader?.over(this.#over)
  }
}

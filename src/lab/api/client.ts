/**
 * The Kubernetes client of the lab's programs: client-go over a process's own network, so that a broken network, a stopped
 * server or a bad token break it as they break the real one.
 */
import { type CredentialOf, type CredentialOptions, Credentials } from '#lab/api/client/credentials.ts'
import { type Renewals, Renewing, renewLease } from '#lab/api/client/renewing.ts'
import { RunningWatch } from '#lab/api/client/running-watch.ts'
import { deletion, manager, part, space } from '#lab/api/direct.ts'
import type { Heartbeat } from '#lab/api/heartbeat.ts'
import type { Draft, KubeObject, Lease, Node } from '#lab/api/objects.ts'
import {
  type Kube,
  type KubeList,
  KubeUnreachable,
  type ListQuery,
  type ObjectRef,
  type PatchType,
  type ResourceType,
  type Watch,
  type WatchQuery,
  type WriteOptions,
} from '#lab/api/ports.ts'
import { named } from '#lab/api/request-words.ts'
import { type Sure, Transport } from '#lab/api/transport.ts'
import type { Credential, KubeRequest } from '#lab/api/wire.ts'
import type { Process } from '#lab/host/ports.ts'

export interface KubeClientOptions extends CredentialOptions {
  /** `10.0.0.11:6443` */
  readonly server: string
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
  as(credential: CredentialOf): KubeClient
}

interface Until<T> {
  readonly enough: (object: T) => boolean
  /** Of each request that is sent. */
  readonly timeoutMs?: number
}

/** Dials at the first request, over `p.net`, and again whenever the connection is gone. */
export const kubeClient = (p: Process, options: KubeClientOptions): KubeClient =>
  new Client(p, options, new Transport(p, options.server), new Credentials(options))

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

class Client implements KubeClient {
  readonly #process: Process
  readonly #options: KubeClientOptions
  readonly #transport: Transport
  readonly #credentials: Credentials
  #statuses: Renewing | undefined

  constructor(process: Process, options: KubeClientOptions, transport: Transport, credentials: Credentials) {
    this.#process = process
    this.#options = options
    this.#transport = transport
    this.#credentials = credentials
  }

  by(thread: Process): KubeClient {
    return new Client(thread, this.#options, this.#transport, this.#credentials)
  }

  as(credential: CredentialOf): KubeClient {
    return new Client(this.#process, this.#options, this.#transport, new Credentials({ credential }))
  }

  get<T extends KubeObject>(
    ref: ObjectRef,
    o: { readonly timeoutMs?: number; readonly subresource?: 'scale' } = {},
  ): Promise<T> {
    return this.#ask({ op: 'get', ...one(ref), ...part(o) }, o)
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

  renewing(lease: Lease, o: Renewals): Promise<Lease> {
    const by = {
      process: this.#process,
      transport: this.#transport,
      credential: () => this.#credentials.of(this.#process),
    }
    return renewLease(lease, by, o)
  }

  statusAgain(node: Node, renewedMs: number): Node | undefined {
    const { name, resourceVersion } = node.metadata
    if (this.#statuses?.name !== name) this.#statuses = new Renewing(this.#transport, 'node-status', { name })
    const answer = this.#statuses.renew(this.#credentials.of(this.#process), {
      revision: Number(resourceVersion),
      renewedMs,
    })
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
        const as = this.#credentials.of(this.#process)
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
      const credential = this.#credentials.of(this.#process)
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
    const credential = this.#credentials.of(this.#process)
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
}

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

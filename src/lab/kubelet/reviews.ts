/**
 * What a kubelet asks the API server about those who ask it: whose a token is (TokenReview), and whether somebody may
 * (SubjectAccessReview). What was answered counts for a while; that there was no answer does not.
 *
 * Not imitated: that no more than 8192 answers are remembered.
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/plugin/pkg/authorizer/webhook/webhook.go
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/plugin/pkg/authenticator/token/webhook/webhook.go
 */
import type { KubeClient } from '#lab/api/client.ts'
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { KubeError, KubeUnreachable, type ResourceType, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'

/** Who asks, as reviews name them. */
export interface Subject {
  readonly user: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: JsonObject
}

/** A part of this kubelet's node. */
export interface NodeAttributes {
  readonly verb: string
  readonly resource: 'nodes'
  readonly version: 'v1'
  readonly subresource: string
  readonly name: string
}

/** No answer, or a refusal: the message is what is logged. */
export class NoReview extends Error {
  override readonly name = 'NoReview'
}

interface Remembered<T> {
  readonly untilMs: number
  readonly value: T
}

export class Reviews {
  readonly #kubeFor: (self: Process) => KubeClient
  readonly #tokens = new Map<string, Remembered<Subject>>()
  readonly #verdicts = new Map<string, Remembered<boolean>>()

  constructor(kubeFor: (self: Process) => KubeClient) {
    this.#kubeFor = kubeFor
  }

  /** Whose token it is; undefined for one that the API server does not know. Rejects with NoReview. */
  async whose(
    self: Process,
    token: string,
    { cacheMs }: { readonly cacheMs: number },
  ): Promise<Subject | undefined> {
    const known = fresh(this.#tokens, token, self.now())
    if (known !== undefined) return known
    const status = await this.#review(self, resources.tokenReviews, { token })
    const user = asObject(status.user)
    const name = asText(user.username)
    if (status.authenticated !== true || name === undefined) return undefined
    const uid = asText(user.uid)
    const subject: Subject = {
      user: name,
      ...(uid === undefined ? {} : { uid }),
      groups: asList(user.groups).map(String),
      ...(isObject(user.extra) ? { extra: user.extra } : {}),
    }
    this.#tokens.set(token, { untilMs: self.now() + cacheMs, value: subject })
    return subject
  }

  /** Whether the API server lets somebody. Rejects with NoReview. */
  async allows(
    self: Process,
    subject: Subject,
    resourceAttributes: NodeAttributes,
    o: { readonly allowedCacheMs: number; readonly refusedCacheMs: number },
  ): Promise<boolean> {
    const spec = { ...subject, resourceAttributes }
    const key = JSON.stringify(spec)
    const known = fresh(this.#verdicts, key, self.now())
    if (known !== undefined) return known
    const value = (await this.#review(self, resources.accessReviews, spec)).allowed === true
    const untilMs = self.now() + (value ? o.allowedCacheMs : o.refusedCacheMs)
    this.#verdicts.set(key, { untilMs, value })
    return value
  }

  /** The status of a review: asked again, up to {@link tries} times, after what may pass by itself. */
  async #review(self: Process, type: ResourceType, spec: object): Promise<JsonObject> {
    let pauseMs = pauseFirstMs
    for (let left = tries - 1; ; left--) {
      try {
        const answer = await this.#kubeFor(self).create(type, {
          apiVersion: `${type.group}/${type.version}`,
          kind: kinds[type.resource] ?? '',
          metadata: { name: '' },
          ...{ spec },
        })
        return asObject(asObject(answer).status)
      } catch (error) {
        if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
        if (left === 0 || !mayPass(error)) throw new NoReview(error.message)
      }
      await self.sleep(pauseMs * (1 + jitter * self.random.next()))
      pauseMs *= pauseFactor
    }
  }
}

const kinds: Readonly<Record<string, string>> = {
  tokenreviews: 'TokenReview',
  subjectaccessreviews: 'SubjectAccessReview',
}

/** staging:apiserver/pkg/server/options/authentication.go (DefaultAuthWebhookRetryBackoff) */
const tries = 5
const pauseFirstMs = 500
const pauseFactor = 1.5
const jitter = 0.2

/** staging:apiserver/pkg/util/webhook/webhook.go (DefaultShouldRetry): a server that nobody reaches is not dialled again. */
const mayPass = (error: KubeError | KubeUnreachable): boolean =>
  error instanceof KubeError
    ? ['InternalError', 'Timeout', 'TooManyRequests'].includes(error.reason)
    : /connection reset by peer|http2: client connection lost/.test(error.message)

function fresh<T>(known: Map<string, Remembered<T>>, key: string, nowMs: number): T | undefined {
  const found = known.get(key)
  if (found === undefined || nowMs < found.untilMs) return found?.value
  known.delete(key)
  return undefined
}

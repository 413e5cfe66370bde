/**
 * Tokens of service accounts, as JSON Web Tokens with the claims of pkg/serviceaccount/claims.go.
 *
 * Not imitated: asymmetric keys, `kid`, key rotation, discovery of the issuer. The signature is an HMAC under the lab's own key.
 */
import { createHmac } from 'node:crypto'
import { asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import { keyOf, type Store } from '#lab/api/store.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

export const issuer = 'https://kubernetes.default.svc.cluster.local'

/** The account that a user's name stands for: `system:serviceaccount:kube-system:calico-node`. */
export function accountOf(
  username: string,
): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? []
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}

export const accountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
]

export interface TokenSubject {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

export interface Bound {
  readonly kind: string
  readonly name: string
  readonly uid: string
}

interface Claims extends JsonObject {
  readonly exp: number
  readonly sub: string
  readonly aud: readonly string[]
}

export class Tokens {
  readonly #key: string
  readonly #store: Store
  readonly #now: () => number
  readonly #seen = new Map<string, Claims>()

  constructor(o: { readonly key: string; readonly store: Store; readonly now: () => number }) {
    this.#key = o.key
    this.#store = o.store
    this.#now = o.now
  }

  /** A token that is good for `seconds` from now, and no longer than what it is bound to. */
  issue(
    subject: TokenSubject,
    o: {
      readonly seconds: number
      readonly audiences: readonly string[]
      readonly bound?: Bound
      readonly id: string
    },
  ): string {
    const now = Math.floor(this.#now() / 1000)
    const claims: Claims = {
      aud: o.audiences.length === 0 ? [issuer] : o.audiences,
      exp: now + o.seconds,
      iat: now,
      iss: issuer,
      jti: o.id,
      'kubernetes.io': {
        namespace: subject.namespace,
        ...(o.bound === undefined
          ? {}
          : { [o.bound.kind.toLowerCase()]: { name: o.bound.name, uid: o.bound.uid } }),
        serviceaccount: { name: subject.name, uid: subject.uid },
      },
      nbf: now,
      sub: `system:serviceaccount:${subject.namespace}:${subject.name}`,
    }
    const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
    return `${body}.${this.#sign(body)}`
  }

  /** Whose token it is; `undefined` for one that is expired, foreign, malformed or bound to what is gone. */
  verify(token: string): Identity | undefined {
    const claims = this.#seen.get(token) ?? this.#read(token)
    if (claims === undefined || claims.exp * 1000 <= this.#now()) return undefined
    const about = asObject(claims['kubernetes.io'])
    const namespace = String(about.namespace)
    const account = asObject(about.serviceaccount)
    if (!this.#lives('/serviceaccounts', namespace, account)) return undefined
    if (isObject(about.pod) && !this.#lives('/pods', namespace, about.pod)) return undefined
    return {
      username: claims.sub,
      uid: String(account.uid),
      groups: [...accountGroups(namespace), 'system:authenticated'],
    }
  }

  #lives(bucket: string, namespace: string, { name, uid }: JsonObject): boolean {
    return this.#store.get(bucket, keyOf(namespace, String(name)))?.metadata.uid === uid
  }

  #read(token: string): Claims | undefined {
    const [head, body, signature] = token.split('.')
    if (head === undefined || body === undefined || this.#sign(`${head}.${body}`) !== signature)
      return undefined
    // Signed by us, so it has the claims that issue() wrote.
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
    if (this.#seen.size > 1000) this.#seen.clear()
    this.#seen.set(token, claims)
    return claims
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }
}

const encode = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url')

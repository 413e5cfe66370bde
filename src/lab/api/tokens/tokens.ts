/**
 * Tokens of service accounts: those of TokenRequests, and the old ones that lie in Secrets and never expire.
 * kubernetes/kubernetes:pkg/serviceaccount/{claims,legacy}.go.
 *
 * Not imitated: discovery of the issuer, further issuers.
 */

import { parseTime } from '#base/clock.ts'
import { asList, asObject, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { keyOf, type Store, type Stored } from '#lab/api/store.ts'
import { accountGroups } from '#lab/api/tokens/account.ts'
import { claimsOf, jwt, type TokenKey } from '#lab/api/tokens/jwt.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

export const issuer = 'https://kubernetes.default.svc.cluster.local'
const legacyIssuer = 'kubernetes/serviceaccount'

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

export interface TokenKeys {
  readonly signing: TokenKey
  /** Whose signatures count. */
  readonly accepted: readonly TokenKey[]
}

export class Tokens {
  readonly #store: Store
  readonly #now: () => number
  /** Tokens that were read in this hour, and in the last one in which any was: the signature of others is checked again. */
  #seen = new Map<string, JsonObject>()
  #seenBefore = new Map<string, JsonObject>()
  readonly #verified = new WeakMap<JsonObject, Verified>()
  #hour = 0
  #keys: TokenKeys

  constructor(o: { readonly keys: TokenKeys; readonly store: Store; readonly now: () => number }) {
    this.#keys = o.keys
    this.#store = o.store
    this.#now = o.now
  }

  /** From now on these keys count: what others have signed is no token any more. */
  useKeys(keys: TokenKeys): void {
    this.#keys = keys
    this.#seen.clear()
    this.#seenBefore.clear()
  }

  /**
   * A token that is good for `seconds` from now, and no longer than what it is bound to. `warnAfterSeconds`: from then on its
   * use is to be reported.
   */
  issue(
    subject: TokenSubject,
    o: {
      readonly seconds: number
      readonly audiences: readonly string[]
      /** The object first, then what is told besides: a pod, and its node. */
      readonly bound?: readonly Bound[]
      readonly warnAfterSeconds?: number
      readonly id: string
    },
  ): string {
    const now = Math.floor(this.#now() / 1000)
    const token = jwt(
      {
        aud: o.audiences.length === 0 ? [issuer] : o.audiences,
        exp: now + o.seconds,
        iat: now,
        iss: issuer,
        jti: o.id,
        'kubernetes.io': {
          namespace: subject.namespace,
          ...Object.fromEntries(
            (o.bound ?? []).map(({ kind, name, uid }) => [kind.toLowerCase(), { name, uid }]),
          ),
          serviceaccount: { name: subject.name, uid: subject.uid },
          ...(o.warnAfterSeconds === undefined ? {} : { warnafter: now + o.warnAfterSeconds }),
        },
        nbf: now,
        sub: `system:serviceaccount:${subject.namespace}:${subject.name}`,
      },
      this.#keys.signing,
    )
    return token
  }

  /** Whose token it is; `undefined` for one that is expired, foreign, malformed, for others, or bound to what is gone. */
  verify(token: string, o: { readonly audiences?: readonly string[] } = {}): Identity | undefined {
    const claims = this.#claimsOf(token)
    if (claims === undefined) return undefined
    if (claims.iss === legacyIssuer) return this.#legacy(token, claims)
    if (o.audiences === undefined) {
      const found = this.#verified.get(claims)
      if (found !== undefined && this.#stillHolds(found)) return found.identity
    }
    const { audiences = [issuer] } = o
    if (Number(claims.exp) * 1000 <= this.#now()) return undefined
    if (!asList(claims.aud).some((each) => audiences.includes(String(each)))) return undefined
    const about = asObject(claims['kubernetes.io'])
    const namespace = String(about.namespace)
    const account = asObject(about.serviceaccount)
    if (!this.#lives('/serviceaccounts', namespace, account)) return undefined
    if (isObject(about.pod)) {
      if (!this.#lives('/pods', namespace, about.pod)) return undefined
    } else if (isObject(about.secret)) {
      if (!this.#lives('/secrets', namespace, about.secret)) return undefined
    } else if (isObject(about.node) && !this.#lives('/nodes', undefined, about.node)) return undefined
    const identity = identityOf(claims, { about, namespace, uid: String(account.uid) })
    const { pod, secret, node } = about
    if (o.audiences === undefined && (isObject(pod) || (!isObject(secret) && !isObject(node))))
      this.#remember(claims, identity)
    return identity
  }

  /** Why a token is none, as far as that is told apart: pkg/serviceaccount/claims.go (Validate). */
  troubleWith(token: string): string {
    const expiry = this.#claimsOf(token)?.exp
    return expiry !== undefined && Number(expiry) * 1000 <= this.#now()
      ? '[invalid bearer token, service account token has expired]'
      : 'invalid bearer token'
  }

  /** Until when a token that was verified is good if nothing but heartbeats is written; 0 where that is not known. */
  goodUntil(token: string): number {
    const claims = this.#claimsOf(token)
    return (claims === undefined ? undefined : this.#verified.get(claims)?.untilMs) ?? 0
  }

  #remember(claims: JsonObject, identity: Identity): void {
    const about = asObject(claims['kubernetes.io'])
    const keyOfOne = (one: unknown): string => keyOf(String(about.namespace), String(asObject(one).name))
    const accountKey = keyOfOne(about.serviceaccount)
    const podKey = isObject(about.pod) ? keyOfOne(about.pod) : undefined
    const account = this.#store.get('/serviceaccounts', accountKey)
    const pod = this.#podOf(podKey)
    const isLeaving = [account, pod].some((each) => each?.metadata.deletionTimestamp !== undefined)
    if (isLeaving) this.#verified.delete(claims)
    else
      this.#verified.set(claims, {
        accountKey,
        account,
        podKey,
        pod,
        untilMs: Number(claims.exp) * 1000,
        identity,
      })
  }

  #podOf(key: string | undefined): Stored | undefined {
    return key === undefined ? undefined : this.#store.get('/pods', key)
  }

  #stillHolds({ accountKey, account, podKey, pod, untilMs }: Verified): boolean {
    return (
      this.#now() < untilMs &&
      this.#store.get('/serviceaccounts', accountKey) === account &&
      this.#podOf(podKey) === pod
    )
  }

  /** A token that lies in a Secret is good while that Secret still holds it. */
  #legacy(token: string, claims: JsonObject): Identity | undefined {
    const part = (name: string): string => String(claims[`kubernetes.io/serviceaccount/${name}`])
    const namespace = part('namespace')
    const secret = this.#store.get('/secrets', keyOf(namespace, part('secret.name')))
    const held = Buffer.from(String(at(secret, 'data.token') ?? ''), 'base64').toString()
    const account = { name: part('service-account.name'), uid: part('service-account.uid') }
    if (secret?.metadata.deletionTimestamp !== undefined || held !== token) return undefined
    if (!this.#lives('/serviceaccounts', namespace, account)) return undefined
    const groups = [...accountGroups(namespace), 'system:authenticated']
    return { username: String(claims.sub), uid: account.uid, groups }
  }

  /** Whether it is there, the very same, and not long past the end that its deletion gave it. */
  #lives(bucket: string, namespace: string | undefined, { name, uid }: JsonObject): boolean {
    const metadata = this.#store.get(bucket, keyOf(namespace, String(name)))?.metadata
    if (metadata?.uid !== uid) return false
    const endMs = parseTime(metadata?.deletionTimestamp ?? '')
    return endMs === undefined || this.#now() < endMs + 60_000
  }

  #claimsOf(token: string): JsonObject | undefined {
    this.#forget()
    const known = this.#seen.get(token)
    if (known !== undefined) return known
    const claims = this.#seenBefore.get(token) ?? claimsOf(token, this.#keys.accepted)
    if (claims !== undefined) this.#seen.set(token, claims)
    return claims
  }

  /** A pod's token is good for a year, and replaced within the hour. */
  #forget(): void {
    const hour = Math.floor(this.#now() / 3_600_000)
    if (hour === this.#hour) return
    this.#hour = hour
    this.#seenBefore = this.#seen
    this.#seen = new Map()
  }
}

/** What a token was found to lie on, an account and where it is bound to one a pod: as long as these are what they are, and its time is not over, it is good. */
interface Verified {
  readonly accountKey: string
  readonly account: Stored | undefined
  readonly podKey: string | undefined
  readonly pod: Stored | undefined
  readonly untilMs: number
  readonly identity: Identity
}

/** Programs ask again and again with one token, and each watch keeps who it is for. */
const identities = new WeakMap<JsonObject, Identity>()

function identityOf(
  claims: JsonObject,
  { about, namespace, uid }: { readonly about: JsonObject; readonly namespace: string; readonly uid: string },
): Identity {
  const known = identities.get(claims)
  if (known !== undefined) return known
  const identity = {
    username: String(claims.sub),
    uid,
    groups: [...accountGroups(namespace), 'system:authenticated'],
    extra: extraOf(claims, about),
  }
  identities.set(claims, identity)
  return identity
}

/** What reviews and audit show besides: pkg/serviceaccount/util.go (ServiceAccountInfo.UserInfo). */
function extraOf(claims: JsonObject, about: JsonObject): Readonly<Record<string, readonly string[]>> {
  const extra: Record<string, readonly string[]> = {
    'authentication.kubernetes.io/credential-id': [`JTI=${String(claims.jti)}`],
  }
  for (const kind of ['node', 'pod'])
    if (isObject(about[kind]))
      for (const field of ['name', 'uid'])
        extra[`authentication.kubernetes.io/${kind}-${field}`] = [String(about[kind][field])]
  return extra
}

/** The token for a Secret of type kubernetes.io/service-account-token: pkg/serviceaccount/legacy.go (LegacyClaims). */
export const legacyToken = (subject: TokenSubject, secretName: string, key: TokenKey): string =>
  jwt(
    {
      iss: legacyIssuer,
      'kubernetes.io/serviceaccount/namespace': subject.namespace,
      'kubernetes.io/serviceaccount/secret.name': secretName,
      'kubernetes.io/serviceaccount/service-account.name': subject.name,
      'kubernetes.io/serviceaccount/service-account.uid': subject.uid,
      sub: `system:serviceaccount:${subject.namespace}:${subject.name}`,
    },
    key,
  )

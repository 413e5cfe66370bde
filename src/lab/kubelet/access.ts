/**
 * Who may ask the kubelet, and for what: each request is somebody's (a client certificate, a token, nobody's), and its path and verb are a
 * part of the node that its kubelet runs on.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/server/auth.go, server.go (InstallAuthFilter), cmd/kubelet/app/auth.go (BuildAuth)
 */
import { untrusted, unverified } from '#lab/api/authentication.ts'
import type { Process } from '#lab/host/ports.ts'
import type { AuthConfig } from '#lab/kubelet/auth-config.ts'
import type { Klog } from '#lab/kubelet/klog.ts'
import { type NodeAttributes, NoReview, type Reviews, type Subject } from '#lab/kubelet/reviews.ts'
import { certificatesOf } from '#lab/network/tls.ts'

export interface Asking {
  readonly method: string
  readonly path: string // without its query
  /** The client's certificate (PEM). */
  readonly shown?: string | undefined
  readonly authorization?: string | undefined
}

/** What is answered in place of what was asked for. */
export interface Refused {
  readonly code: number
  readonly message: string
}

interface Parts {
  readonly auth: AuthConfig
  readonly nodeName: string
  readonly minor: number
  readonly klog: Klog
  readonly reviews: Reviews
}

export class Access {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Undefined: whoever asks may. */
  async refusal(self: Process, asking: Asking): Promise<Refused | undefined> {
    const subject = await this.#subject(self, asking)
    return subject === undefined
      ? { code: 401, message: 'Unauthorized' }
      : this.#refusalOf(self, subject, asking)
  }

  /** Undefined: nobody. Why is logged where something was shown that counts for nothing. */
  async #subject(self: Process, { shown, authorization = '' }: Asking): Promise<Subject | undefined> {
    const { auth, klog } = this.#parts
    const troubles: string[] = []
    const certified = this.#certified(shown, { nowMs: self.now(), troubles })
    if (certified !== undefined) return certified
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization.trim()) ?? []
    if (token !== undefined && auth.tokenCacheMs !== undefined) {
      const owner = await this.#owner(self, { token, cacheMs: auth.tokenCacheMs, troubles })
      if (owner !== undefined) return authenticated(owner)
    }
    if (troubles.length === 0) return auth.anonymous ? anonymous : undefined
    const err = troubles.length === 1 ? (troubles[0] ?? '') : `[${troubles.join(', ')}]`
    klog.error('server.go:310', 'Unable to authenticate the request due to an error', { err })
    return undefined
  }

  #certified(
    shown: string | undefined,
    { nowMs, troubles }: { readonly nowMs: number; readonly troubles: string[] },
  ): Subject | undefined {
    const { clientAuthorities } = this.#parts.auth
    const [certificate] = certificatesOf(shown ?? '')
    if (clientAuthorities === undefined || certificate === undefined) return undefined
    const keys = certificatesOf(clientAuthorities).map(({ key }) => key)
    const trouble = untrusted(certificate, { keys, nowMs })
    if (trouble === undefined)
      return authenticated({ user: certificate.subject, groups: certificate.organizations ?? [] })
    troubles.push(unverified(certificate, trouble))
    return undefined
  }

  async #owner(
    self: Process,
    o: { readonly token: string; readonly cacheMs: number; readonly troubles: string[] },
  ): Promise<Subject | undefined> {
    try {
      const owner = await this.#parts.reviews.whose(self, o.token, o)
      if (owner === undefined) o.troubles.push('invalid bearer token')
      return owner
    } catch (error) {
      if (!(error instanceof NoReview)) throw error
      this.#parts.klog.errorf(
        'webhook.go:154',
        `Failed to make webhook authenticator request: ${error.message}`,
      )
      o.troubles.push(error.message)
      return undefined
    }
  }

  async #refusalOf(self: Process, subject: Subject, { method, path }: Asking): Promise<Refused | undefined> {
    const { auth, klog, reviews, nodeName: name, minor } = this.#parts
    const { authorization } = auth
    if (authorization.mode === 'AlwaysAllow') return undefined
    const { user } = subject
    const subresources = subresourcesOf(path, minor)
    const verb = verbs[method] ?? ''
    const asked = `user=${user}, verb=${verb}, resource=nodes`
    for (const subresource of subresources) {
      const attributes: NodeAttributes = { verb, version: 'v1', resource: 'nodes', subresource, name }
      try {
        if (await reviews.allows(self, subject, attributes, authorization)) return undefined
      } catch (error) {
        if (!(error instanceof NoReview)) throw error
        const err = error.message
        klog.errorf('webhook.go:253', `Failed to make webhook authorizer request: ${err}`)
        const about = { user, verb, resource: 'nodes', subresource }
        klog.error('server.go:325', 'Authorization error', { err, ...about })
        return { code: 500, message: `Authorization error (${asked}, subresource=${subresource})` }
      }
    }
    // Since 1.32 there may be several (KubeletFineGrainedAuthz), and the text has a line of its own.
    const parts = subresources.join(' ')
    const says = minor >= 32 ? `subresource(s)=[${parts}])\n` : `subresource=${parts})`
    return { code: 403, message: `Forbidden (${asked}, ${says}` }
  }
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** As which parts of its node a path counts: any of them will do. */
function subresourcesOf(path: string, minor: number): readonly string[] {
  const isBelow = (above: string): boolean => path === above || path.startsWith(`${above}/`)
  const own = { '/stats': 'stats', '/metrics': 'metrics', '/logs': 'log' }
  const found = Object.entries(own).find(([above]) => isBelow(above))
  if (found !== undefined) return [found[1]]
  // By default since 1.33.
  const fine = { '/pods': 'pods', '/runningpods': 'pods', '/healthz': 'healthz', '/configz': 'configz' }
  const finer = minor >= 33 ? Object.entries(fine).find(([above]) => isBelow(above)) : undefined
  return finer === undefined ? ['proxy'] : [finer[1], 'proxy']
}

const anonymous: Subject = { user: 'system:anonymous', groups: ['system:unauthenticated'] }

const authenticated = (subject: Subject): Subject =>
  subject.groups.includes('system:authenticated')
    ? subject
    : { ...subject, groups: [...subject.groups, 'system:authenticated'] }

/** Who may ask a kubelet what, as its configuration says: kubernetes/kubernetes:staging/src/k8s.io/kubelet/config/v1beta1/types.go. */
import { parseDuration } from '#base/duration.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

export interface AuthConfig {
  /** Whoever shows nothing is system:anonymous, rather than nobody. */
  readonly anonymous: boolean
  /** How long an API server's word about a token counts; undefined: tokens are not asked about. */
  readonly tokenCacheMs: number | undefined
  /** Who signs client certificates (PEM); undefined: certificates are not looked at. */
  readonly clientAuthorities: string | undefined
  readonly authorization: Authorization
}

export type Authorization =
  | { readonly mode: 'AlwaysAllow' }
  | { readonly mode: 'Webhook'; readonly allowedCacheMs: number; readonly refusedCacheMs: number }

/** The kubelet does not start: the message is what it prints. */
export class DependencyTrouble extends Error {
  override readonly name = 'DependencyTrouble'
}

type Fields = Readonly<Record<string, unknown>>

/**
 * What is said in `authentication` and `authorization`, with the defaults of what is not (pkg/kubelet/apis/config/v1beta1/defaults.go). Rejects
 * with DependencyTrouble where the file of authorities cannot be read.
 */
export async function readAuthConfig(p: Process, config: Fields): Promise<AuthConfig> {
  const { anonymous, webhook, x509 } = fields(config.authentication, 'anonymous', 'webhook', 'x509')
  return {
    anonymous: anonymous.enabled === true,
    tokenCacheMs: webhook.enabled === false ? undefined : durationOr(webhook.cacheTTL, '2m'),
    clientAuthorities: await authorities(p, x509.clientCAFile),
    authorization: authorizationOf(config.authorization),
  }
}

function authorizationOf(value: unknown): Authorization {
  const { mode } = record(value)
  if (mode === 'AlwaysAllow') return { mode }
  const { webhook } = fields(value, 'webhook')
  return {
    mode: 'Webhook',
    allowedCacheMs: durationOr(webhook.cacheAuthorizedTTL, '5m'),
    refusedCacheMs: durationOr(webhook.cacheUnauthorizedTTL, '30s'),
  }
}

/** cmd/kubelet/app/server.go (UnsecuredDependencies, InitializeTLS) */
async function authorities(p: Process, path: unknown): Promise<string | undefined> {
  if (typeof path !== 'string' || path === '') return undefined
  try {
    return await p.files.read(path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new DependencyTrouble(
      `failed to construct kubelet dependencies: unable to load client CA file ${path}: open ${path}: ${error.message.toLowerCase()}`,
    )
  }
}

/** None, and what is zero, is the default. */
function durationOr(value: unknown, missing: string): number {
  const ms = typeof value === 'string' && value !== '0s' ? parseDuration(value) : 0
  return ms === 0 ? parseDuration(missing) : ms
}

const fields = <Name extends string>(value: unknown, ...names: readonly Name[]): Record<Name, Fields> =>
  Object.fromEntries(names.map((name) => [name, record(record(value)[name])])) as Record<Name, Fields> // has just these

const record = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {} // checked on this line

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Agent } from 'node:http'
import type { RequestOptions } from 'node:https'
import { parseTime, utc } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import type { ChosenContext } from '#sources/live/kubeconfig/load.ts'

/** What each connection needs. */
export interface Access {
  readonly headers: Readonly<Record<string, string>>
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
  /** Given where a proxy or a plugin decides how to connect. */
  readonly agent?: Agent
}

/**
 * Credentials of a context. Tokens, certificates and passwords are read here; plugins (exec, OIDC), cloud providers and
 * proxies are left to @kubernetes/client-node, which is loaded only for them: importing it takes 250 to 430 ms.
 */
export async function accessOf(
  context: ChosenContext,
  { nowMs, env }: { readonly nowMs: number; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Access> {
  const access = needsLibrary(context, env) ? await accessByLibrary(context) : await ownAccess(context)
  if (access.cert !== undefined) refuseExpired(access.cert, context, nowMs)
  return access
}

function needsLibrary(
  { cluster, user }: ChosenContext,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (user.exec || user['auth-provider'] || cluster['proxy-url']) return true
  const secure = cluster.server.startsWith('https:')
  const proxy = secure ? (env.HTTPS_PROXY ?? env.https_proxy) : (env.HTTP_PROXY ?? env.http_proxy)
  return proxy !== undefined && proxy !== '' && !isLoopback(cluster.server)
}

const isLoopback = (server: string): boolean => /^(127\.|localhost$|\[::1\])/.test(new URL(server).hostname)

async function ownAccess({ name, cluster, user }: ChosenContext): Promise<Access> {
  const text = async (data: string | null | undefined, file: string | null | undefined) =>
    data ? Buffer.from(data, 'base64').toString('utf8') : file ? await contentOf(file, name) : undefined
  const ca = await text(cluster['certificate-authority-data'], cluster['certificate-authority'])
  const cert = await text(user['client-certificate-data'], user['client-certificate'])
  const key = await text(user['client-key-data'], user['client-key'])
  const token = user.tokenFile ? (await contentOf(user.tokenFile, name)).trim() : user.token
  const servername = cluster['tls-server-name']
  return {
    headers: authorization(token, user),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername ? { servername } : {}),
    ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
  }
}

function authorization(token: string | null | undefined, user: ChosenContext['user']): Access['headers'] {
  if (token) return { Authorization: `Bearer ${token}` }
  if (!user.username) return {}
  const pair = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')
  return { Authorization: `Basic ${pair}` }
}

async function contentOf(file: string, context: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Trouble('kubeconfig-incomplete', `context "${context}" needs ${file}, which cannot be read`, {
      hint: 'fetch the kubeconfig anew, or restore that file',
      cause: error,
    })
  }
}

async function accessByLibrary(context: ChosenContext): Promise<Access> {
  const { KubeConfig } = await theLibrary()
  const config = new KubeConfig()
  const { name, clusterName, userName, cluster, user } = context
  const file = {
    clusters: [{ name: clusterName, cluster }],
    users: [{ name: userName, user }],
    contexts: [{ name, context: { cluster: clusterName, user: userName } }],
    'current-context': name,
  }
  // JSON is YAML, and the only form in which the library takes a configuration with plugins.
  config.loadFromString(JSON.stringify(file))
  const options: RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (error) {
    throw new Trouble(
      'credentials-failed',
      `the credentials of user "${userName}" could not be had: ${error instanceof Error ? firstLine(error.message) : 'unknown reason'}`,
      {
        hint: user.exec ? `run "${user.exec.command}" yourself to see why it fails` : 'log in again',
        cause: error,
      },
    )
  }
  return {
    headers: stringsOf(options.headers),
    ...(options.ca === undefined ? {} : { ca: String(options.ca) }),
    ...(options.cert === undefined ? {} : { cert: String(options.cert) }),
    ...(options.key === undefined ? {} : { key: String(options.key) }),
    ...(options.servername === undefined ? {} : { servername: options.servername }),
    ...(options.rejectUnauthorized === undefined ? {} : { rejectUnauthorized: options.rejectUnauthorized }),
    // Typed wider (false means none); the library always makes an agent or leaves it out.
    ...(options.agent ? { agent: options.agent as Agent } : {}),
  }
}

async function theLibrary(): Promise<typeof import('@kubernetes/client-node')> {
  try {
    return await import('@kubernetes/client-node')
  } catch (error) {
    throw new Trouble(
      'credentials-unsupported',
      'credential plugins and proxies need a newer Node.js than this one',
      { hint: 'run ninelives with Node.js 22.19 or newer, or use a kubeconfig with a token', cause: error },
    )
  }
}

const stringsOf = (headers: object | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]))

const firstLine = (text: string): string => text.split('\n')[0] ?? ''

function refuseExpired(cert: string, { name, userName }: ChosenContext, nowMs: number): void {
  const until = validUntilMs(cert)
  if (until === undefined)
    throw new Trouble('kubeconfig-broken', `the client certificate of user "${userName}" cannot be read`, {
      hint: 'fetch the kubeconfig anew',
    })
  if (until < nowMs)
    throw new Trouble(
      'credentials-expired',
      `the client certificate of context "${name}" expired on ${isoDay(until)}`,
      {
        hint: 'fetch a new kubeconfig from whoever gave you this one',
      },
    )
}

function validUntilMs(cert: string): number | undefined {
  try {
    return parseTime(new X509Certificate(cert).validTo)
  } catch {
    return undefined
  }
}

const isoDay = (ms: number): string => utc(ms).date

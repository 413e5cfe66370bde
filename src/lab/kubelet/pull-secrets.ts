/** The logins that a pod's imagePullSecrets hold: kubernetes/kubernetes:pkg/credentialprovider/secrets/secrets.go. */
import type { Pod, Secret } from '#lab/api/objects.ts'
import { ObjectTrouble } from '#lab/kubelet/object-cache.ts'
import type { PodObjects } from '#lab/kubelet/pod-objects.ts'
import type { RegistryLogin } from '#lab/runtime/image-source.ts'

export interface PullLogins {
  readonly logins: readonly RegistryLogin[]
  /** Secrets that could not be read. */
  readonly missing: readonly string[]
}

export async function pullLogins(pod: Pod, objects: PodObjects): Promise<PullLogins> {
  const logins: RegistryLogin[] = []
  const missing: string[] = []
  for (const { name } of pod.spec.imagePullSecrets ?? []) {
    const secret = await readable(objects, name)
    if (secret === undefined) missing.push(name)
    else logins.push(...loginsIn(secret))
  }
  return { logins, missing }
}

async function readable(objects: PodObjects, name: string): Promise<Secret | undefined> {
  try {
    return await objects.secret(name)
  } catch (error) {
    if (error instanceof ObjectTrouble) return undefined
    throw error
  }
}

interface DockerConfig {
  readonly auths?: Readonly<
    Record<string, { readonly username?: string; readonly password?: string; readonly auth?: string }>
  >
}

/** A secret that holds no valid file is passed over. */
function loginsIn(secret: Secret): readonly RegistryLogin[] {
  const text = Buffer.from(secret.data?.['.dockerconfigjson'] ?? '', 'base64').toString()
  try {
    const { auths = {} } = JSON.parse(text) as DockerConfig
    return Object.entries(auths).map(([server, { username, password, auth }]) => {
      const [user = '', ...rest] = Buffer.from(auth ?? '', 'base64')
        .toString()
        .split(':')
      return { host: hostOf(server), user: username ?? user, password: password ?? rest.join(':') }
    })
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

/** `https://index.docker.io/v1/` is Docker Hub's old name. */
function hostOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  return host === 'index.docker.io' ? 'docker.io' : host
}

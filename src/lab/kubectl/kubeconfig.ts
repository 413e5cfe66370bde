/** Who asks whom: kubeconfig, flags and defaults, as client-go puts them together (tools/clientcmd). */
import { parse } from 'yaml'
import { asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import type { Credential } from '#lab/api/wire.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Flags } from '#lab/kubectl/flags.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export interface Context {
  /** `https://10.0.0.11:6443`; without a kubeconfig it is tried here: `http://localhost:8080`. */
  readonly server: string
  readonly namespace: string
  readonly credential: Credential
}

type Wanted = Pick<Flags, 'text'>

/** Reads `--kubeconfig`, `$KUBECONFIG` (its first file) or `~/.kube/config`. Throws in clientcmd's words. */
export async function contextOf(p: Process, flags: Wanted): Promise<Context> {
  const config = await configOf(p, flags)
  const wanted = flags.text('context') ?? asText(config['current-context']) ?? ''
  const context = named(config, 'contexts', wanted, 'context')
  if (context === undefined && flags.text('context') !== undefined)
    throw new KubectlError(`context ${JSON.stringify(wanted)} does not exist`)
  const cluster = named(
    config,
    'clusters',
    flags.text('cluster') ?? asText(context?.['cluster']) ?? '',
    'cluster',
  )
  const user = flags.text('user') ?? asText(context?.['user']) ?? ''
  return {
    server: flags.text('server') ?? asText(cluster?.['server']) ?? 'http://localhost:8080',
    namespace: asText(context?.['namespace']) ?? 'default',
    credential: await credentialOf(p, user, named(config, 'users', user, 'user') ?? {}),
  }
}

async function configOf(p: Process, flags: Wanted): Promise<JsonObject> {
  const flag = flags.text('kubeconfig')
  const variable = p.env['KUBECONFIG']?.split(':').find((path) => path !== '')
  const path = flag ?? variable ?? `${p.env['HOME'] ?? '/root'}/.kube/config`
  if (!(await p.files.exists(path))) {
    if (flag !== undefined) throw new KubectlError(`stat ${path}: no such file or directory`)
    return {}
  }
  if (!(await p.files.access(path, 'r')))
    throw new KubectlError(
      `error loading config file ${JSON.stringify(path)}: open ${path}: permission denied`,
    )
  return asObject(parse(await p.files.read(path)))
}

function named(config: JsonObject, list: string, name: string, part: string): JsonObject | undefined {
  const entries = config[list]
  const found = Array.isArray(entries)
    ? entries.filter(isObject).find((each) => each['name'] === name)
    : undefined
  return found === undefined ? undefined : asObject(found[part])
}

/** A certificate stands for the name of its entry, as kubeadm calls them. */
async function credentialOf(p: Process, name: string, user: JsonObject): Promise<Credential> {
  const token = asText(user['token'])
  const file = asText(user['tokenFile'])
  if (token !== undefined) return { token }
  if (file !== undefined) return { token: (await p.files.read(file)).trim() }
  const hasCertificate = 'client-certificate' in user || 'client-certificate-data' in user
  return hasCertificate ? { user: name, groups: groupsOf(name) } : {}
}

function groupsOf(user: string): readonly string[] {
  if (user === 'kubernetes-admin') return ['kubeadm:cluster-admins']
  return user.startsWith('system:node:') ? ['system:nodes'] : []
}

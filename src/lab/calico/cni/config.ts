import { remembering } from '#base/remember.ts'
import { type KubeClient, kubeClient } from '#lab/api/client.ts'
import type { ClusterInformation } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { datastoreError } from '#lab/calico/errors.ts'
import { pathError } from '#lab/calico/node/go-error.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

/** What ends a CNI call with an error; the message is what containerd and kubelet print after `failed (add): `. */
export class CniFailure extends Error {}

/** What the runtime handed over (containernetworking/cni:SPEC.md): the environment and the configuration on stdin. */
export interface CniCall {
  readonly command: 'ADD' | 'DEL' | 'CHECK' | 'VERSION'
  readonly containerId: string
  readonly netns: string
  readonly link: string
  readonly namespace: string
  readonly pod: string
  readonly config: CniConfig
  /** As it came, to be handed on to the IPAM plugin. */
  readonly text: string
}

export interface CniConfig {
  readonly cniVersion?: string
  readonly nodename?: string
  readonly nodename_file_optional?: boolean
  readonly mtu?: number
  readonly log_file_path?: string
  readonly ipam?: { readonly type?: string; readonly ipv4_pools?: readonly string[] }
  readonly kubernetes?: { readonly kubeconfig?: string }
}

export async function readCall(p: Process): Promise<CniCall> {
  const { env } = p
  const args = new Map((env.CNI_ARGS ?? '').split(';').map((pair) => pair.split('=') as [string, string]))
  const text = await allOfStdin(p)
  return {
    command: (env.CNI_COMMAND ?? 'VERSION') as CniCall['command'], // the runtime writes nothing else
    containerId: env.CNI_CONTAINERID ?? '',
    netns: env.CNI_NETNS ?? '',
    link: env.CNI_IFNAME ?? 'eth0',
    namespace: args.get('K8S_POD_NAMESPACE') ?? 'default',
    pod: args.get('K8S_POD_NAME') ?? '',
    config: parseConfig(text),
    text,
  }
}

async function allOfStdin(p: Process): Promise<string> {
  let text = ''
  for (let part = await p.stdin.read(p); part !== undefined; part = await p.stdin.read(p)) text += part
  return text
}

function parseConfig(text: string): CniConfig {
  try {
    return parsed(text)
  } catch (error) {
    throw new CniFailure(`failed to load netconf: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A machine's is the same for each pod; and the runtime only starts us with an object of our type. */
const parsed = remembering((text) => Object.freeze(JSON.parse(text) as CniConfig))

const nodenameFile = '/var/lib/calico/nodename'

/** The file must be there even when the configuration names the node: it proves that calico-node has started once. */
export async function nodeNameOf(p: Process, config: CniConfig): Promise<string> {
  try {
    await p.files.stat(nodenameFile)
    return config.nodename || (await p.files.read(nodenameFile))
  } catch (error) {
    if (!isErrno(error)) throw error
    if (config.nodename_file_optional) return config.nodename || p.hostname
    const says = pathError('stat', nodenameFile, error)
    throw new CniFailure(
      `${says}: check that the calico/node container is running and has mounted /var/lib/calico/`,
    )
  }
}

/** The API as the plugin's own kubeconfig opens it. */
export async function pluginKube(p: Process, config: CniConfig): Promise<KubeClient> {
  const path = config.kubernetes?.kubeconfig ?? '/etc/cni/net.d/calico-kubeconfig'
  try {
    const text = await p.files.read(path)
    const server = /server:\s*https?:\/\/(\S+)/.exec(text)?.[1]?.replaceAll(/[[\]]/g, '') ?? ''
    const token = /token:\s*(\S+)/.exec(text)?.[1] ?? ''
    return kubeClient(p, { server, token })
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CniFailure(`error creating calico client: ${pathError('stat', path, error)}`)
  }
}

/** Nothing is done while the datastore is locked (a migration) or cannot be asked. */
export async function checkDatastore(kube: KubeClient): Promise<void> {
  const id = 'ClusterInformation(default)'
  try {
    const { spec } = await kube.get<ClusterInformation>({
      type: resources.clusterInformations,
      name: 'default',
    })
    if (!spec.datastoreReady) throw new CniFailure('Calico is currently not ready to process requests')
  } catch (error) {
    if (error instanceof CniFailure) throw error
    throw new CniFailure(`error getting ClusterInformation: ${datastoreError(error, id).text}`)
  }
}

/** The error object that a plugin prints on stdout; the exit code is 1. */
export function printFailure(p: Process, call: CniCall | undefined, failure: Error): number {
  const cniVersion = call?.config.cniVersion ?? '0.3.1'
  p.stdout.write(`${JSON.stringify({ cniVersion, code: 999, msg: failure.message })}\n`)
  return 1
}

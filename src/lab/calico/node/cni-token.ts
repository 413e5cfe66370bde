import { parseTime } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import { inClusterKube } from '#lab/api/client.ts'
import { resources } from '#lab/api/ports.ts'
import { apiErrorText } from '#lab/calico/errors.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { pathError } from '#lab/calico/node/go-error.ts'
import { serviceLog } from '#lab/calico/node/service-log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

const kubeconfig = '/host/etc/cni/net.d/calico-kubeconfig'
const validitySeconds = 86_400
const shortestRetryMs = 5_000

/**
 * `calico-node -monitor-token`: renews the CNI plugin's token after a quarter of its life plus up to as much again
 * (projectcalico/calico:node/pkg/cni/token_watch.go).
 */
export async function monitorToken(p: Process): Promise<number> {
  const log = serviceLog(p, 'cni-config-monitor')
  const kube = inClusterKube(p)
  for (;;) {
    const leftMs = await renew(p, kube, log)
    const pauseMs = leftMs === undefined ? shortestRetryMs : leftMs / 4
    await p.sleep(Math.round(pauseMs * (1 + p.random.next())))
  }
}

/** How long the new token is good for; undefined when there is none. */
async function renew(p: Process, kube: KubeClient, log: Log): Promise<number | undefined> {
  try {
    const token = await requestCniToken(p, kube)
    log.info('token_watch.go 226', 'Update of CNI kubeconfig triggered based on elapsed time.')
    await writeKubeconfig(p, log, token.text)
    return token.expiresMs - p.now()
  } catch (error) {
    const text = apiErrorText(error)
    log.error('token_watch.go 108', 'Unable to create token for CNI kubeconfig', { error: raw(text) })
    log.error('token_watch.go 132', 'Failed to update CNI token, retrying...', { error: raw(text) })
    return undefined
  }
}

/** Asks for a token of the plugin's service account in the namespace of this pod. Rejects as the API client does. */
export async function requestCniToken(
  p: Process,
  kube: KubeClient,
): Promise<{ readonly text: string; readonly expiresMs: number }> {
  const name = p.env.CALICO_CNI_SERVICE_ACCOUNT || releaseOf(p.version).cniAccount
  const answer = await kube.post(
    { type: resources.serviceAccounts, namespace: await ownNamespace(p), name },
    'token',
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: [], expirationSeconds: validitySeconds },
    },
  )
  // The API server answers a TokenRequest with its status filled in.
  const { status } = answer as { status: { token: string; expirationTimestamp: string } }
  return {
    text: status.token,
    expiresMs: parseTime(status.expirationTimestamp) ?? p.now() + validitySeconds * 1000,
  }
}

async function ownNamespace(p: Process): Promise<string> {
  const file = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'
  return (await p.files.exists(file)) ? (await p.files.read(file)).trim() : 'kube-system'
}

async function writeKubeconfig(p: Process, log: Log, token: string): Promise<void> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = p.env
  const head = '# Kubeconfig file for Calico CNI plugin. Installed by calico/node.'
  const text = kubeconfigText({
    head,
    server: `https://${host}:${port}`,
    token,
    authority: await authority(p),
  })
  try {
    await p.files.write(kubeconfig, text, { mode: 0o600 })
    log.info('token_watch.go 281', 'Wrote updated CNI kubeconfig file.', { path: kubeconfig })
  } catch (error) {
    if (!isErrno(error)) throw error
    const says = raw(pathError('open', kubeconfig, error))
    log.error('token_watch.go 278', 'Failed to write CNI plugin kubeconfig file', { error: says })
  }
}

/** The cluster's certificate authority as this pod was given it. */
export async function authority(p: Process): Promise<string> {
  const file = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt'
  return (await p.files.exists(file)) ? p.files.read(file) : ''
}

export const kubeconfigText = (o: {
  readonly head: string
  readonly server: string
  readonly token: string
  readonly authority: string
}): string => `${o.head}
apiVersion: v1
kind: Config
clusters:
- name: local
  cluster:
    server: ${o.server}
    certificate-authority-data: "${Buffer.from(o.authority).toString('base64')}"
users:
- name: calico
  user:
    token: ${o.token}
contexts:
- name: calico-context
  context:
    cluster: local
    user: calico
current-context: calico-context`

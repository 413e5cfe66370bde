import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import type { Draft, KubeObject, Node, Role, RoleBinding } from '#lab/api/objects.ts'
import { isKubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import type { Image } from '#lab/runtime/ports.ts'

const image = 'us.icr.io/armada-master/calico-extension:1487'

export const calicoExtensionImages = (): readonly Image[] => [
  {
    name: image,
    sizeBytes: 38_212_608,
    tree: [{ path: '/usr/bin/calico-extension', kind: 'file', mode: 0o755, program: 'calico-extension' }],
    entrypoint: ['/usr/bin/calico-extension'],
  },
]

/** Runs before calico-node in its pod, on clusters up to 1.28; on OpenShift up to 4.14 before ibm-keepalived-watcher. */
export const calicoExtensionContainer = {
  name: 'calico-extension',
  image,
  imagePullPolicy: 'IfNotPresent',
  env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
} as const

interface HostEndpoint extends KubeObject {
  readonly spec: {
    readonly node: string
    readonly interfaceName: string
    readonly expectedIPs: readonly string[]
  }
}

const retryMs = 5000
const timeoutMs = 10_000

/**
 * Makes the HostEndpoints of its worker: one for the private interface, one for the public one of workers that have it, with the
 * node's labels and the worker's role. It ends when they are there, so a worker that cannot reach its master stays in `Init`.
 *
 * The words of its log are the lab's own: the program is the provider's.
 */
export const calicoExtension: Program = async (p) => {
  const kube = inClusterKube(p)
  const name = p.env['NODE_NAME'] ?? ''
  for (;;) {
    try {
      await ensureEndpoints(p, kube, name)
      p.stdout.write('HostEndpoints are up to date\n')
      return 0
    } catch (error) {
      if (!(error instanceof KubeUnreachable) && !isKubeError(error)) throw error
      p.stdout.write(`could not update HostEndpoints of ${name}, retrying: ${error.message}\n`)
      await p.sleep(retryMs)
    }
  }
}

/** Makes the HostEndpoints of a node that is a worker. Rejects with {@link KubeUnreachable} while the node does not say which. */
export async function ensureEndpoints(p: Process, kube: KubeClient, name: string): Promise<void> {
  const { metadata } = await kube.get<Node>({ type: resources.nodes, name }, { timeoutMs })
  const id = metadata.labels?.['ibm-cloud.kubernetes.io/worker-id']
  // A node that has just registered gets its labels a moment later.
  if (id === undefined) throw new KubeUnreachable(`node ${name} has no worker id yet`)
  const isVpc = metadata.labels?.['ibm-cloud.kubernetes.io/iaas-provider'] === 'g2'
  const privateLink = isVpc ? 'ens3' : 'eth0'
  const publicIp = metadata.labels?.['ibm-cloud.kubernetes.io/external-ip']
  const wanted = [
    { role: 'private', interfaceName: privateLink, address: name },
    ...(publicIp === undefined ? [] : [{ role: 'public', interfaceName: 'eth1', address: publicIp }]),
  ]
  for (const { role, interfaceName, address } of wanted)
    await ensure(p, kube, {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'HostEndpoint',
      metadata: {
        name: `${id}-worker-${role}`,
        labels: { ...metadata.labels, 'ibm.role': `worker_${role}` },
      },
      spec: { node: name, interfaceName, expectedIPs: [address] },
    })
}

async function ensure(p: Process, kube: KubeClient, endpoint: Draft<HostEndpoint>): Promise<void> {
  const { name = '' } = endpoint.metadata
  const ref = { type: resources.hostEndpoints, name }
  try {
    await kube.create(resources.hostEndpoints, endpoint, { timeoutMs })
    p.stdout.write(`created HostEndpoint ${ref.name}\n`)
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error
    const { metadata, spec } = endpoint
    await kube.patch(ref, { type: 'merge', body: { metadata, spec } }, { timeoutMs })
  }
}

/** What the account of its pod may do for it. */
export const calicoExtensionRbac = (account = 'calico-node'): readonly Draft<KubeObject>[] => {
  const rules = [
    {
      apiGroups: ['crd.projectcalico.org'],
      resources: ['hostendpoints'],
      verbs: ['get', 'list', 'watch', 'create', 'update', 'patch'],
    },
    { apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
  ]
  const [apiVersion, name] = ['rbac.authorization.k8s.io/v1', 'calico-extension']
  const role: Draft<Role> = { apiVersion, kind: 'ClusterRole', metadata: { name }, rules }
  const binding: Draft<RoleBinding> = {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'kube-system' }],
  }
  return [role, binding]
}

/**
 * What sets konnectivity up: the API server's configuration, the server beside it, an agent on every worker.
 *
 * @see kubernetes-sigs/apiserver-network-proxy:examples/kubernetes/*.yaml
 */
import type { DaemonSet, Draft, KubeObject } from '#lab/api/objects.ts'
import { agentPort, frontendPort } from '#lab/konnectivity/wire.ts'
import type { Image } from '#lab/runtime/ports.ts'

const version = 'v0.31.2'
const image = (part: 'server' | 'agent'): string =>
  `registry.k8s.io/kas-network-proxy/proxy-${part}:${version}`

export const konnectivityImages = (): readonly Image[] =>
  (['server', 'agent'] as const).map((part) => ({
    name: image(part),
    sizeBytes: part === 'server' ? 27_318_044 : 24_104_220,
    tree: [{ path: `/proxy-${part}`, kind: 'file', mode: 0o755, program: `konnectivity-${part}` }],
    entrypoint: [`/proxy-${part}`],
  }))

/** Where kube-apiserver looks for {@link egressConfiguration}: its flag `--egress-selector-config-file`. */
export const egressConfigurationPath = '/etc/kubernetes/konnectivity/egress-selector-configuration.yaml'

/** How kube-apiserver is told to go through the server: staging:apiserver/pkg/apis/apiserver/v1beta1/types.go. */
export const egressConfiguration = `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection:
    proxyProtocol: GRPC
    transport:
      tcp:
        url: http://127.0.0.1:${frontendPort}
`

/** The server as a static pod, for /etc/kubernetes/manifests. */
export const konnectivityServerManifest = `apiVersion: v1
kind: Pod
metadata:
  labels:
    component: konnectivity-server
  name: konnectivity-server
  namespace: kube-system
spec:
  containers:
  - args:
    - --mode=grpc
    - --server-port=${frontendPort}
    - --agent-port=${agentPort}
    image: ${image('server')}
    imagePullPolicy: IfNotPresent
    name: konnectivity-server-container
  hostNetwork: true
  priority: 2000001000
  priorityClassName: system-node-critical
`

const labels = { 'k8s-app': 'konnectivity-agent', app: 'konnectivity-agent' }
const metadata = { name: 'konnectivity-agent', namespace: 'kube-system' }

/** The agents, which dial the server: pods of the pod network, so that what they reach is what pods reach. None runs on `except`. */
export const konnectivityManifests = (server: {
  readonly address: string
  readonly port?: number
  readonly except?: string
}): readonly Draft<KubeObject>[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { ...metadata, labels },
    spec: {
      selector: { matchLabels: { 'k8s-app': 'konnectivity-agent' } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: { metadata: { labels }, spec: agentPod(server) },
    },
  } as Draft<DaemonSet>, // its status is the controller's
]

const agentPod = ({
  address,
  port = agentPort,
  except,
}: {
  readonly address: string
  readonly port?: number
  readonly except?: string
}): DaemonSet['spec']['template']['spec'] => ({
  priorityClassName: 'system-cluster-critical',
  tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
  serviceAccountName: metadata.name,
  ...(except === undefined ? {} : { affinity: { nodeAffinity: notOn(except) } }),
  containers: [
    {
      name: 'konnectivity-agent',
      image: image('agent'),
      imagePullPolicy: 'IfNotPresent',
      args: [`--proxy-server-host=${address}`, `--proxy-server-port=${port}`, '--health-server-port=8134'],
      livenessProbe: {
        httpGet: { path: '/healthz', port: 8134, scheme: 'HTTP' },
        initialDelaySeconds: 15,
        timeoutSeconds: 15,
      },
      readinessProbe: { httpGet: { path: '/readyz', port: 8134, scheme: 'HTTP' }, timeoutSeconds: 15 },
    },
  ],
})

const notOn = (node: string): object => ({
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [
      { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'NotIn', values: [node] }] },
    ],
  },
})

/** Calico's API server as its manifest installs it: projectcalico/calico:manifests/apiserver.yaml. */
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { authority, issued, pemOf } from '#lab/network/tls.ts'
import type { Image } from '#lab/runtime/ports.ts'

const namespace = 'calico-apiserver'
const metadata = { name: 'calico-apiserver', namespace }
const labels = { apiserver: 'true', 'k8s-app': 'calico-apiserver' }

export const calicoApiServerImage = (version: string): Image => ({
  name: `docker.io/calico/apiserver:v${version}`,
  sizeBytes: 38_913_024,
  tree: [
    {
      path: '/code/calico-apiserver',
      kind: 'file',
      mode: 0o755,
      program: 'calico-apiserver',
      version: `v${version}`,
    },
  ],
  entrypoint: ['/code/calico-apiserver'],
})

/** The namespace, rights, certificate, Deployment, Service and APIService. */
export function calicoApiServerManifests(o: {
  readonly version: string
  readonly nowMs: number
  readonly replicas?: number
  /** Where its pods run; default: anywhere. */
  readonly node?: string
}): readonly Draft<KubeObject>[] {
  const validity = { notBeforeMs: o.nowMs - 3_600_000, notAfterMs: o.nowMs + 825 * 86_400_000 }
  const ca = authority('calico-apiserver-ca', { key: 'calico-apiserver-ca', ...validity })
  const dnsNames = ['calico-api.calico-apiserver.svc']
  const certificate = pemOf(issued(ca, { key: 'calico-api', dnsNames, ...validity }))
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    ...rights,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'calico-apiserver-certs', namespace },
      ...{ data: { 'tls.crt': base64(certificate), 'tls.key': '' } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'calico-api', namespace },
      ...{
        spec: {
          selector: { apiserver: 'true' },
          ports: [{ name: 'apiserver', port: 443, protocol: 'TCP', targetPort: 5443 }],
        },
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, labels },
      ...{
        spec: {
          replicas: o.replicas ?? 1,
          strategy: { type: 'Recreate' },
          selector: { matchLabels: { apiserver: 'true' } },
          template: { metadata: { labels }, spec: podSpec(o) },
        },
      },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v3.projectcalico.org' },
      ...{
        spec: {
          group: 'projectcalico.org',
          groupPriorityMinimum: 1500,
          caBundle: base64(pemOf(ca)),
          service: { name: 'calico-api', namespace, port: 443 },
          version: 'v3',
          versionPriority: 200,
        },
      },
    },
  ]
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const rbac = 'rbac.authorization.k8s.io'

const rights: readonly Draft<KubeObject>[] = [
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'calico-crds' },
    ...{ rules: [{ apiGroups: ['crd.projectcalico.org'], resources: ['*'], verbs: ['*'] }] },
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'calico-apiserver-access-crds' },
    ...{
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'calico-crds' },
    },
  },
]

const podSpec = ({
  version,
  node,
}: {
  readonly version: string
  readonly node?: string
}): Readonly<Record<string, unknown>> => ({
  nodeSelector: {
    'kubernetes.io/os': 'linux',
    ...(node === undefined ? {} : { 'kubernetes.io/hostname': node }),
  },
  serviceAccountName: metadata.name,
  containers: [
    {
      name: metadata.name,
      image: `docker.io/calico/apiserver:v${version}`,
      imagePullPolicy: 'IfNotPresent',
      args: ['--secure-port=5443', '--tls-cert-file=/calico-apiserver-certs/tls.crt'],
      volumeMounts: [{ name: 'certs', mountPath: '/calico-apiserver-certs' }],
      readinessProbe: { tcpSocket: { port: 5443 }, timeoutSeconds: 5, periodSeconds: 10 },
    },
  ],
  volumes: [{ name: 'certs', secret: { secretName: 'calico-apiserver-certs' } }],
})

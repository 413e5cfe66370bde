import type { ContainerDef, Draft, KubeObject } from '#lab/api/objects.ts'
import { typhaImageName } from '#lab/calico/images/names.ts'
import { draft } from '#lab/calico/manifests/draft.ts'
import { resourcesOf } from '#lab/calico/operator/overrides.ts'
import {
  bundleVolume,
  calicoSystem,
  healthPort,
  type Rendering,
  secretVolume,
  tlsMounts,
  tolerateAll,
} from '#lab/calico/operator/rendering.ts'
import { typhaPort } from '#lab/calico/typha/protocol.ts'

const name = 'calico-typha'
const labels = { 'k8s-app': name, 'app.kubernetes.io/name': name }
const selector = { matchLabels: { 'k8s-app': name } }
const gracePeriodSeconds = 300

/** Deployment, Service and PodDisruptionBudget of Typha (tigera/operator:pkg/render/typha.go, v1.36). */
export const typhaObjects = (r: Rendering): readonly Draft<KubeObject>[] => [
  draft(
    'policy/v1',
    'PodDisruptionBudget',
    { name, namespace: calicoSystem },
    { spec: { maxUnavailable: 1, selector } },
  ),
  draft(
    'v1',
    'Service',
    { name, namespace: calicoSystem, labels: { 'k8s-app': name } },
    {
      spec: {
        ports: [{ name, port: typhaPort, protocol: 'TCP', targetPort: name }],
        selector: { 'k8s-app': name },
      },
    },
  ),
  draft(
    'apps/v1',
    'Deployment',
    { name, namespace: calicoSystem, labels: { 'k8s-app': name } },
    {
      spec: {
        replicas: r.typhaReplicas,
        revisionHistoryLimit: 2,
        selector,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 1 } },
        template: { metadata: { labels, annotations: annotations(r) }, spec: podSpec(r) },
      },
    },
  ),
]

const annotations = (r: Rendering) => ({
  'hash.operator.tigera.io/tigera-ca-private': r.hashes.authority,
  'hash.operator.tigera.io/typha-certs': r.hashes.typhaSecret,
})

const podSpec = (r: Rendering) => ({
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: tolerateAll,
  serviceAccountName: name,
  terminationGracePeriodSeconds: gracePeriodSeconds,
  hostNetwork: true,
  priorityClassName: 'system-cluster-critical',
  containers: [container(r)],
  volumes: [bundleVolume, secretVolume('typha-certs')],
})

const container = (r: Rendering): ContainerDef => ({
  name,
  image: typhaImageName(r.version),
  imagePullPolicy: 'IfNotPresent',
  ports: [{ containerPort: typhaPort, name, protocol: 'TCP' }],
  env: [
    { name: 'TYPHA_LOGSEVERITYSCREEN', value: 'info' },
    { name: 'TYPHA_LOGFILEPATH', value: 'none' },
    { name: 'TYPHA_LOGSEVERITYSYS', value: 'none' },
    { name: 'TYPHA_CONNECTIONREBALANCINGMODE', value: 'kubernetes' },
    { name: 'TYPHA_DATASTORETYPE', value: 'kubernetes' },
    { name: 'TYPHA_HEALTHENABLED', value: 'true' },
    { name: 'TYPHA_HEALTHPORT', value: String(healthPort - 1) },
    { name: 'TYPHA_K8SNAMESPACE', value: calicoSystem },
    { name: 'TYPHA_CAFILE', value: '/etc/pki/tls/certs/tigera-ca-bundle.crt' },
    { name: 'TYPHA_SERVERCERTFILE', value: '/typha-certs/tls.crt' },
    { name: 'TYPHA_SERVERKEYFILE', value: '/typha-certs/tls.key' },
    { name: 'TYPHA_FIPSMODEENABLED', value: 'false' },
    { name: 'TYPHA_SHUTDOWNTIMEOUTSECS', value: String(gracePeriodSeconds) },
    { name: 'TYPHA_CLIENTCN', value: 'typha-client' },
  ],
  ...resourcesOf(r.spec, { component: 'Typha', overrides: 'typhaDeployment', container: name }),
  livenessProbe: probe('/liveness'),
  readinessProbe: probe('/readiness'),
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    privileged: false,
    runAsGroup: 10001,
    runAsNonRoot: true,
    runAsUser: 10001,
  },
  volumeMounts: tlsMounts('typha-certs'),
})

/** The operator fills in 60 and 30 seconds where a probe says nothing (pkg/controller/utils/component.go). */
const probe = (path: '/liveness' | '/readiness') => ({
  httpGet: { host: 'localhost', path, port: healthPort - 1 },
  periodSeconds: path === '/liveness' ? 60 : 30,
  failureThreshold: 3,
  timeoutSeconds: 10,
})

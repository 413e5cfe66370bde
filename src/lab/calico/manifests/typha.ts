import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { draft, namespace } from '#lab/calico/manifests/draft.ts'
import { typhaPort } from '#lab/calico/typha/protocol.ts'

const name = 'calico-typha'
const labels = { 'k8s-app': name }
const selector = { matchLabels: labels }

/** Service, PodDisruptionBudget and Deployment of projectcalico/calico:manifests/calico-typha.yaml: Typha without certificates. */
export const typhaManifests = (o: {
  readonly image: string
  readonly replicas: number
}): readonly Draft<KubeObject>[] => [
  draft(
    'v1',
    'Service',
    { name, namespace, labels },
    { spec: { ports: [{ port: typhaPort, protocol: 'TCP', targetPort: name, name }], selector: labels } },
  ),
  draft(
    'policy/v1',
    'PodDisruptionBudget',
    { name, namespace, labels },
    { spec: { maxUnavailable: 1, selector } },
  ),
  draft(
    'apps/v1',
    'Deployment',
    { name, namespace, labels },
    {
      spec: {
        replicas: o.replicas,
        revisionHistoryLimit: 2,
        selector,
        template: { metadata: { labels }, spec: podSpec(o.image) },
      },
    },
  ),
]

const podSpec = (image: string) => ({
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  hostNetwork: true,
  terminationGracePeriodSeconds: 300,
  tolerations: [
    { key: 'CriticalAddonsOnly', operator: 'Exists' },
    { effect: 'NoExecute', operator: 'Exists' },
    { effect: 'NoSchedule', operator: 'Exists' },
  ],
  serviceAccountName: 'calico-node',
  priorityClassName: 'system-cluster-critical',
  containers: [
    {
      name,
      image,
      imagePullPolicy: 'IfNotPresent',
      ports: [{ containerPort: typhaPort, name, protocol: 'TCP' }],
      env: [
        { name: 'TYPHA_LOGSEVERITYSCREEN', value: 'info' },
        { name: 'TYPHA_LOGFILEPATH', value: 'none' },
        { name: 'TYPHA_LOGSEVERITYSYS', value: 'none' },
        { name: 'TYPHA_CONNECTIONREBALANCINGMODE', value: 'kubernetes' },
        { name: 'TYPHA_DATASTORETYPE', value: 'kubernetes' },
        { name: 'TYPHA_HEALTHENABLED', value: 'true' },
        { name: 'TYPHA_SHUTDOWNTIMEOUTSECS', value: '300' },
      ],
      livenessProbe: { ...probe('/liveness'), periodSeconds: 30, initialDelaySeconds: 30 },
      readinessProbe: { ...probe('/readiness'), periodSeconds: 10 },
      securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
    },
  ],
})

const probe = (path: string) => ({ httpGet: { path, port: 9098, host: 'localhost' }, timeoutSeconds: 10 })

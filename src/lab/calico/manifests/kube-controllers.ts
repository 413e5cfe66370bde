import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { kubeControllersImageName } from '#lab/calico/images/names.ts'
import { draft, namespace as kubeSystem } from '#lab/calico/manifests/draft.ts'
import { type Release, releaseOf } from '#lab/calico/release.ts'

const name = 'calico-kube-controllers'
const labels = { 'k8s-app': name }

/** Deployment and PodDisruptionBudget of projectcalico/calico:manifests/calico.yaml. */
export const kubeControllers = (
  version: string | undefined,
  namespace = kubeSystem,
): readonly Draft<KubeObject>[] => [
  draft(
    'policy/v1',
    'PodDisruptionBudget',
    { name, namespace, labels },
    { spec: { maxUnavailable: 1, selector: { matchLabels: labels } } },
  ),
  draft(
    'apps/v1',
    'Deployment',
    { name, namespace, labels },
    {
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        strategy: { type: 'Recreate' },
        template: { metadata: { name, namespace, labels }, spec: podSpec(releaseOf(version ?? '')) },
      },
    },
  ),
]

const podSpec = (release: Release) => ({
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [
    { key: 'CriticalAddonsOnly', operator: 'Exists' },
    { key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' },
    { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
  ],
  serviceAccountName: name,
  ...(release.seccomp ? { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } } : {}),
  priorityClassName: 'system-cluster-critical',
  containers: [
    {
      name,
      image: kubeControllersImageName(release.name),
      imagePullPolicy: 'IfNotPresent',
      env: [
        { name: 'ENABLED_CONTROLLERS', value: release.controllers },
        { name: 'DATASTORE_TYPE', value: 'kubernetes' },
      ],
      livenessProbe: {
        exec: { command: ['/usr/bin/check-status', '-l'] },
        periodSeconds: 10,
        initialDelaySeconds: 10,
        failureThreshold: 6,
        timeoutSeconds: 10,
      },
      readinessProbe: { exec: { command: ['/usr/bin/check-status', '-r'] }, periodSeconds: 10 },
      ...(release.seccomp ? { securityContext: { runAsNonRoot: true } } : {}),
    },
  ],
})

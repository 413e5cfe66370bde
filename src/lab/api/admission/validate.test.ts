import { describe, expect, test } from 'vitest'
import { validateChange, validateNew } from '#lab/api/admission/validate.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { Refusal } from '#lab/api/status.ts'
import { Registry } from '#lab/api/types/registry.ts'

const registry = new Registry(31)
const warn = (): void => {}

/** What is said of a new object, after `… is invalid: `; empty when nothing is. */
function said(apiVersion: string, kind: string, object: JsonObject): string {
  const def = registry.ofKind(apiVersion, kind)
  if (def === undefined) throw new Error(`nobody serves ${kind}`)
  const metadata = { name: 'v', namespace: 'default' }
  return refused(() => validateNew(def, { metadata, ...object }, { minor: 31, warn }))
}

function refused(write: () => void): string {
  try {
    write()
    return ''
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.message.replace(/^.* is invalid: /, '')
  }
}

const c = { name: 'c', image: 'x' }
const pod = (container: JsonObject, spec: JsonObject = {}): string =>
  said('v1', 'Pod', { spec: { containers: [{ ...c, ...container }], ...spec } })

describe('of a pod', () => {
  const probe = 'spec.containers[0].livenessProbe'
  const get = { httpGet: { path: '/', port: 80 } }
  test.each([
    [
      'a probe that asks nothing',
      { livenessProbe: { periodSeconds: 5 } },
      `${probe}: Required value: must specify a handler type`,
    ],
    [
      'a probe that asks twice',
      { livenessProbe: { ...get, exec: { command: ['a'] } } },
      `${probe}.httpGet: Forbidden: may not specify more than 1 handler type`,
    ],
    [
      'a liveness probe that has to succeed twice',
      { livenessProbe: { ...get, successThreshold: 2 } },
      `${probe}.successThreshold: Invalid value: 2: must be 1`,
    ],
    [
      'a probe of no port',
      { livenessProbe: { tcpSocket: { port: 'Http_' } } },
      `${probe}.tcpSocket.port: Invalid value: "Http_": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
    ],
    [
      'a variable of two sources',
      { env: [{ name: 'A', valueFrom: { fieldRef: {}, secretKeyRef: {} } }] },
      'spec.containers[0].env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time',
    ],
    [
      'a mount at a place that is taken',
      {
        volumeMounts: [
          { name: 'a', mountPath: '/x' },
          { name: 'a', mountPath: '/x' },
        ],
      },
      'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/x": must be unique',
    ],
    [
      'a resource that nobody knows',
      { resources: { requests: { gpu: '1' } } },
      '[spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified, spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers]',
    ],
    [
      'a long name of a port',
      { ports: [{ containerPort: 80, name: 'this-name-is-too-long' }] },
      'spec.containers[0].ports[0].name: Invalid value: "this-name-is-too-long": must be no more than 15 characters',
    ],
    ['an extended resource', { resources: { requests: { 'example.com/gpu': '1' } } }, ''],
  ])('%s', (_, container, expected) => {
    expect(pod(container, { volumes: [{ name: 'a', emptyDir: {} }] })).toBe(expected)
  })

  test.each([
    [
      'an operator that tolerations do not have',
      { tolerations: [{ key: 'a', operator: 'Foo' }] },
      'spec.tolerations[0].operator: Unsupported value: "Foo": supported values: "Equal", "Exists"',
    ],
    [
      'a toleration of everything by value',
      { tolerations: [{ operator: 'Equal' }] },
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
    ['a toleration of all taints', { tolerations: [{ operator: 'Exists' }] }, ''],
    [
      'a volume of two kinds',
      { volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }] },
      'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
    ],
    [
      'a deadline of no time',
      { activeDeadlineSeconds: 0 },
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ],
    [
      'a topology without a key',
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: '', whenUnsatisfiable: 'DoNotSchedule' }] },
      'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty',
    ],
    [
      'an affinity without values',
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }],
            },
          },
        },
      },
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
  ])('%s', (_, spec, expected) => {
    expect(pod({}, spec)).toBe(expected)
  })
})

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [c] } }
const workload = { selector: { matchLabels: { a: 'b' } }, template }

describe('of what makes pods', () => {
  test.each([
    [
      'Deployment',
      { ...workload, replicas: -1, strategy: { type: 'Recreate' } },
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'Deployment',
      { ...workload, strategy: { type: 'Foo' } },
      'spec.strategy: Unsupported value: apps.DeploymentStrategy{Type:"Foo", RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}: supported values: "Recreate", "RollingUpdate"',
    ],
    [
      'Deployment',
      { ...workload, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: may not be 0 when `maxSurge` is 0',
    ],
    [
      'Deployment',
      { template, strategy: { type: 'Recreate' } },
      '[spec.selector: Required value, spec.template.metadata.labels: Invalid value: map[string]string{"a":"b"}: `selector` does not match template `labels`]',
    ],
    [
      'Deployment',
      { strategy: { type: 'Recreate' } },
      '[spec.selector: Required value, spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`, spec.template.spec.containers: Required value]',
    ],
    [
      'DaemonSet',
      {
        ...workload,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
      },
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
    ],
    [
      'StatefulSet',
      { ...workload, podManagementPolicy: 'X', updateStrategy: { type: 'OnDelete' } },
      "spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'",
    ],
    [
      'StatefulSet',
      {
        ...workload,
        template: {
          ...template,
          spec: { containers: [{ ...c, volumeMounts: [{ name: 'claimed', mountPath: '/x' }] }] },
        },
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'OnDelete' },
      },
      '',
    ],
  ])('%s %j', (kind, spec, expected) => {
    expect(said('apps/v1', kind, { spec })).toBe(expected)
  })

  test.each([
    [
      31,
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ],
    [
      25,
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ],
  ])('a StatefulSet of 1.%i keeps its service', (minor, expected) => {
    const def = registry.ofKind('apps/v1', 'StatefulSet')
    if (def === undefined) throw new Error('nobody serves it')
    const set = (serviceName: string): JsonObject => ({
      metadata: { name: 'v' },
      spec: {
        ...workload,
        serviceName,
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'OnDelete' },
      },
    })
    const change = { old: set('a'), next: set('b') }
    expect(refused(() => validateChange(def, change, { minor, warn }))).toBe(expected)
  })
})

describe('of other objects', () => {
  const block = { cidr: '10.0.0.0/8', except: ['11.0.0.0/8', '10.1.0.0/16'] }
  test.each([
    [
      'v1',
      'Service',
      { spec: { type: 'ClusterIP', externalTrafficPolicy: 'Local', ports: [{ port: 80 }] } },
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ],
    [
      'v1',
      'Service',
      { metadata: { name: '1v' }, spec: { ports: [{ port: 80 }] } },
      "metadata.name: Invalid value: \"1v\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ],
    ['v1', 'Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }, 'data[tls.key]: Required value'],
    [
      'v1',
      'PersistentVolumeClaim',
      { spec: {} },
      '[spec.accessModes: Required value: at least 1 access mode is required, spec.resources[storage]: Required value]',
    ],
    [
      'v1',
      'PersistentVolume',
      { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } } },
      'spec: Required value: must specify a volume type',
    ],
    [
      'v1',
      'PersistentVolume',
      { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, local: { path: '/x' } } },
      '',
    ],
    [
      'v1',
      'ResourceQuota',
      { spec: { hard: { pods: '-1' } } },
      'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
    ],
    [
      'v1',
      'Node',
      { spec: { taints: [{ key: 'a', effect: 'Foo' }] } },
      'metadata.taints[0].effect: Unsupported value: "Foo": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
    [
      'v1',
      'Pod',
      { metadata: { name: 'v', finalizers: ['x'] }, spec: { containers: [c] } },
      'metadata.finalizers[0]: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
    ],
    [
      'networking.k8s.io/v1',
      'NetworkPolicy',
      { spec: { ingress: [{ from: [{ ipBlock: block }] }] } },
      'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/8": must be a strict subset of `cidr`',
    ],
    [
      'networking.k8s.io/v1',
      'Ingress',
      { spec: {} },
      'spec: Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must be specified',
    ],
    [
      'rbac.authorization.k8s.io/v1',
      'Role',
      { rules: [{ verbs: ['get'], resources: ['pods'] }] },
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
    ],
    [
      'rbac.authorization.k8s.io/v1',
      'ClusterRole',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] },
      '',
    ],
    [
      'scheduling.k8s.io/v1',
      'PriorityClass',
      { value: 2_000_000_000 },
      'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
    ],
    [
      'autoscaling/v1',
      'HorizontalPodAutoscaler',
      { spec: { minReplicas: 2, maxReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'x' } } },
      'spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`',
    ],
  ])('%s %s %j', (apiVersion, kind, object, expected) => {
    expect(said(apiVersion, kind, object)).toBe(expected)
  })
})

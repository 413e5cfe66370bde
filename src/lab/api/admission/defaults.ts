/** Defaults that the server writes into objects of each type before it stores them. */
import { bindingDefaults, policyDefaults } from '#lab/api/admission/admission-policy.ts'
import { cronJobDefaults, jobDefaults } from '#lab/api/admission/batch.ts'
import { limitDefaults } from '#lab/api/admission/limit-ranger.ts'
import { change, changeEach, fill, podDefaultsOf, podSpecDefaults } from '#lab/api/admission/pod-defaults.ts'
import { claimDefaults, classDefaults, volumeObjectDefaults } from '#lab/api/admission/storage.ts'
import { webhookDefaults } from '#lab/api/admission/webhook-configuration.ts'
import { defaulted, pruned } from '#lab/api/custom/prune.ts'
import { asObject, at, isObject, type JsonObject } from '#lab/api/json.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'

/** The object with its type's defaults, and of a custom one what its schema knows; itself when nothing is to do. */
export function withDefaults(def: ResourceDef, object: JsonObject): JsonObject {
  if (def.schema !== undefined) return defaulted(def.schema, pruned(def.schema, object))
  const defaults = byBucket[def.bucket]
  return defaults === undefined ? object : defaults(object)
}

const template = (spec: JsonObject): JsonObject =>
  change(spec, 'template', (each) =>
    fill(change(each, 'spec', podSpecDefaults), { metadata: { creationTimestamp: null } }),
  )

const rolling = { type: 'RollingUpdate' }

function daemonSet(spec: JsonObject): JsonObject {
  const next = fill(template(spec), { revisionHistoryLimit: 10, updateStrategy: rolling })
  return change(next, 'updateStrategy', (strategy) =>
    strategy.type !== undefined && strategy.type !== 'RollingUpdate'
      ? strategy
      : change(
          fill(strategy, { type: 'RollingUpdate', rollingUpdate: {} }),
          'rollingUpdate',
          (rollingUpdate) => fill(rollingUpdate, { maxSurge: 0, maxUnavailable: 1 }),
        ),
  )
}

function deployment(spec: JsonObject): JsonObject {
  const next = fill(template(spec), {
    progressDeadlineSeconds: 600,
    replicas: 1,
    revisionHistoryLimit: 10,
    strategy: rolling,
  })
  return change(next, 'strategy', (strategy) =>
    strategy.type !== undefined && strategy.type !== 'RollingUpdate'
      ? strategy
      : change(
          fill(strategy, { type: 'RollingUpdate', rollingUpdate: {} }),
          'rollingUpdate',
          (rollingUpdate) => fill(rollingUpdate, { maxSurge: '25%', maxUnavailable: '25%' }),
        ),
  )
}

/** It and its selector take the template's labels where they say nothing (pkg/apis/core/v1/defaults.go). */
function replicationController(object: JsonObject): JsonObject {
  const labels = at(object, 'spec.template.metadata.labels')
  const lacks = (value: unknown): boolean => Object.keys(asObject(value)).length === 0
  const selecting = spec((each) => ({
    ...fill(template(each), { replicas: 1 }),
    ...(lacks(each.selector) && isObject(labels) ? { selector: labels } : {}),
  }))(object)
  return lacks(at(object, 'metadata.labels')) && isObject(labels)
    ? change(selecting, 'metadata', (metadata) => ({ ...metadata, labels }))
    : selecting
}

function service(spec: JsonObject): JsonObject {
  const next = fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  const named = next.type === 'ExternalName'
  const filled = named
    ? next
    : fill(next, { internalTrafficPolicy: 'Cluster', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' })
  const exposed = filled.type === 'NodePort' || filled.type === 'LoadBalancer'
  return changeEach(exposed ? fill(filled, { externalTrafficPolicy: 'Cluster' }) : filled, 'ports', (port) =>
    fill(port, { protocol: 'TCP', targetPort: port.port }),
  )
}

function secret(object: JsonObject): JsonObject {
  const next = fill(object, { type: 'Opaque' })
  if (!isObject(next.stringData)) return next
  const { stringData, ...rest } = next
  const encoded = Object.fromEntries(
    Object.entries(asObject(stringData)).map(([key, value]) => [
      key,
      Buffer.from(String(value)).toString('base64'),
    ]),
  )
  return { ...rest, data: { ...asObject(rest.data), ...encoded } }
}

/** Labels of the template where the set has none of its own: pkg/apis/apps/v1/defaults.go does no more since v1. */
const spec =
  (defaults: (spec: JsonObject) => JsonObject) =>
  (object: JsonObject): JsonObject =>
    change(object, 'spec', defaults)

const byBucket: Readonly<Record<string, (object: JsonObject) => JsonObject>> = {
  '/pods': spec(podDefaultsOf),
  '/persistentvolumeclaims': spec(claimDefaults),
  '/persistentvolumes': spec(volumeObjectDefaults),
  '/replicationcontrollers': replicationController,
  '/secrets': secret,
  '/limitranges': spec((each) => changeEach(each, 'limits', limitDefaults)),
  '/services': (object) => fill(spec(service)(object), { status: { loadBalancer: {} } }),
  'apps/daemonsets': spec(daemonSet),
  'apps/deployments': spec(deployment),
  'apps/replicasets': spec((each) => fill(template(each), { replicas: 1 })),
  'apps/statefulsets': spec((each) =>
    fill(template(each), {
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      podManagementPolicy: 'OrderedReady',
      replicas: 1,
      revisionHistoryLimit: 10,
      updateStrategy: { rollingUpdate: { partition: 0 }, type: 'RollingUpdate' },
    }),
  ),
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhookDefaults(),
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhookDefaults({
    reinvocationPolicy: 'Never',
  }),
  'admissionregistration.k8s.io/validatingadmissionpolicies': spec(policyDefaults),
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': spec(bindingDefaults),
  'autoscaling/horizontalpodautoscalers': spec((each) =>
    fill(each, {
      minReplicas: 1,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    }),
  ),
  'batch/cronjobs': spec((each) => cronJobDefaults(each, template)),
  'batch/jobs': spec((each) => jobDefaults(template(each))),
  'apiextensions.k8s.io/customresourcedefinitions': spec((each) =>
    fill(
      change(each, 'names', (names) =>
        fill(names, {
          singular: String(names.kind ?? '').toLowerCase(),
          listKind: `${String(names.kind ?? '')}List`,
        }),
      ),
      { conversion: { strategy: 'None' } },
    ),
  ),
  'storage.k8s.io/storageclasses': classDefaults,
  'discovery.k8s.io/endpointslices': (object) =>
    changeEach(object, 'ports', (port) => fill(port, { name: '', protocol: 'TCP' })),
  '/endpoints': (object) =>
    changeEach(object, 'subsets', (subset) =>
      changeEach(subset, 'ports', (port) => fill(port, { protocol: 'TCP' })),
    ),
  'rbac.authorization.k8s.io/rolebindings': subjects,
  'rbac.authorization.k8s.io/clusterrolebindings': subjects,
}

function subjects(object: JsonObject): JsonObject {
  const group = 'rbac.authorization.k8s.io'
  const next = change(object, 'roleRef', (ref) => fill(ref, { apiGroup: group }))
  return changeEach(next, 'subjects', (subject) =>
    subject.kind === 'ServiceAccount' ? subject : fill(subject, { apiGroup: group }),
  )
}

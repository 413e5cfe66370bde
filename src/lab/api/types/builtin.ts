/**
 * The types that the lab's server serves beside custom resources, as kube-apiserver 1.31 describes them in discovery.
 *
 * Not imitated: componentstatuses (deprecated since 1.19), metrics.k8s.io, resource.k8s.io, and versions other than the newest stable
 * but of autoscalers.
 */
import {
  cronJobRule,
  nodeRule,
  plainRule,
  podRule,
  serviceAccountRule,
  serviceRule,
  webhookConfigurationRule,
  workloadRule,
} from '#lab/api/patch/rules.ts'
import { type DefOptions, define, type ResourceDef, scale, statusOf } from '#lab/api/types/resource-def.ts'

const all = { categories: ['all'] }
const cluster = { namespaced: false }
const plain = { mergeRule: plainRule }

/** A workload: counted, with a pod template, `/status` and perhaps `/scale`. */
const workload = (kind: string, shortNames: readonly string[], o: DefOptions = {}): DefOptions => ({
  ...all,
  shortNames,
  counted: true,
  mergeRule: workloadRule,
  ...o,
  subresources: { ...statusOf(kind), ...o.subresources },
})

const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
  (field) => `involvedObject.${field}`,
)

/** Whatever is behind it is asked through the server, with any method. */
const proxyOf = (kind: string): DefOptions['subresources'] => ({
  proxy: { kind, verbs: ['create', 'delete', 'get', 'patch', 'update'] },
})

const get = ['get']
const create = ['create']

const core = ['', 'v1'] as const
const storage = ['storage.k8s.io', 'v1'] as const
const networking = ['networking.k8s.io', 'v1'] as const
const flowcontrol = ['flowcontrol.apiserver.k8s.io', 'v1'] as const
const coreTypes: readonly ResourceDef[] = [
  define(core, 'configmaps', 'ConfigMap', { ...plain, shortNames: ['cm'] }),
  define(core, 'endpoints', 'Endpoints', {
    ...plain,
    singular: 'endpoints',
    shortNames: ['ep'],
    createOnUpdate: true,
    // staging:api/core/v1/zz_generated.prerelease-lifecycle.go
    deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    deprecatedSince: 33,
  }),
  define(core, 'events', 'Event', {
    ...plain,
    shortNames: ['ev'],
    selectable: [...involved, 'reason', 'reportingComponent', 'source', 'type'],
    createOnUpdate: true,
    ttlMs: 3_600_000,
  }),
  define(core, 'limitranges', 'LimitRange', { ...plain, shortNames: ['limits'], createOnUpdate: true }),
  define(core, 'namespaces', 'Namespace', {
    ...plain,
    ...cluster,
    shortNames: ['ns'],
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
    selectable: ['status.phase'],
    nameForm: 'label',
    returnsDeleted: true,
    subresources: { finalize: { kind: 'Namespace', verbs: ['update'] }, ...statusOf('Namespace') },
  }),
  define(core, 'nodes', 'Node', {
    ...cluster,
    shortNames: ['no'],
    mergeRule: nodeRule,
    selectable: ['spec.unschedulable'],
    statusOnCreate: true,
    subresources: { ...proxyOf('NodeProxyOptions'), ...statusOf('Node') },
  }),
  define(core, 'persistentvolumeclaims', 'PersistentVolumeClaim', {
    ...plain,
    shortNames: ['pvc'],
    returnsDeleted: true,
    subresources: statusOf('PersistentVolumeClaim'),
  }),
  define(core, 'persistentvolumes', 'PersistentVolume', {
    ...plain,
    ...cluster,
    shortNames: ['pv'],
    returnsDeleted: true,
    subresources: statusOf('PersistentVolume'),
  }),
  define(core, 'pods', 'Pod', {
    ...all,
    shortNames: ['po'],
    mergeRule: podRule,
    returnsDeleted: true,
    selectable: [
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.podIPs',
      'status.nominatedNodeName',
    ],
    subresources: {
      attach: { kind: 'PodAttachOptions', verbs: ['create', 'get'] },
      binding: { kind: 'Binding', verbs: create },
      ephemeralcontainers: { kind: 'Pod', verbs: ['get', 'patch', 'update'] },
      eviction: { kind: 'Eviction', group: 'policy', version: 'v1', verbs: create },
      exec: { kind: 'PodExecOptions', verbs: ['create', 'get'] },
      log: { kind: 'Pod', verbs: get },
      portforward: { kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
      ...proxyOf('PodProxyOptions'),
      ...statusOf('Pod'),
    },
  }),
  define(core, 'podtemplates', 'PodTemplate', { mergeRule: workloadRule, returnsDeleted: true }),
  define(core, 'replicationcontrollers', 'ReplicationController', {
    ...workload('ReplicationController', ['rc'], { subresources: scale }),
  }),
  define(core, 'resourcequotas', 'ResourceQuota', {
    ...plain,
    shortNames: ['quota'],
    returnsDeleted: true,
    subresources: statusOf('ResourceQuota'),
  }),
  define(core, 'secrets', 'Secret', { ...plain, selectable: ['type'] }),
  define(core, 'serviceaccounts', 'ServiceAccount', {
    mergeRule: serviceAccountRule,
    shortNames: ['sa'],
    returnsDeleted: true,
    subresources: {
      token: { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: create },
    },
  }),
  define(core, 'services', 'Service', {
    ...all,
    shortNames: ['svc'],
    mergeRule: serviceRule,
    selectable: ['spec.clusterIP', 'spec.type'],
    nameForm: 'service',
    returnsDeleted: true,
    createOnUpdate: true,
    subresources: { ...proxyOf('ServiceProxyOptions'), ...statusOf('Service') },
  }),
]

const apps = ['apps', 'v1'] as const
const appsTypes: readonly ResourceDef[] = [
  define(apps, 'controllerrevisions', 'ControllerRevision', { ...plain }),
  define(apps, 'daemonsets', 'DaemonSet', workload('DaemonSet', ['ds'])),
  define(apps, 'deployments', 'Deployment', workload('Deployment', ['deploy'], { subresources: scale })),
  define(apps, 'replicasets', 'ReplicaSet', workload('ReplicaSet', ['rs'], { subresources: scale })),
  define(apps, 'statefulsets', 'StatefulSet', workload('StatefulSet', ['sts'], { subresources: scale })),
]

const batch = ['batch', 'v1'] as const
const policy = ['policy', 'v1'] as const
const rbac = ['rbac.authorization.k8s.io', 'v1'] as const
const authentication = ['authentication.k8s.io', 'v1'] as const
const authorization = ['authorization.k8s.io', 'v1'] as const
const admission = ['admissionregistration.k8s.io', 'v1'] as const

const autoscalers: DefOptions = {
  ...plain,
  ...all,
  shortNames: ['hpa'],
  subresources: statusOf('HorizontalPodAutoscaler'),
}

const review = (
  group: readonly [string, string],
  resource: string,
  kind: string,
  namespaced = false,
): ResourceDef => define(group, resource, kind, { namespaced, verbs: create, review: true })

const otherTypes: readonly ResourceDef[] = [
  define(['events.k8s.io', 'v1'], 'events', 'Event', {
    ...plain,
    shortNames: ['ev'],
    bucket: '/events',
    storedAs: 'v1',
    selectable: ['reason', 'type'],
    ttlMs: 3_600_000,
  }),
  review(authentication, 'selfsubjectreviews', 'SelfSubjectReview'),
  review(authentication, 'tokenreviews', 'TokenReview'),
  review(authorization, 'localsubjectaccessreviews', 'LocalSubjectAccessReview', true),
  review(authorization, 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
  review(authorization, 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'),
  review(authorization, 'subjectaccessreviews', 'SubjectAccessReview'),
  define(['autoscaling', 'v2'], 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', autoscalers),
  define(['autoscaling', 'v1'], 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
    ...autoscalers,
    storedAs: 'autoscaling/v2',
  }),
  define(batch, 'cronjobs', 'CronJob', {
    ...all,
    shortNames: ['cj'],
    counted: true,
    mergeRule: cronJobRule,
    subresources: statusOf('CronJob'),
  }),
  define(batch, 'jobs', 'Job', workload('Job', [])),
  define(networking, 'networkpolicies', 'NetworkPolicy', {
    ...plain,
    shortNames: ['netpol'],
    counted: true,
  }),
  define(networking, 'ingressclasses', 'IngressClass', { ...plain, ...cluster, counted: true }),
  define(networking, 'ingresses', 'Ingress', {
    ...plain,
    shortNames: ['ing'],
    counted: true,
    subresources: statusOf('Ingress'),
  }),
  define(['node.k8s.io', 'v1'], 'runtimeclasses', 'RuntimeClass', {
    ...plain,
    ...cluster,
    createOnUpdate: true,
    unconditionalUpdate: false,
  }),
  define(policy, 'poddisruptionbudgets', 'PodDisruptionBudget', {
    ...plain,
    shortNames: ['pdb'],
    counted: true,
    unconditionalUpdate: false,
    subresources: statusOf('PodDisruptionBudget'),
  }),
  define(rbac, 'clusterrolebindings', 'ClusterRoleBinding', {
    ...plain,
    ...cluster,
    nameForm: 'path',
    createOnUpdate: true,
  }),
  define(rbac, 'clusterroles', 'ClusterRole', {
    ...plain,
    ...cluster,
    nameForm: 'path',
    createOnUpdate: true,
  }),
  define(rbac, 'rolebindings', 'RoleBinding', { ...plain, nameForm: 'path', createOnUpdate: true }),
  define(rbac, 'roles', 'Role', { ...plain, nameForm: 'path', createOnUpdate: true }),
  define(storage, 'storageclasses', 'StorageClass', {
    ...plain,
    ...cluster,
    shortNames: ['sc'],
    returnsDeleted: true,
  }),
  define(storage, 'csidrivers', 'CSIDriver', {
    ...plain,
    ...cluster,
    counted: true,
    unconditionalUpdate: false,
  }),
  define(storage, 'csinodes', 'CSINode', { ...plain, ...cluster, unconditionalUpdate: false }),
  define(storage, 'csistoragecapacities', 'CSIStorageCapacity', { ...plain, unconditionalUpdate: false }),
  define(storage, 'volumeattachments', 'VolumeAttachment', {
    ...plain,
    ...cluster,
    unconditionalUpdate: false,
    subresources: statusOf('VolumeAttachment'),
  }),
  define(['certificates.k8s.io', 'v1'], 'certificatesigningrequests', 'CertificateSigningRequest', {
    ...plain,
    ...cluster,
    shortNames: ['csr'],
    selectable: ['spec.signerName'],
    subresources: {
      approval: { kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] },
      ...statusOf('CertificateSigningRequest'),
    },
  }),
  define(flowcontrol, 'flowschemas', 'FlowSchema', {
    ...plain,
    ...cluster,
    counted: true,
    subresources: statusOf('FlowSchema'),
  }),
  define(flowcontrol, 'prioritylevelconfigurations', 'PriorityLevelConfiguration', {
    ...plain,
    ...cluster,
    counted: true,
    subresources: statusOf('PriorityLevelConfiguration'),
  }),
  define(admission, 'mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', {
    ...cluster,
    counted: true,
    mergeRule: webhookConfigurationRule,
    unconditionalUpdate: false,
  }),
  define(admission, 'validatingwebhookconfigurations', 'ValidatingWebhookConfiguration', {
    ...cluster,
    counted: true,
    mergeRule: webhookConfigurationRule,
    unconditionalUpdate: false,
  }),
  define(admission, 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy', {
    ...plain,
    ...cluster,
    counted: true,
    since: 30,
    unconditionalUpdate: false,
    subresources: statusOf('ValidatingAdmissionPolicy'),
  }),
  define(admission, 'validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', {
    ...plain,
    ...cluster,
    counted: true,
    since: 30,
    unconditionalUpdate: false,
  }),
  define(['apiextensions.k8s.io', 'v1'], 'customresourcedefinitions', 'CustomResourceDefinition', {
    ...plain,
    ...cluster,
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    counted: true,
    unconditionalUpdate: false,
    subresources: statusOf('CustomResourceDefinition'),
  }),
  define(['apiregistration.k8s.io', 'v1'], 'apiservices', 'APIService', {
    ...plain,
    ...cluster,
    categories: ['api-extensions'],
    unconditionalUpdate: false,
    subresources: statusOf('APIService'),
  }),
  define(['scheduling.k8s.io', 'v1'], 'priorityclasses', 'PriorityClass', {
    ...plain,
    ...cluster,
    shortNames: ['pc'],
  }),
  define(['coordination.k8s.io', 'v1'], 'leases', 'Lease', {
    ...plain,
    createOnUpdate: true,
    unconditionalUpdate: false,
  }),
  define(['discovery.k8s.io', 'v1'], 'endpointslices', 'EndpointSlice', {
    ...plain,
    counted: true,
  }),
]

/** In the order in which discovery lists the groups. */
export const builtinTypes: readonly ResourceDef[] = [...coreTypes, ...appsTypes, ...otherTypes]

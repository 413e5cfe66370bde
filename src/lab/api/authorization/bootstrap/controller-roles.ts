/**
 * What each controller of kube-controller-manager may do under its own service account: bootstrappolicy/controller_policy.go
 * of 1.31. The role `system:controller:x` binds to the account `kube-system/x`.
 */
import { events, read, rule } from '#lab/api/authorization/bootstrap/rule-words.ts'
import type { PolicyRule } from '#lab/api/authorization/rules.ts'

const apps = 'apps extensions'
const custom = 'custom.metrics.k8s.io'
const external = 'external.metrics.k8s.io'
const certificates = 'certificates.k8s.io'
const storage = 'storage.k8s.io'
const podMaking = 'create delete list patch watch'

/** Rules by the controller's account. */
export const controllerRoles = (): Readonly<Record<string, readonly PolicyRule[]>> => ({
  ...workloads(),
  ...endpoints(),
  ...volumes(),
  ...housekeeping(),
})

const workloads = (): Readonly<Record<string, readonly PolicyRule[]>> => ({
  'cronjob-controller': [
    rule(`${read} update`, 'batch', 'cronjobs'),
    rule(`${read} create update delete patch`, 'batch', 'jobs'),
    rule('update', 'batch', 'cronjobs/status'),
    rule('update', 'batch', 'cronjobs/finalizers'),
    rule('list watch delete', 'core', 'pods'),
    events(),
  ],
  'daemon-set-controller': [
    rule(read, apps, 'daemonsets'),
    rule('update', apps, 'daemonsets/status'),
    rule('update', apps, 'daemonsets/finalizers'),
    rule('list watch', 'core', 'nodes'),
    rule(podMaking, 'core', 'pods'),
    rule('create', 'core', 'pods/binding'),
    rule(`${read} create delete update patch`, 'apps', 'controllerrevisions'),
    events(),
  ],
  'deployment-controller': [
    rule(`${read} update`, apps, 'deployments'),
    rule('update', apps, 'deployments/status'),
    rule('update', apps, 'deployments/finalizers'),
    rule(`${read} create update patch delete`, apps, 'replicasets'),
    rule(`${read} update`, 'core', 'pods'),
    events(),
  ],
  'disruption-controller': [
    rule(read, apps, 'deployments'),
    rule(read, apps, 'replicasets'),
    rule(read, 'core', 'replicationcontrollers'),
    rule(read, 'policy', 'poddisruptionbudgets'),
    rule(read, 'apps', 'statefulsets'),
    rule('update', 'policy', 'poddisruptionbudgets/status'),
    rule('patch update', 'core', 'pods/status'),
    rule('get', '*', '*/scale'),
    events(),
  ],
  'horizontal-pod-autoscaler': [
    rule(read, 'autoscaling', 'horizontalpodautoscalers'),
    rule('update', 'autoscaling', 'horizontalpodautoscalers/status'),
    rule('get update', '*', '*/scale'),
    rule('list watch', 'core', 'pods'),
    rule('list', 'metrics.k8s.io', 'pods'),
    rule('get list', custom, '*'),
    rule('get list', external, '*'),
    events(),
  ],
  'job-controller': [
    rule(`${read} update patch`, 'batch', 'jobs'),
    rule('update', 'batch', 'jobs/status'),
    rule('update', 'batch', 'jobs/finalizers'),
    rule(podMaking, 'core', 'pods'),
    events(),
  ],
  'replicaset-controller': [
    rule(`${read} update`, apps, 'replicasets'),
    rule('update', apps, 'replicasets/status'),
    rule('update', apps, 'replicasets/finalizers'),
    rule(podMaking, 'core', 'pods'),
    events(),
  ],
  'replication-controller': [
    rule(`${read} update`, 'core', 'replicationcontrollers'),
    rule('update', 'core', 'replicationcontrollers/status'),
    rule('update', 'core', 'replicationcontrollers/finalizers'),
    rule(podMaking, 'core', 'pods'),
    events(),
  ],
  'statefulset-controller': [
    rule('list watch', 'core', 'pods'),
    rule(read, 'apps', 'statefulsets'),
    rule('update', 'apps', 'statefulsets/status'),
    rule('update', 'apps', 'statefulsets/finalizers'),
    rule('get create delete update patch', 'core', 'pods'),
    rule(`${read} create delete update patch`, 'apps', 'controllerrevisions'),
    rule(`${read} create`, 'core', 'persistentvolumeclaims'),
    rule('update delete', 'core', 'persistentvolumeclaims'),
    events(),
  ],
})

const endpoints = (): Readonly<Record<string, readonly PolicyRule[]>> => ({
  'endpoint-controller': [
    rule(read, 'core', 'services pods'),
    rule(`${read} create update delete`, 'core', 'endpoints'),
    rule('create', 'core', 'endpoints/restricted'),
    events(),
  ],
  'endpointslice-controller': [
    rule(read, 'core', 'services pods nodes'),
    rule('update', 'core', 'services/finalizers'),
    rule(`${read} create update delete`, 'discovery.k8s.io', 'endpointslices'),
    events(),
  ],
  'endpointslicemirroring-controller': [
    rule(read, 'core', 'services endpoints'),
    rule('update', 'core', 'services/finalizers'),
    rule('update', 'core', 'endpoints/finalizers'),
    rule(`${read} create update delete`, 'discovery.k8s.io', 'endpointslices'),
    events(),
  ],
  'route-controller': [rule('list watch', 'core', 'nodes'), rule('patch', 'core', 'nodes/status'), events()],
  'service-controller': [
    rule(read, 'core', 'services'),
    rule('patch update', 'core', 'services/status'),
    rule('list watch', 'core', 'nodes'),
    events(),
  ],
})

const volumes = (): Readonly<Record<string, readonly PolicyRule[]>> => ({
  'attachdetach-controller': [
    rule('list watch', 'core', 'persistentvolumes persistentvolumeclaims'),
    rule(read, 'core', 'nodes'),
    rule('patch update', 'core', 'nodes/status'),
    rule('list watch', 'core', 'pods'),
    events(),
    rule(`${read} create delete`, storage, 'volumeattachments'),
    rule(read, storage, 'csidrivers'),
    rule(read, storage, 'csinodes'),
  ],
  'expand-controller': [
    rule(`${read} update patch`, 'core', 'persistentvolumes'),
    rule('update patch', 'core', 'persistentvolumeclaims/status'),
    rule(read, 'core', 'persistentvolumeclaims'),
    events(),
  ],
  'ephemeral-volume-controller': [
    rule(read, 'core', 'pods'),
    rule('update', 'core', 'pods/finalizers'),
    rule(`${read} create`, 'core', 'persistentvolumeclaims'),
    events(),
  ],
  'persistent-volume-binder': [
    rule(`${read} update create delete`, 'core', 'persistentvolumes'),
    rule('update', 'core', 'persistentvolumes/status'),
    rule(`${read} update`, 'core', 'persistentvolumeclaims'),
    rule('update', 'core', 'persistentvolumeclaims/status'),
    rule(`${read} create delete`, 'core', 'pods'),
    rule(read, storage, 'storageclasses'),
    rule('list watch', 'core', 'nodes'),
    events(),
    rule('watch', 'core', 'events'),
  ],
  'pv-protection-controller': [rule(`${read} update`, 'core', 'persistentvolumes'), events()],
  'pvc-protection-controller': [
    rule(`${read} update`, 'core', 'persistentvolumeclaims'),
    rule(read, 'core', 'pods'),
    events(),
  ],
})

const signers = [
  'legacy-unknown',
  'kube-apiserver-client',
  'kube-apiserver-client-kubelet',
  'kubelet-serving',
]

const housekeeping = (): Readonly<Record<string, readonly PolicyRule[]>> => ({
  'certificate-controller': [
    rule(`${read} delete`, certificates, 'certificatesigningrequests'),
    rule('update', certificates, 'certificatesigningrequests/status certificatesigningrequests/approval'),
    rule('approve', certificates, 'signers', 'kubernetes.io/kube-apiserver-client-kubelet'),
    rule('sign', certificates, 'signers', signers.map((each) => `kubernetes.io/${each}`).join(' ')),
    rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    events(),
  ],
  'clusterrole-aggregation-controller': [
    rule(`${read} escalate update patch`, 'rbac.authorization.k8s.io', 'clusterroles'),
  ],
  'generic-garbage-collector': [rule(`${read} patch update delete`, '*', '*'), events()],
  'legacy-service-account-token-cleaner': [
    rule('get', 'core', 'configmaps', 'kube-apiserver-legacy-service-account-token-tracking'),
    rule('patch delete', 'core', 'secrets'),
  ],
  'namespace-controller': [
    rule(`${read} delete`, 'core', 'namespaces'),
    rule('update', 'core', 'namespaces/finalize namespaces/status'),
    rule(`${read} delete deletecollection`, '*', '*'),
  ],
  'node-controller': [
    rule(`${read} update delete patch`, 'core', 'nodes'),
    rule('patch update', 'core', 'nodes/status'),
    rule('patch update', 'core', 'pods/status'),
    rule(`${read} delete`, 'core', 'pods'),
    events(),
  ],
  'pod-garbage-collector': [
    rule('list watch delete', 'core', 'pods'),
    rule(read, 'core', 'nodes'),
    rule('patch', 'core', 'pods/status'),
  ],
  'resourcequota-controller': [
    rule('list watch', '*', '*'),
    rule('update', 'core', 'resourcequotas/status'),
    events(),
  ],
  'root-ca-cert-publisher': [rule('create update', 'core', 'configmaps'), events()],
  'service-account-controller': [rule('create', 'core', 'serviceaccounts'), events()],
  'ttl-after-finished-controller': [rule(`${read} delete`, 'batch', 'jobs'), events()],
  'ttl-controller': [rule('update patch list watch', 'core', 'nodes'), events()],
  'validatingadmissionpolicy-status-controller': [
    rule(read, 'admissionregistration.k8s.io', 'validatingadmissionpolicies'),
    rule('get patch update', 'admissionregistration.k8s.io', 'validatingadmissionpolicies/status'),
    events(),
  ],
})

/**
 * The ClusterRoles that a 1.31 API server makes: kubernetes/kubernetes:plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go,
 * with the feature gates of that version at their defaults.
 */
import { nodeRules } from '#lab/api/authorization/bootstrap/node-rules.ts'
import { events, paths, read, rule } from '#lab/api/authorization/bootstrap/rule-words.ts'
import { userRoles } from '#lab/api/authorization/bootstrap/user-roles.ts'
import type { PolicyRule } from '#lab/api/authorization/rules.ts'

export interface RoleDef {
  readonly rules?: readonly PolicyRule[]
  /** Which `rbac.authorization.k8s.io/aggregate-to-…` labels this role gathers, and which it carries. */
  readonly gathers?: string
  readonly aggregatesTo?: string
}

const approve = (signer: string): RoleDef => ({
  rules: [rule('approve', 'certificates.k8s.io', 'signers', `kubernetes.io/${signer}`)],
})
const mayAsk = [
  rule('create', 'authentication.k8s.io', 'tokenreviews'),
  rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
]
const leader = (name: string): readonly PolicyRule[] => [
  rule('create', 'coordination.k8s.io', 'leases'),
  rule('get update', 'coordination.k8s.io', 'leases', name),
]
const health = '/livez /readyz /healthz'
const csr = (part: string): RoleDef => ({
  rules: [rule('create', 'certificates.k8s.io', `certificatesigningrequests/${part}`)],
})

/** Roles by name, without those of controllers. */
export const clusterRoles = (): Readonly<Record<string, RoleDef>> => ({
  'cluster-admin': { rules: [rule('*', '*', '*'), paths('*', '*')] },
  ...userRoles(),
  'system:discovery': {
    rules: [paths('get', `${health} /version /version/ /openapi /openapi/* /api /api/* /apis /apis/*`)],
  },
  'system:monitoring': {
    rules: [paths('get', `/metrics /metrics/slis ${health} /livez/* /readyz/* /healthz/*`)],
  },
  'system:basic-user': {
    rules: [
      rule('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      rule('create', 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  'system:public-info-viewer': { rules: [paths('get', `${health} /version /version/`)] },
  'system:heapster': {
    rules: [rule(read, 'core', 'events pods nodes namespaces'), rule(read, 'extensions', 'deployments')],
  },
  'system:node': { rules: nodeRules() },
  'system:node-problem-detector': {
    rules: [rule('get', 'core', 'nodes'), rule('patch', 'core', 'nodes/status'), events()],
  },
  'system:kubelet-api-admin': {
    rules: [
      rule(read, 'core', 'nodes'),
      rule('proxy', 'core', 'nodes'),
      rule('*', 'core', 'nodes/proxy nodes/metrics nodes/stats nodes/log'),
    ],
  },
  'system:node-bootstrapper': {
    rules: [rule(`create ${read}`, 'certificates.k8s.io', 'certificatesigningrequests')],
  },
  'system:auth-delegator': { rules: mayAsk },
  'system:kube-aggregator': { rules: [rule(read, 'core', 'services endpoints')] },
  'system:kube-controller-manager': {
    rules: [
      events(),
      ...leader('kube-controller-manager'),
      rule('create', 'core', 'secrets serviceaccounts'),
      rule('delete', 'core', 'secrets'),
      rule('get', 'core', 'namespaces secrets serviceaccounts configmaps'),
      rule('update', 'core', 'secrets serviceaccounts'),
      ...mayAsk,
      rule('list watch', '*', '*'),
      rule('create', 'core', 'serviceaccounts/token'),
    ],
  },
  'system:kube-dns': { rules: [rule('list watch', 'core', 'endpoints services')] },
  'system:persistent-volume-provisioner': {
    rules: [
      rule(`${read} create delete`, 'core', 'persistentvolumes'),
      rule(`${read} update`, 'core', 'persistentvolumeclaims'),
      rule(read, 'storage.k8s.io', 'storageclasses'),
      rule('watch', 'core', 'events'),
      events(),
    ],
  },
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient': csr('nodeclient'),
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient': csr('selfnodeclient'),
  'system:volume-scheduler': {
    rules: [
      rule(`${read} patch update`, 'core', 'persistentvolumes'),
      rule(read, 'storage.k8s.io', 'storageclasses'),
      rule(`${read} patch update`, 'core', 'persistentvolumeclaims'),
    ],
  },
  'system:certificates.k8s.io:legacy-unknown-approver': approve('legacy-unknown'),
  'system:certificates.k8s.io:kubelet-serving-approver': approve('kubelet-serving'),
  'system:certificates.k8s.io:kube-apiserver-client-approver': approve('kube-apiserver-client'),
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver': approve(
    'kube-apiserver-client-kubelet',
  ),
  'system:service-account-issuer-discovery': {
    rules: [
      paths(
        'get',
        '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
      ),
    ],
  },
  'system:node-proxier': {
    rules: [
      rule('list watch', 'core', 'services endpoints'),
      rule(read, 'core', 'nodes'),
      events(),
      rule('list watch', 'discovery.k8s.io', 'endpointslices'),
    ],
  },
  'system:kube-scheduler': {
    rules: [
      events(),
      ...leader('kube-scheduler'),
      rule(read, 'core', 'nodes'),
      rule(`${read} delete`, 'core', 'pods'),
      rule('create', 'core', 'pods/binding bindings'),
      rule('patch update', 'core', 'pods/status'),
      rule(read, 'core', 'services replicationcontrollers'),
      rule(read, 'apps extensions', 'replicasets'),
      rule(read, 'apps', 'statefulsets'),
      rule(read, 'policy', 'poddisruptionbudgets'),
      rule(read, 'core', 'persistentvolumeclaims persistentvolumes'),
      ...mayAsk,
      rule(read, 'storage.k8s.io', 'csinodes'),
      rule(read, 'storage.k8s.io', 'volumeattachments'),
      rule(read, 'core', 'namespaces'),
      rule(read, 'storage.k8s.io', 'csidrivers'),
      rule(read, 'storage.k8s.io', 'csistoragecapacities'),
    ],
  },
})

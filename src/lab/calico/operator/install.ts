/** What the cluster's owner applies to have the operator, and then Calico: tigera-operator.yaml and custom-resources.yaml. */
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { operatorImageName } from '#lab/calico/images/names.ts'
import { operatorManages } from '#lab/calico/manifests/definitions.ts'
import { draft } from '#lab/calico/manifests/draft.ts'
import { operatorDefinitions, operatorGroup } from '#lab/calico/operator/definitions.ts'
import type { InstallationSpec } from '#lab/calico/operator/installation.ts'
import { operatorNamespace, tolerateAll } from '#lab/calico/operator/rendering.ts'

const name = 'tigera-operator'
const rbacGroup = 'rbac.authorization.k8s.io'
const labels = { 'k8s-app': name }

/** `kubectl create -f tigera-operator.yaml` */
export const operatorManifests = (version = ''): readonly Draft<KubeObject>[] => [
  draft('v1', 'Namespace', {
    name: operatorNamespace,
    labels: { name: operatorNamespace, 'pod-security.kubernetes.io/enforce': 'privileged' },
  }),
  ...operatorDefinitions(version),
  draft('v1', 'ServiceAccount', { name, namespace: operatorNamespace }),
  draft(`${rbacGroup}/v1`, 'ClusterRole', { name }, { rules }),
  draft(
    `${rbacGroup}/v1`,
    'ClusterRoleBinding',
    { name },
    {
      roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: operatorNamespace }],
    },
  ),
  deployment(version),
]

/** `kubectl create -f custom-resources.yaml`, with a pool that does not encapsulate and nothing that needs a driver on the nodes. */
export const operatorInstallation = (podCidr: string, change: InstallationSpec = {}): Draft<KubeObject> =>
  draft(
    `${operatorGroup}/v1`,
    'Installation',
    { name: 'default' },
    {
      spec: {
        calicoNetwork: {
          ipPools: [
            {
              name: 'default-ipv4-ippool',
              blockSize: 26,
              cidr: podCidr,
              encapsulation: 'None',
              natOutgoing: 'Enabled',
              nodeSelector: 'all()',
            },
          ],
        },
        flexVolumePath: 'None',
        kubeletVolumePluginPath: 'None',
        ...change,
      },
    },
  )

const all = ['get', 'list', 'create', 'update', 'patch', 'delete', 'watch']

const rules = [
  {
    apiGroups: [''],
    resources: [
      'namespaces',
      'pods',
      'podtemplates',
      'services',
      'endpoints',
      'events',
      'configmaps',
      'secrets',
      'serviceaccounts',
    ],
    verbs: all,
  },
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'patch', 'watch'] },
  {
    apiGroups: [rbacGroup],
    resources: ['clusterroles', 'clusterrolebindings', 'rolebindings', 'roles'],
    verbs: [...all, 'bind', 'escalate'],
  },
  { apiGroups: ['apps'], resources: ['deployments', 'daemonsets', 'statefulsets'], verbs: all },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: all },
  { apiGroups: [operatorGroup], resources: ['*'], verbs: all },
  { apiGroups: ['crd.projectcalico.org'], resources: ['*'], verbs: all },
  { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: all },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: all },
]

const deployment = (version: string): Draft<KubeObject> =>
  draft(
    'apps/v1',
    'Deployment',
    { name, namespace: operatorNamespace, labels },
    {
      spec: {
        replicas: 1,
        selector: { matchLabels: { name } },
        template: {
          metadata: { labels: { name, ...labels } },
          spec: {
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            tolerations: tolerateAll,
            serviceAccountName: name,
            hostNetwork: true,
            dnsPolicy: 'ClusterFirstWithHostNet',
            terminationGracePeriodSeconds: 60,
            containers: [
              {
                name,
                image: operatorImageName(version),
                imagePullPolicy: 'IfNotPresent',
                command: ['operator'],
                ...(operatorManages(version) ? { args: ['-manage-crds=true'] } : {}),
                env: [
                  { name: 'WATCH_NAMESPACE', value: '' },
                  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                  { name: 'OPERATOR_NAME', value: name },
                ],
                envFrom: [{ configMapRef: { name: 'kubernetes-services-endpoint', optional: true } }],
                // Where calico-node leaves what it has found out, of which the Installation's status tells.
                volumeMounts: [{ name: 'var-lib-calico', readOnly: true, mountPath: '/var/lib/calico' }],
              },
            ],
            volumes: [{ name: 'var-lib-calico', hostPath: { path: '/var/lib/calico' } }],
          },
        },
      },
    },
  )

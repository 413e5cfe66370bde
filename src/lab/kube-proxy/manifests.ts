import type { ConfigMap, DaemonSet, Draft, KubeObject, RoleBinding } from '#lab/api/objects.ts'
import { kubeProxyTools } from '#lab/kube-proxy/image-tools.ts'
import type { Image } from '#lab/runtime/ports.ts'

const imageOf = (version: string): string => `registry.k8s.io/kube-proxy:v${version}`
const labels = { 'k8s-app': 'kube-proxy' }
const meta = { name: 'kube-proxy', namespace: 'kube-system' }

/** kube-proxy's image: the program, and what it needs to write rules. */
export const kubeProxyImages = (version = '1.31.9'): readonly Image[] => [
  {
    name: imageOf(version),
    sizeBytes: 30_244_127,
    tree: [
      ...kubeProxyTools(),
      {
        path: '/usr/local/bin/kube-proxy',
        kind: 'file',
        mode: 0o755,
        program: 'kube-proxy',
        version: `v${version}`,
      },
    ],
    entrypoint: ['/usr/local/bin/kube-proxy'],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  },
]

/**
 * What kubeadm creates for kube-proxy.
 * @see kubernetes/kubernetes:cmd/kubeadm/app/phases/addons/proxy/manifests.go
 */
export const kubeProxyManifests = (o: {
  readonly server: string // https://10.0.0.11:6443
  readonly clusterCidr: string // 10.244.0.0/16
  /** Of Kubernetes. Default 1.31.9. */
  readonly version?: string
}): readonly Draft<KubeObject>[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta },
  binding,
  configMap(o),
  daemonSet(imageOf(o.version ?? '1.31.9')),
]

const binding: Draft<RoleBinding> = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'kubeadm:node-proxier' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-proxier' },
  subjects: [{ kind: 'ServiceAccount', ...meta }],
}

const configMap = ({ server, clusterCidr }: { server: string; clusterCidr: string }): Draft<ConfigMap> => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...meta, labels: { app: 'kube-proxy' } },
  data: {
    'config.conf': `apiVersion: kubeproxy.config.k8s.io/v1alpha1
bindAddress: 0.0.0.0
clientConnection:
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
clusterCIDR: ${clusterCidr}
iptables:
  minSyncPeriod: 0s
  syncPeriod: 0s
kind: KubeProxyConfiguration
mode: ""
`,
    'kubeconfig.conf': `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
    server: ${server}
  name: default
contexts:
- context:
    cluster: default
    namespace: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
`,
  },
})

const daemonSet = (image: string): Draft<DaemonSet> => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { ...meta, labels },
  spec: {
    selector: { matchLabels: labels },
    updateStrategy: { type: 'RollingUpdate' },
    template: {
      metadata: { labels },
      spec: {
        priorityClassName: 'system-node-critical',
        serviceAccountName: 'kube-proxy',
        hostNetwork: true,
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [{ operator: 'Exists' }],
        containers: [
          {
            name: 'kube-proxy',
            image,
            imagePullPolicy: 'IfNotPresent',
            command: [
              '/usr/local/bin/kube-proxy',
              '--config=/var/lib/kube-proxy/config.conf',
              '--hostname-override=$(NODE_NAME)',
            ],
            env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
            securityContext: { privileged: true },
            volumeMounts: [
              { name: 'kube-proxy', mountPath: '/var/lib/kube-proxy' },
              { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
              { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
            ],
          },
        ],
        volumes: [
          { name: 'kube-proxy', configMap: { name: 'kube-proxy' } },
          { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
          { name: 'lib-modules', hostPath: { path: '/lib/modules' } },
        ],
      },
    },
  },
})

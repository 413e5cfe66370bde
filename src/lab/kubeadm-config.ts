/**
 * What kubeadm leaves in ConfigMaps for nodes that join: kubernetes/kubernetes:cmd/kubeadm/app/phases/{uploadconfig,kubelet,bootstraptoken}.
 */
import { stringify } from 'yaml'
import type { ConfigMap, Draft } from '#lab/api/objects.ts'
import type { ClusterPlan } from '#lab/plan.ts'

const map = (
  name: string,
  data: Readonly<Record<string, string>>,
  namespace = 'kube-system',
): Draft<ConfigMap> => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data })

export const kubeadmConfig = (plan: ClusterPlan): readonly Draft<ConfigMap>[] => [
  map('kubeadm-config', { ClusterConfiguration: stringify(clusterConfiguration(plan)) }),
  map('kubelet-config', { kubelet: stringify(kubeletConfiguration(plan)) }),
  map('cluster-info', { kubeconfig: stringify(publicKubeconfig(plan)) }, 'kube-public'),
]

/** v1beta4 came with 1.31. */
function clusterConfiguration({ kubernetes, podCidr, serviceCidr }: ClusterPlan): unknown {
  const recent = Number(kubernetes.split('.')[1]) >= 31
  return {
    apiServer: recent
      ? {}
      : { extraArgs: { 'authorization-mode': 'Node,RBAC' }, timeoutForControlPlane: '4m0s' },
    apiVersion: `kubeadm.k8s.io/${recent ? 'v1beta4' : 'v1beta3'}`,
    ...(recent ? { caCertificateValidityPeriod: '87600h0m0s', certificateValidityPeriod: '8760h0m0s' } : {}),
    certificatesDir: '/etc/kubernetes/pki',
    clusterName: 'kubernetes',
    controllerManager: {},
    dns: {},
    ...(recent ? { encryptionAlgorithm: 'RSA-2048' } : {}),
    etcd: { local: { dataDir: '/var/lib/etcd' } },
    imageRepository: 'registry.k8s.io',
    kind: 'ClusterConfiguration',
    kubernetesVersion: `v${kubernetes}`,
    networking: { dnsDomain: 'cluster.local', podSubnet: podCidr, serviceSubnet: serviceCidr },
    ...(recent ? { proxy: {} } : {}),
    scheduler: {},
  }
}

const kubeletConfiguration = ({ dnsServiceIp }: ClusterPlan): unknown => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  authentication: {
    anonymous: { enabled: false },
    webhook: { cacheTTL: '0s', enabled: true },
    x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
  },
  authorization: {
    mode: 'Webhook',
    webhook: { cacheAuthorizedTTL: '0s', cacheUnauthorizedTTL: '0s' },
  },
  cgroupDriver: 'systemd',
  clusterDNS: [dnsServiceIp],
  clusterDomain: 'cluster.local',
  kind: 'KubeletConfiguration',
  rotateCertificates: true,
  staticPodPath: '/etc/kubernetes/manifests',
})

const publicKubeconfig = ({ apiServer }: ClusterPlan): unknown => ({
  apiVersion: 'v1',
  clusters: [{ cluster: { server: `https://${apiServer.address}:${apiServer.port}` }, name: '' }],
  contexts: null,
  'current-context': '',
  kind: 'Config',
  preferences: {},
  users: null,
})

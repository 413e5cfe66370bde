import { seeded } from '#base/random.ts'
import { keyFile } from '#lab/api/tokens/jwt.ts'
import type { Tree, TreeEntry } from '#lab/host/ports.ts'
import {
  egressConfiguration,
  egressConfigurationPath,
  konnectivityServerManifest,
} from '#lab/konnectivity/manifests.ts'
import { kubeconfigPath, kubeletConfigPath } from '#lab/kubelet/config.ts'
import {
  authorityPath,
  kubeletClientPath,
  pkiPath,
  servingCertificatePath,
  staticPodManifests,
} from '#lab/kubelet/control-plane.ts'
import { minorOf } from '#lab/kubelet/release.ts'
import {
  clusterAuthority,
  kubeletClientCertificate,
  servingCertificate,
} from '#lab/kubelet/serving-certificate.ts'
import { pemOf } from '#lab/network/tls.ts'
import { containerdConfig, containerdConfigPath } from '#lab/runtime/cgroup-driver.ts'

/**
 * What kubeadm and the packages leave on a node's disk: executables, units (enabled), configuration, and on a control-plane node
 * the manifests of its static pods.
 */
export function kubernetesHostFiles(o: {
  readonly node: string
  readonly controlPlane: boolean
  /** Of Kubernetes. Default 1.31.9. */
  readonly version?: string
  /** Default 10.0.0.11:6443. */
  readonly server?: string
  /** Default 10.96.0.10. */
  readonly clusterDns?: string
  /** On the control plane: kube-apiserver reaches nodes and pods through konnectivity. */
  readonly konnectivity?: boolean
  /** Default containerd. */
  readonly runtime?: 'containerd' | 'cri-o'
  /** More words for the kubelet's command line. */
  readonly kubeletFlags?: readonly string[]
}): Tree {
  const {
    node,
    controlPlane,
    server = '10.0.0.11:6443',
    clusterDns = '10.96.0.10',
    version = '1.31.9',
    kubeletFlags = [],
    runtime = 'containerd',
  } = o
  const { file: program, unit, text } = runtimes[runtime]
  return [
    executable(program, 'containerd'), // one service behind both
    { path: '/usr/bin/kubelet', kind: 'file', mode: 0o755, program: 'kubelet', version: `v${version}` },
    executable('/usr/bin/crictl', 'crictl'),
    ...enabledUnit(unit, text),
    ...(runtime === 'containerd' ? [file(containerdConfigPath, containerdConfig, 0o644)] : []),
    file(kubeconfigPath, kubeconfig(`system:node:${node}`, server), 0o600),
    ...(controlPlane ? administration(version, server) : []),
    ...enabledUnit('kubelet.service', kubeletUnit(kubeletFlags, unit)),
    file(kubeletConfigPath, kubeletConfig(clusterDns), 0o644),
    { path: pkiPath, kind: 'directory', mode: 0o755 },
    file(authorityPath, pemOf(clusterAuthority), 0o644),
    { path: '/etc/kubernetes/manifests', kind: 'directory', mode: 0o755 },
    { path: '/etc/cni/net.d', kind: 'directory', mode: 0o755 },
    { path: '/opt/cni/bin', kind: 'directory', mode: 0o755 },
    ...(controlPlane
      ? [...controlPlaneFiles(version, o.konnectivity ?? false), ...serverKeys({ server, node, version })]
      : []),
  ]
}

/** kubectl, and the administrator's kubeconfig where root's kubectl looks for one, as `kubeadm init` says to put it. */
const administration = (version: string, server: string): Tree => [
  { path: '/usr/bin/kubectl', kind: 'file', mode: 0o755, program: 'kubectl', version: `v${version}` },
  file(adminConfigPath, kubeconfig('kubernetes-admin', server), 0o600),
  { path: '/root/.kube', kind: 'directory', mode: 0o755 },
  { path: '/root/.kube/config', kind: 'symlink', target: adminConfigPath },
]

/**
 * The pair that service account tokens are signed with and checked by, the same on every control-plane node of a cluster; and what the API
 * server shows who connects, and kubelets.
 */
function serverKeys({
  server,
  node,
  version,
}: {
  readonly server: string
  readonly node: string
  readonly version: string
}): Tree {
  const secret = seeded(`service account key of ${server}`).text(64)
  return [
    file(`${pkiPath}/sa.key`, keyFile(secret, 'RSA PRIVATE KEY'), 0o600),
    file(`${pkiPath}/sa.pub`, keyFile(secret, 'PUBLIC KEY'), 0o600),
    file(servingCertificatePath, servingCertificate({ server, names: [node] }), 0o644),
    file(kubeletClientPath, kubeletClientCertificate(minorOf(`v${version}`)), 0o644),
  ]
}

const controlPlaneFiles = (version: string, konnectivity: boolean): Tree => [
  ...staticPodManifests(version, konnectivity ? { egress: egressConfigurationPath } : {}).map((each) =>
    file(`/etc/kubernetes/manifests/${each.file}`, each.text, 0o600),
  ),
  ...(konnectivity
    ? [
        file(egressConfigurationPath, egressConfiguration, 0o600),
        file('/etc/kubernetes/manifests/konnectivity-server.yaml', konnectivityServerManifest, 0o600),
      ]
    : []),
]

const executable = (path: string, program: string): TreeEntry => ({
  path,
  kind: 'file',
  mode: 0o755,
  program,
})

const file = (path: string, text: string, mode: number): TreeEntry => ({ path, kind: 'file', text, mode })

const enabledUnit = (name: string, text: string): Tree => [
  file(`/lib/systemd/system/${name}`, text, 0o644),
  {
    path: `/etc/systemd/system/multi-user.target.wants/${name}`,
    kind: 'symlink',
    target: `/lib/systemd/system/${name}`,
  },
]

const containerdUnit = `[Unit]
Description=containerd container runtime
Documentation=https://containerd.io
After=network.target local-fs.target

[Service]
ExecStart=/usr/bin/containerd
Type=simple
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
`

const crioUnit = `[Unit]
Description=Container Runtime Interface for OCI (CRI-O)
Documentation=https://github.com/cri-o/cri-o
Wants=network-online.target
Before=kubelet.service
After=network-online.target

[Service]
Type=notify
ExecStart=/usr/bin/crio
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
`

const runtimes = {
  containerd: { file: '/usr/bin/containerd', unit: 'containerd.service', text: containerdUnit },
  'cri-o': { file: '/usr/bin/crio', unit: 'crio.service', text: crioUnit },
} as const

const kubeletUnit = (flags: readonly string[], runtimeUnit: string): string => `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target ${runtimeUnit}

[Service]
ExecStart=/usr/bin/kubelet --kubeconfig=${kubeconfigPath} --config=${kubeletConfigPath}${flags.map((word) => ` ${word}`).join('')}
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`

/** The cluster administrator's; on control-plane nodes only. */
const adminConfigPath = '/etc/kubernetes/admin.conf'

const kubeconfig = (user: string, server: string): string => `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: bGFi
    server: https://${server}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: ${user}
  name: ${user}@kubernetes
current-context: ${user}@kubernetes
users:
- name: ${user}
  user:
    client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem
    client-key: /var/lib/kubelet/pki/kubelet-client-current.pem
`

const kubeletConfig = (clusterDns: string): string => `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: ${authorityPath}
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: 0s
    cacheUnauthorizedTTL: 0s
clusterDNS:
- ${clusterDns}
clusterDomain: cluster.local
cgroupDriver: systemd
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
`

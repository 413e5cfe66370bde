import type { Program } from '#lab/host/ports.ts'
import type { Image } from '#lab/runtime/ports.ts'

/** etcd, which the lab's API server does not need: its store is in the server. It runs so that a node looks as it should. */
export const etcd: Program = (p) =>
  p.task.wait<number>((wake) => {
    p.onSignal('SIGTERM', () => wake(0))
    return undefined
  })

const defaultVersion = '1.31.9'

interface Part {
  readonly name: string
  readonly image: string
  readonly sizeBytes: number
  readonly path: string
  readonly arguments: readonly string[]
  /** Reads the node's /etc/kubernetes/pki. */
  readonly pki?: boolean
}

export const pkiPath = '/etc/kubernetes/pki'
export const servingCertificatePath = `${pkiPath}/apiserver.crt`
/** The cluster's authority, on every node. */
export const authorityPath = `${pkiPath}/ca.crt`
/** What kube-apiserver shows kubelets. */
export const kubeletClientPath = `${pkiPath}/apiserver-kubelet-client.crt`

/** `version`: 1.31.9 */
const partsOf = (version: string): readonly Part[] => [
  {
    name: 'etcd',
    image: 'registry.k8s.io/etcd:3.5.15-0',
    sizeBytes: 56_909_194,
    path: '/usr/local/bin/etcd',
    arguments: ['--data-dir=/var/lib/etcd'],
  },
  {
    name: 'kube-apiserver',
    image: `registry.k8s.io/kube-apiserver:v${version}`,
    sizeBytes: 28_052_352,
    path: '/usr/local/bin/kube-apiserver',
    arguments: [
      `--kubelet-client-certificate=${kubeletClientPath}`,
      '--secure-port=6443',
      `--service-account-key-file=${pkiPath}/sa.pub`,
      `--service-account-signing-key-file=${pkiPath}/sa.key`,
      '--service-cluster-ip-range=10.96.0.0/12',
      `--tls-cert-file=${servingCertificatePath}`,
    ],
    pki: true,
  },
  {
    name: 'kube-controller-manager',
    image: `registry.k8s.io/kube-controller-manager:v${version}`,
    sizeBytes: 26_234_880,
    path: '/usr/local/bin/kube-controller-manager',
    arguments: [
      `--service-account-private-key-file=${pkiPath}/sa.key`,
      '--use-service-account-credentials=true',
    ],
    pki: true,
  },
  {
    name: 'kube-scheduler',
    image: `registry.k8s.io/kube-scheduler:v${version}`,
    sizeBytes: 20_207_104,
    path: '/usr/local/bin/kube-scheduler',
    arguments: [],
  },
]

/** Images of the control plane. Their executables run the programs that are registered under the same names. */
export const kubernetesImages = (version = defaultVersion): readonly Image[] =>
  partsOf(version).map(({ name, image, sizeBytes, path }) => ({
    name: image,
    sizeBytes,
    tree: [{ path, kind: 'file', mode: 0o755, program: name, version: `v${version}` }],
    entrypoint: [path],
  }))

/**
 * The manifests in /etc/kubernetes/manifests, as kubeadm lays them out. Not imitated: probes, and the flags and volumes that
 * the lab's programs have no use for.
 */
export const staticPodManifests = (
  version = defaultVersion,
  {
    egress,
  }: {
    /** Where kube-apiserver's egress configuration is; absent: it has none. */
    readonly egress?: string
  } = {},
): readonly { readonly file: string; readonly text: string }[] =>
  partsOf(version).map((part) => {
    const mounts = part.pki ? [pkiMount] : []
    if (egress === undefined || part.name !== 'kube-apiserver')
      return { file: `${part.name}.yaml`, text: manifest(part, mounts) }
    const flags = [...part.arguments, `--egress-selector-config-file=${egress}`]
    const all = [...mounts, { name: 'egress', path: egress, type: 'File' }]
    return { file: `${part.name}.yaml`, text: manifest({ ...part, arguments: flags }, all) }
  })

/** A place of the host that a container reads. */
interface HostMount {
  readonly name: string
  readonly path: string
  readonly type: string
}

const pkiMount: HostMount = { name: 'k8s-certs', path: pkiPath, type: 'DirectoryOrCreate' }

const manifest = (
  { name, image, path, arguments: flags }: Part,
  mounts: readonly HostMount[],
): string => `apiVersion: v1
kind: Pod
metadata:
  labels:
    component: ${name}
    tier: control-plane
  name: ${name}
  namespace: kube-system
spec:
  containers:
  - command:
${[path.slice(path.lastIndexOf('/') + 1), ...flags].map((word) => `    - ${word}`).join('\n')}
    image: ${image}
    imagePullPolicy: IfNotPresent
    name: ${name}
${mounts.length === 0 ? '' : `    volumeMounts:\n${mounts.map(mountOf).join('')}`}  hostNetwork: true
  priority: 2000001000
  priorityClassName: system-node-critical
  securityContext:
    seccompProfile:
      type: RuntimeDefault
${mounts.length === 0 ? '' : `  volumes:\n${mounts.map(volumeOf).join('')}`}`

const mountOf = ({ name, path }: HostMount): string => `    - mountPath: ${path}
      name: ${name}
      readOnly: true
`

const volumeOf = ({ name, path, type }: HostMount): string => `  - hostPath:
      path: ${path}
      type: ${type}
    name: ${name}
`

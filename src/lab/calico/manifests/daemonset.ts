import type { ContainerDef, EnvVar, SecurityContext, Volume } from '#lab/api/objects.ts'
import type { Backend } from '#lab/backend.ts'
import { cniImageName, nodeImageName } from '#lab/calico/images/names.ts'
import { draft, namespace } from '#lab/calico/manifests/draft.ts'
import { type Release, releaseOf } from '#lab/calico/release.ts'
import { type CalicoFlavour, hardenedUser } from '#lab/calico/version.ts'
import type { Encapsulation } from '#lab/encapsulation.ts'

export interface ManifestOptions {
  readonly flavour: CalicoFlavour
  /** `v3.29.3` or `3.29.3`. */
  readonly version?: string
  /** Default 10.244.0.0/16. */
  readonly podCidr?: string
  /** Of the default pool. Default: none. */
  readonly encapsulation?: Encapsulation
  /** Default: bird. */
  readonly backend?: Backend
  /** Of tunnels and pods. Default: 0, what Felix finds out. */
  readonly mtuBytes?: number
  /** More environment for calico-node, in place of what has the same name. */
  readonly env?: readonly EnvVar[]
  /** More init containers, before the others. */
  readonly initContainers?: readonly ContainerDef[]
}

const labels = { 'k8s-app': 'calico-node' }
const privileged: SecurityContext = { privileged: true }

/** What the platform team's hardened calico-node may do: a user of its own, three capabilities, /proc/sys/net writable. */
const confined: SecurityContext = {
  runAsUser: hardenedUser.uid,
  runAsGroup: hardenedUser.gid,
  privileged: false,
  allowPrivilegeEscalation: true,
  procMount: 'Unmasked',
  capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW'] },
}

/** DaemonSet calico-node of projectcalico/calico:manifests/calico.yaml, by default with a pool that does not encapsulate. */
export const daemonSet = (o: ManifestOptions) =>
  draft(
    'apps/v1',
    'DaemonSet',
    { name: 'calico-node', namespace, labels },
    {
      spec: {
        selector: { matchLabels: labels },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
        template: { metadata: { labels }, spec: podSpec(o) },
      },
    },
  )

const podSpec = (o: ManifestOptions) => ({
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  hostNetwork: true,
  tolerations: [
    { effect: 'NoSchedule', operator: 'Exists' },
    { key: 'CriticalAddonsOnly', operator: 'Exists' },
    { effect: 'NoExecute', operator: 'Exists' },
  ],
  serviceAccountName: 'calico-node',
  ...(releaseOf(o.version ?? '').seccomp
    ? { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }
    : {}),
  terminationGracePeriodSeconds: 0,
  priorityClassName: 'system-node-critical',
  initContainers: [...(o.initContainers ?? []), upgradeIpam(o), installCni(o), bpfInit(o)],
  containers: [calicoNode(o)],
  volumes: volumes(o.flavour, releaseOf(o.version ?? '')),
})

const endpoint = [{ configMapRef: { name: 'kubernetes-services-endpoint', optional: true } }]

const fromConfig = (name: string, key: string): EnvVar => ({
  name,
  valueFrom: { configMapKeyRef: { name: 'calico-config', key } },
})

const nodeName = (name: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } })

const upgradeIpam = ({ version }: ManifestOptions): ContainerDef => ({
  name: 'upgrade-ipam',
  image: cniImageName(version),
  imagePullPolicy: 'IfNotPresent',
  command: ['/opt/cni/bin/calico-ipam', '-upgrade'],
  envFrom: endpoint,
  env: [nodeName('KUBERNETES_NODE_NAME'), fromConfig('CALICO_NETWORKING_BACKEND', 'calico_backend')],
  volumeMounts: [
    { mountPath: '/var/lib/cni/networks', name: 'host-local-net-dir' },
    { mountPath: '/host/opt/cni/bin', name: 'cni-bin-dir' },
  ],
  securityContext: privileged,
})

const installCni = ({ version }: ManifestOptions): ContainerDef => ({
  name: 'install-cni',
  image: cniImageName(version),
  imagePullPolicy: 'IfNotPresent',
  command: ['/opt/cni/bin/install'],
  envFrom: endpoint,
  env: [
    { name: 'CNI_CONF_NAME', value: '10-calico.conflist' },
    fromConfig('CNI_NETWORK_CONFIG', 'cni_network_config'),
    nodeName('KUBERNETES_NODE_NAME'),
    fromConfig('CNI_MTU', 'veth_mtu'),
    { name: 'SLEEP', value: 'false' },
  ],
  volumeMounts: [
    { mountPath: '/host/opt/cni/bin', name: 'cni-bin-dir' },
    { mountPath: '/host/etc/cni/net.d', name: 'cni-net-dir' },
  ],
  securityContext: privileged,
})

const bpfInit = (o: ManifestOptions): ContainerDef => ({
  name: releaseOf(o.version ?? '').bpfInitContainer,
  image: nodeImageName(o),
  imagePullPolicy: 'IfNotPresent',
  command: ['calico-node', '-init', '-best-effort'],
  volumeMounts: [
    { mountPath: '/sys/fs', name: 'sys-fs', mountPropagation: 'Bidirectional' },
    { mountPath: '/var/run/calico', name: 'var-run-calico', mountPropagation: 'Bidirectional' },
    { mountPath: '/nodeproc', name: 'nodeproc', readOnly: true },
  ],
  securityContext: o.flavour === 'hardened' ? { ...privileged, runAsUser: 0, runAsGroup: 0 } : privileged,
})

const calicoNode = (o: ManifestOptions): ContainerDef => ({
  name: 'calico-node',
  image: nodeImageName(o),
  imagePullPolicy: 'IfNotPresent',
  envFrom: endpoint,
  env: environment(o),
  securityContext: o.flavour === 'hardened' ? confined : privileged,
  resources: { requests: { cpu: '250m' } },
  lifecycle: { preStop: { exec: { command: ['/bin/calico-node', '-shutdown'] } } },
  livenessProbe: {
    exec: { command: ['/bin/calico-node', '-felix-live', ...withBird(o, '-bird-live')] },
    periodSeconds: 10,
    initialDelaySeconds: 10,
    failureThreshold: 6,
    timeoutSeconds: 10,
  },
  readinessProbe: {
    exec: { command: ['/bin/calico-node', '-felix-ready', ...withBird(o, '-bird-ready')] },
    periodSeconds: 10,
    timeoutSeconds: 10,
  },
  volumeMounts: mounts(o.flavour),
})

/** manifests/calico-vxlan.yaml and calico-policy-only.yaml ask nobody for BIRD. */
const withBird = ({ backend = 'bird' }: ManifestOptions, flag: string): readonly string[] =>
  backend === 'bird' ? [flag] : []

function environment({
  podCidr = '10.244.0.0/16',
  encapsulation = 'none',
  backend = 'bird',
  env = [],
}: ManifestOptions): readonly EnvVar[] {
  const replaced = new Set(env.map(({ name }) => name))
  return [
    ...stockEnvironment({ podCidr, encapsulation, backend }).filter(({ name }) => !replaced.has(name)),
    ...env,
  ]
}

/** `CrossSubnet` where this way of wrapping is used between subnets only. */
const modeOf = (encapsulation: Encapsulation, way: 'ipip' | 'vxlan'): string => {
  if (!encapsulation.startsWith(way)) return 'Never'
  return encapsulation.endsWith('cross-subnet') ? 'CrossSubnet' : 'Always'
}

const stockEnvironment = ({
  podCidr,
  encapsulation,
  backend,
}: {
  readonly podCidr: string
  readonly encapsulation: Encapsulation
  readonly backend: Backend
}): readonly EnvVar[] => [
  { name: 'DATASTORE_TYPE', value: 'kubernetes' },
  { name: 'WAIT_FOR_DATASTORE', value: 'true' },
  nodeName('NODENAME'),
  fromConfig('CALICO_NETWORKING_BACKEND', 'calico_backend'),
  { name: 'CLUSTER_TYPE', value: backend === 'bird' ? 'k8s,bgp' : 'k8s' },
  { name: 'IP', value: 'autodetect' },
  { name: 'CALICO_IPV4POOL_IPIP', value: modeOf(encapsulation, 'ipip') },
  { name: 'CALICO_IPV4POOL_VXLAN', value: modeOf(encapsulation, 'vxlan') },
  { name: 'CALICO_IPV6POOL_VXLAN', value: 'Never' },
  fromConfig('FELIX_IPINIPMTU', 'veth_mtu'),
  fromConfig('FELIX_VXLANMTU', 'veth_mtu'),
  fromConfig('FELIX_WIREGUARDMTU', 'veth_mtu'),
  { name: 'CALICO_IPV4POOL_CIDR', value: podCidr },
  { name: 'CALICO_DISABLE_FILE_LOGGING', value: 'true' },
  { name: 'FELIX_DEFAULTENDPOINTTOHOSTACTION', value: 'ACCEPT' },
  { name: 'FELIX_IPV6SUPPORT', value: 'false' },
  { name: 'FELIX_HEALTHENABLED', value: 'true' },
]

const mounts = (flavour: CalicoFlavour): NonNullable<ContainerDef['volumeMounts']> => [
  { mountPath: '/host/etc/cni/net.d', name: 'cni-net-dir', readOnly: false },
  { mountPath: '/lib/modules', name: 'lib-modules', readOnly: true },
  { mountPath: '/run/xtables.lock', name: 'xtables-lock', readOnly: false },
  { mountPath: '/var/run/calico', name: 'var-run-calico', readOnly: false },
  { mountPath: '/var/lib/calico', name: 'var-lib-calico', readOnly: false },
  { mountPath: '/var/run/nodeagent', name: 'policysync' },
  { mountPath: '/sys/fs/bpf', name: 'bpffs' },
  flavour === 'hardened'
    ? { mountPath: '/var/log/calico', name: 'var-log-calico', readOnly: false }
    : { mountPath: '/var/log/calico/cni', name: 'cni-log-dir', readOnly: true },
]

const host = (name: string, path: string, type?: string): Volume => ({
  name,
  hostPath: type === undefined ? { path } : { path, type },
})

const volumes = (flavour: CalicoFlavour, { makesHostFolders }: Release): readonly Volume[] => [
  host('lib-modules', '/lib/modules'),
  host('var-run-calico', '/var/run/calico', makesHostFolders ? 'DirectoryOrCreate' : undefined),
  host('var-lib-calico', '/var/lib/calico', makesHostFolders ? 'DirectoryOrCreate' : undefined),
  host('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
  host('sys-fs', '/sys/fs/', 'DirectoryOrCreate'),
  host('bpffs', '/sys/fs/bpf', 'Directory'),
  host('nodeproc', '/proc'),
  host('cni-bin-dir', '/opt/cni/bin', makesHostFolders ? 'DirectoryOrCreate' : undefined),
  host('cni-net-dir', '/etc/cni/net.d'),
  flavour === 'hardened'
    ? host('var-log-calico', '/var/log/calico')
    : host('cni-log-dir', '/var/log/calico/cni'),
  host('host-local-net-dir', '/var/lib/cni/networks'),
  host('policysync', '/var/run/nodeagent', 'DirectoryOrCreate'),
]

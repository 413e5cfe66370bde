import type { ContainerDef, Draft, EnvVar, KubeObject, SecurityContext, Volume } from '#lab/api/objects.ts'
import { cniImageName, stockNodeImageName } from '#lab/calico/images/names.ts'
import { draft } from '#lab/calico/manifests/draft.ts'
import { autodetectionMethod, type InstallationSpec } from '#lab/calico/operator/installation.ts'
import { resourcesOf } from '#lab/calico/operator/overrides.ts'
import {
  bundleVolume,
  calicoSystem,
  healthPort,
  type Rendering,
  secretVolume,
  tlsMounts,
  tolerateAll,
} from '#lab/calico/operator/rendering.ts'

const labels = { 'app.kubernetes.io/name': 'calico-node', 'k8s-app': 'calico-node' }
const selector = { matchLabels: { 'k8s-app': 'calico-node' } }

const rootContext: SecurityContext = {
  allowPrivilegeEscalation: true,
  capabilities: { drop: ['ALL'] },
  privileged: true,
  runAsGroup: 0,
  runAsUser: 0,
}

/** DaemonSet calico-node (tigera/operator:pkg/render/node.go, v1.36). `migrating`: only on nodes that have been migrated. */
export const nodeDaemonSet = (r: Rendering): Draft<KubeObject> =>
  draft(
    'apps/v1',
    'DaemonSet',
    { name: 'calico-node', namespace: calicoSystem },
    {
      spec: {
        selector,
        updateStrategy: r.spec.nodeUpdateStrategy,
        template: {
          metadata: { labels, annotations: annotations(r) },
          spec: podSpec(r),
        },
      },
    },
  )

const annotations = (r: Rendering) => ({
  'hash.operator.tigera.io/cni-config': r.hashes.cniConfig,
  'hash.operator.tigera.io/tigera-ca-private': r.hashes.authority,
})

const podSpec = (r: Rendering) => ({
  nodeSelector: {
    'kubernetes.io/os': 'linux',
    ...(r.migrating ? { 'projectcalico.org/operator-node-migration': 'migrated' } : {}),
  },
  tolerations: tolerateAll,
  serviceAccountName: 'calico-node',
  terminationGracePeriodSeconds: 5,
  hostNetwork: true,
  dnsPolicy: 'ClusterFirstWithHostNet',
  priorityClassName: 'system-node-critical',
  initContainers: [...(isNonPrivileged(r.spec) ? [hostPathInit(r)] : []), installCni(r)],
  containers: [calicoNode(r)],
  volumes: volumes(r.spec),
})

const isNonPrivileged = ({ nonPrivileged }: InstallationSpec): boolean => nonPrivileged === 'Enabled'

const hostPathInit = ({ version }: Rendering): ContainerDef => ({
  name: 'hostpath-init',
  image: stockNodeImageName(version),
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', 'calico-node -hostpath-init'],
  env: [{ name: 'NODE_USER_ID', value: '10001' }],
  securityContext: rootContext,
  volumeMounts: parents,
})

const installCni = ({ version }: Rendering): ContainerDef => ({
  name: 'install-cni',
  image: cniImageName(version),
  imagePullPolicy: 'IfNotPresent',
  command: ['/opt/cni/bin/install'],
  env: [
    { name: 'CNI_CONF_NAME', value: '10-calico.conflist' },
    { name: 'SLEEP', value: 'false' },
    { name: 'CNI_NET_DIR', value: '/etc/cni/net.d' },
    { name: 'CNI_NETWORK_CONFIG', valueFrom: { configMapKeyRef: { name: 'cni-config', key: 'config' } } },
  ],
  securityContext: rootContext,
  volumeMounts: [
    { mountPath: '/host/opt/cni/bin', name: 'cni-bin-dir' },
    { mountPath: '/host/etc/cni/net.d', name: 'cni-net-dir' },
  ],
})

const unprivileged: SecurityContext = {
  allowPrivilegeEscalation: true,
  capabilities: { add: ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW'] },
  privileged: false,
  runAsGroup: 0,
  runAsNonRoot: true,
  runAsUser: 10001,
}

function calicoNode(r: Rendering): ContainerDef {
  const bgp = r.spec.calicoNetwork?.bgp === 'Enabled'
  return {
    name: 'calico-node',
    image: stockNodeImageName(r.version),
    imagePullPolicy: 'IfNotPresent',
    env: environment(r, bgp),
    ...resourcesOf(r.spec, {
      component: 'Node',
      overrides: 'calicoNodeDaemonSet',
      container: 'calico-node',
    }),
    securityContext: isNonPrivileged(r.spec) ? unprivileged : rootContext,
    lifecycle: { preStop: { exec: { command: ['/bin/calico-node', '-shutdown'] } } },
    livenessProbe: {
      httpGet: { host: 'localhost', path: '/liveness', port: healthPort },
      periodSeconds: 60,
      failureThreshold: 3,
      timeoutSeconds: 10,
    },
    readinessProbe: {
      exec: { command: ['/bin/calico-node', ...(bgp ? ['-bird-ready'] : []), '-felix-ready'] },
      periodSeconds: 30,
      failureThreshold: 3,
      timeoutSeconds: 10,
    },
    volumeMounts: mounts(r.spec),
  }
}

const field = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } })

const environment = ({ spec }: Rendering, bgp: boolean): readonly EnvVar[] => [
  { name: 'DATASTORE_TYPE', value: 'kubernetes' },
  { name: 'WAIT_FOR_DATASTORE', value: 'true' },
  { name: 'CLUSTER_TYPE', value: `k8s,operator${bgp ? ',bgp' : ''}` },
  { name: 'CALICO_DISABLE_FILE_LOGGING', value: 'false' },
  { name: 'FELIX_DEFAULTENDPOINTTOHOSTACTION', value: 'ACCEPT' },
  { name: 'FELIX_HEALTHENABLED', value: 'true' },
  { name: 'FELIX_HEALTHPORT', value: String(healthPort) },
  field('NODENAME', 'spec.nodeName'),
  field('NAMESPACE', 'metadata.namespace'),
  { name: 'FELIX_TYPHAK8SNAMESPACE', value: calicoSystem },
  { name: 'FELIX_TYPHAK8SSERVICENAME', value: 'calico-typha' },
  { name: 'FELIX_TYPHACAFILE', value: '/etc/pki/tls/certs/tigera-ca-bundle.crt' },
  { name: 'FELIX_TYPHACERTFILE', value: '/node-certs/tls.crt' },
  { name: 'FELIX_TYPHAKEYFILE', value: '/node-certs/tls.key' },
  { name: 'FIPS_MODE_ENABLED', value: 'false' },
  { name: 'NO_DEFAULT_POOLS', value: 'true' },
  { name: 'FELIX_TYPHACN', value: 'typha-server' },
  { name: 'CALICO_MANAGE_CNI', value: 'true' },
  ...mtu(spec),
  { name: 'CALICO_NETWORKING_BACKEND', value: bgp ? 'bird' : 'vxlan' },
  { name: 'IP', value: 'autodetect' },
  { name: 'IP_AUTODETECTION_METHOD', value: autodetectionMethod(spec) },
  { name: 'IP6', value: 'none' },
  { name: 'FELIX_IPV6SUPPORT', value: 'false' },
]

const mtu = ({ calicoNetwork }: InstallationSpec): readonly EnvVar[] =>
  calicoNetwork?.mtu === undefined
    ? []
    : ['FELIX_VXLANMTU', 'FELIX_WIREGUARDMTU', 'FELIX_IPINIPMTU'].map((name) => ({
        name,
        value: String(calicoNetwork.mtu),
      }))

type Mounts = NonNullable<ContainerDef['volumeMounts']>

const parents: Mounts = ['run', 'lib', 'log'].map((name) => ({
  mountPath: `/var/${name}`,
  name: `var-${name}`,
}))

const mounts = (spec: InstallationSpec): Mounts => [
  ...tlsMounts('node-certs'),
  { mountPath: '/lib/modules', name: 'lib-modules', readOnly: true },
  { mountPath: '/run/xtables.lock', name: 'xtables-lock' },
  { mountPath: '/var/run/nodeagent', name: 'policysync' },
  ...(isNonPrivileged(spec)
    ? parents
    : [
        { mountPath: '/var/run/calico', name: 'var-run-calico' },
        { mountPath: '/var/lib/calico', name: 'var-lib-calico' },
      ]),
  { mountPath: '/var/log/calico/cni', name: 'cni-log-dir' },
  { mountPath: '/host/etc/cni/net.d', name: 'cni-net-dir' },
]

const host = (name: string, path: string, type?: string): Volume => ({
  name,
  hostPath: type === undefined ? { path } : { path, type },
})

const volumes = (spec: InstallationSpec): readonly Volume[] => [
  host('lib-modules', '/lib/modules'),
  host('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
  host('policysync', '/var/run/nodeagent', 'DirectoryOrCreate'),
  bundleVolume,
  secretVolume('node-certs'),
  ...(isNonPrivileged(spec)
    ? [host('var-run', '/var/run'), host('var-lib', '/var/lib'), host('var-log', '/var/log')]
    : [
        host('var-run-calico', '/var/run/calico', 'DirectoryOrCreate'),
        host('var-lib-calico', '/var/lib/calico', 'DirectoryOrCreate'),
      ]),
  host('cni-bin-dir', '/opt/cni/bin', 'DirectoryOrCreate'),
  host('cni-net-dir', '/etc/cni/net.d'),
  host('cni-log-dir', '/var/log/calico/cni'),
]

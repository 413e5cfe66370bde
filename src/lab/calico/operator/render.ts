import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { draft } from '#lab/calico/manifests/draft.ts'
import { kubeControllers } from '#lab/calico/manifests/kube-controllers.ts'
import { rbac, typhaRbac } from '#lab/calico/manifests/rbac.ts'
import { annotationHash, asSecretData, type KeyPair } from '#lab/calico/operator/certificates.ts'
import { fromRegistry } from '#lab/calico/operator/from-registry.ts'
import type { InstallationSpec } from '#lab/calico/operator/installation.ts'
import { nodeDaemonSet } from '#lab/calico/operator/render-node.ts'
import { typhaObjects } from '#lab/calico/operator/render-typha.ts'
import { bundleName, calicoSystem, type Rendering } from '#lab/calico/operator/rendering.ts'
import { type Release, releaseOf } from '#lab/calico/release.ts'

export interface Certificates {
  readonly authority: KeyPair
  readonly typha: KeyPair
  readonly node: KeyPair
}

/**
 * Everything of an installation, in the order in which it is applied (tigera/operator:pkg/render). Not imitated: network
 * policies, the CSI driver and FlexVolume (the lab's Installations ask for neither), the API server, Goldmane and Whisker.
 */
export function render(
  o: Omit<Rendering, 'hashes'> & { readonly certificates: Certificates },
): readonly Draft<KubeObject>[] {
  const config = cniConfig(o.spec, releaseOf(o.version))
  const { authority, typha } = o.certificates
  const hashes = {
    cniConfig: annotationHash(config),
    authority: annotationHash(authority.certificate),
    typhaSecret: annotationHash(typha.certificate),
  }
  const r: Rendering = { ...o, hashes }
  const release = releaseOf(o.version)
  return [
    ...tlsObjects(o.certificates),
    ...rbac(release, calicoSystem).map((object) => (o.migrating ? forOldNode(object) : object)),
    ...typhaRbac(release, calicoSystem),
    ...typhaObjects(r),
    draft('v1', 'ConfigMap', { name: 'cni-config', namespace: calicoSystem }, { data: { config } }),
    nodeDaemonSet(r),
    ...kubeControllers(o.version, calicoSystem),
  ].map((object) => fromRegistry(object, { registry: o.spec.registry, version: o.version }))
}

/** The namespace that comes before everything else (pkg/render/namespaces.go, CreateNamespace). */
export const namespaceObject = ({
  kubernetesProvider,
}: Pick<InstallationSpec, 'kubernetesProvider'> = {}): Draft<KubeObject> =>
  forProvider(
    kubernetesProvider,
    draft('v1', 'Namespace', {
      name: calicoSystem,
      labels: {
        name: calicoSystem,
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/enforce-version': 'latest',
      },
    }),
  )

/** On OpenShift nobody asks its security context constraints about pods of such a namespace, and they may run on every node. */
export const forProvider = (
  provider: InstallationSpec['kubernetesProvider'],
  namespace: Draft<KubeObject>,
): Draft<KubeObject> => {
  if (provider !== 'OpenShift') return namespace
  const { labels, annotations } = namespace.metadata
  const metadata = {
    ...namespace.metadata,
    labels: { ...labels, 'openshift.io/run-level': '0' },
    annotations: { ...annotations, 'openshift.io/node-selector': '' },
  }
  return { ...namespace, metadata }
}

/**
 * While a manifest install is taken over, its calico-node has to go on reading the datastore; its CNI plugin's account is
 * forgotten (pkg/render/node.go cniPluginRoleBinding), so that nodes which are still to come cannot start new pods.
 */
function forOldNode(object: Draft<KubeObject>): Draft<KubeObject> {
  if (object.kind !== 'ClusterRoleBinding' || object.metadata.name !== 'calico-node') return object
  const account = (namespace: string) => ({ kind: 'ServiceAccount', name: 'calico-node', namespace })
  return { ...object, ...{ subjects: [account(calicoSystem), account('kube-system')] } }
}

const tlsObjects = ({ authority, typha, node }: Certificates): readonly Draft<KubeObject>[] => [
  draft(
    'v1',
    'ConfigMap',
    { name: bundleName, namespace: calicoSystem },
    { data: { 'tigera-ca-bundle.crt': authority.certificate } },
  ),
  tlsSecret('typha-certs', typha),
  tlsSecret('node-certs', node),
]

const tlsSecret = (name: string, pair: KeyPair): Draft<KubeObject> =>
  draft('v1', 'Secret', { name, namespace: calicoSystem }, { type: 'Opaque', data: asSecretData(pair) })

function cniConfig({ calicoNetwork }: InstallationSpec, release: Release): string {
  const calico = {
    container_settings: { allow_ip_forwarding: calicoNetwork?.containerIPForwarding === 'Enabled' },
    datastore_type: 'kubernetes',
    ...(release.policySetupWait ? { endpoint_status_dir: '/var/run/calico/endpoint-status' } : {}),
    ipam: { assign_ipv4: 'true', assign_ipv6: 'false', type: 'calico-ipam' },
    kubernetes: { kubeconfig: '__KUBECONFIG_FILEPATH__' },
    log_file_max_age: 30,
    log_file_max_count: 10,
    log_file_max_size: 100,
    log_file_path: '/var/log/calico/cni/cni.log',
    log_level: 'Info',
    mtu: calicoNetwork?.mtu ?? 0,
    nodename_file_optional: false,
    policy: { type: 'k8s' },
    ...(release.policySetupWait ? { policy_setup_timeout_seconds: 0 } : {}),
    type: 'calico',
  }
  const plugins = [
    calico,
    ...(release.bandwidthPlugin ? [{ capabilities: { bandwidth: true }, type: 'bandwidth' }] : []),
    ...(calicoNetwork?.hostPorts === 'Enabled'
      ? [{ capabilities: { portMappings: true }, snat: true, type: 'portmap' }]
      : []),
  ]
  return JSON.stringify({ cniVersion: '0.3.1', name: 'k8s-pod-network', plugins }, undefined, 2)
}

/** Typhas for so many nodes (pkg/common/typha_autoscaler: one for two hundred and one more, three at least from five nodes on). */
export function typhaReplicas(nodes: number): number {
  if (nodes <= 2) return 1
  if (nodes <= 4) return 2
  return Math.max(3, Math.floor(nodes / 200) + 2)
}

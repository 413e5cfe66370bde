import type { ConfigMap, ContainerDef, DaemonSet, Draft, KubeObject, Service } from '#lab/api/objects.ts'
import { coreDnsManifests } from '#lab/coredns/index.ts'

const namespace = 'openshift-dns'
const name = 'dns-default'
const selector = { 'dns.operator.openshift.io/daemonset-dns': 'default' }

/**
 * OpenShift's DNS: the same CoreDNS, as a DaemonSet `dns-default`. Not imitated: its operator, kube-rbac-proxy beside it,
 * `node-resolver`, port 5353 behind the Service.
 *
 * @see openshift/cluster-dns-operator:assets/dns/daemonset.yaml
 */
export function openShiftDns(o: { readonly clusterIp: string }): readonly Draft<KubeObject>[] {
  const drafts = coreDnsManifests(o).map(moved)
  const deployment = drafts.find(({ kind }) => kind === 'Deployment') as Draft<DaemonSet> | undefined // its template is the same
  const template = deployment?.spec.template.spec
  if (template === undefined) throw new Error('CoreDNS is a Deployment')
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'openshift.io/run-level': '0' } },
    },
    ...drafts.filter(({ kind }) => kind !== 'Deployment').map(renamed),
    daemonSet(template),
  ]
}

const moved = (draft: Draft<KubeObject>): Draft<KubeObject> => ({
  ...(JSON.parse(JSON.stringify(draft).replaceAll('"kube-system"', `"${namespace}"`)) as Draft<KubeObject>), // a name apart, as before
})

function renamed(draft: Draft<KubeObject>): Draft<KubeObject> {
  switch (draft.kind) {
    case 'Service': {
      const service = draft as Draft<Service> // of this kind
      return {
        ...service,
        metadata: { name, namespace, labels: selector },
        spec: { ...service.spec, selector },
      } as Draft<Service>
    }
    case 'ConfigMap':
      return { ...draft, metadata: { name, namespace, labels: selector } } as Draft<ConfigMap>
    default:
      return draft
  }
}

const daemonSet = (template: DaemonSet['spec']['template']['spec']): Draft<DaemonSet> =>
  ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels: selector },
    spec: {
      selector: { matchLabels: selector },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
      template: {
        metadata: { labels: selector },
        spec: {
          priorityClassName: 'system-node-critical',
          serviceAccountName: 'coredns',
          dnsPolicy: 'Default',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [{ operator: 'Exists' }],
          containers: template.containers.map((each): ContainerDef => ({ ...each, name: 'dns' })),
          volumes: (template.volumes ?? []).map((volume) => ({
            ...volume,
            configMap: { name, items: [{ key: 'Corefile', path: 'Corefile' }] },
          })),
        },
      },
    },
  }) as Draft<DaemonSet> // its status is the controller's

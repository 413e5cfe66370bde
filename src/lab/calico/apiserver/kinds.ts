/** What Calico's API server serves, and where each lies: projectcalico/calico:apiserver/pkg/registry/projectcalico/rest/storage_calico.go. */

export interface V3Kind {
  readonly resource: string
  readonly kind: string
  readonly singular: string
  readonly namespaced: boolean
  /** The minor release that brought it, where that is not an older one than 3.24. */
  readonly since?: number
}

const kind = (
  resource: string,
  name: string,
  { namespaced = false, since }: { readonly namespaced?: boolean; readonly since?: number } = {},
): V3Kind => ({
  resource,
  kind: name,
  singular: name.toLowerCase(),
  namespaced,
  ...(since !== undefined && { since }),
})

/** Those that Calico 3.`minor` serves. */
export const v3Kinds = (minor: number): readonly V3Kind[] => all.filter(({ since = minor }) => minor >= since)

const all: readonly V3Kind[] = [
  kind('bgpconfigurations', 'BGPConfiguration'),
  kind('bgpfilters', 'BGPFilter', { since: 26 }),
  kind('bgppeers', 'BGPPeer'),
  kind('blockaffinities', 'BlockAffinity'),
  kind('caliconodestatuses', 'CalicoNodeStatus'),
  kind('clusterinformations', 'ClusterInformation'),
  kind('felixconfigurations', 'FelixConfiguration'),
  kind('globalnetworkpolicies', 'GlobalNetworkPolicy'),
  kind('globalnetworksets', 'GlobalNetworkSet'),
  kind('hostendpoints', 'HostEndpoint'),
  kind('ippools', 'IPPool'),
  kind('ipreservations', 'IPReservation'),
  kind('kubecontrollersconfigurations', 'KubeControllersConfiguration'),
  kind('networkpolicies', 'NetworkPolicy', { namespaced: true }),
  kind('networksets', 'NetworkSet', { namespaced: true }),
  kind('stagedglobalnetworkpolicies', 'StagedGlobalNetworkPolicy', { since: 30 }),
  kind('stagedkubernetesnetworkpolicies', 'StagedKubernetesNetworkPolicy', { namespaced: true, since: 30 }),
  kind('stagednetworkpolicies', 'StagedNetworkPolicy', { namespaced: true, since: 30 }),
  kind('tiers', 'Tier', { since: 29 }),
]

export const groupVersion = 'projectcalico.org/v3'

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']

/** The group's discovery document. */
export const resourceList = (minor: number) => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: v3Kinds(minor).map(({ resource, kind: name, singular, namespaced }) => ({
    name: resource,
    singularName: singular,
    namespaced,
    kind: name,
    verbs,
  })),
})

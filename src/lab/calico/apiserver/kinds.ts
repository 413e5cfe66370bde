/** What Calico's API server serves, and where each lies: projectcalico/calico:apiserver/pkg/registry/projectcalico/rest/storage_calico.go. */

export interface V3Kind {
  readonly resource: string
  readonly kind: string
  readonly singular: string
  readonly namespaced: boolean
}

const kind = (resource: string, name: string, namespaced = false): V3Kind => ({
  resource,
  kind: name,
  singular: name.toLowerCase(),
  namespaced,
})

export const v3Kinds: readonly V3Kind[] = [
  kind('bgpconfigurations', 'BGPConfiguration'),
  kind('bgpfilters', 'BGPFilter'),
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
  kind('networkpolicies', 'NetworkPolicy', true),
  kind('networksets', 'NetworkSet', true),
  kind('tiers', 'Tier'),
]

export const groupVersion = 'projectcalico.org/v3'

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']

/** The group's discovery document. */
export const resourceList = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: v3Kinds.map(({ resource, kind: name, singular, namespaced }) => ({
    name: resource,
    singularName: singular,
    namespaced,
    kind: name,
    verbs,
  })),
}

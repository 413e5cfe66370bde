/**
 * Calico's resources as CustomResourceDefinitions: projectcalico/calico:manifests/crds.yaml of v3.29.
 *
 * Not imitated: their schemas (fields are neither checked nor pruned), and the kinds of policy.networking.k8s.io.
 */
import type { JsonObject } from '#lab/api/json.ts'

const group = 'crd.projectcalico.org'

const kinds: readonly (readonly [kind: string, plural: string, scope?: 'Namespaced'])[] = [
  ['BGPConfiguration', 'bgpconfigurations'],
  ['BGPFilter', 'bgpfilters'],
  ['BGPPeer', 'bgppeers'],
  ['BlockAffinity', 'blockaffinities'],
  ['CalicoNodeStatus', 'caliconodestatuses'],
  ['ClusterInformation', 'clusterinformations'],
  ['FelixConfiguration', 'felixconfigurations'],
  ['GlobalNetworkPolicy', 'globalnetworkpolicies'],
  ['GlobalNetworkSet', 'globalnetworksets'],
  ['HostEndpoint', 'hostendpoints'],
  ['IPAMBlock', 'ipamblocks'],
  ['IPAMConfig', 'ipamconfigs'],
  ['IPAMHandle', 'ipamhandles'],
  ['IPPool', 'ippools'],
  ['IPReservation', 'ipreservations'],
  ['KubeControllersConfiguration', 'kubecontrollersconfigurations'],
  ['NetworkPolicy', 'networkpolicies', 'Namespaced'],
  ['NetworkSet', 'networksets', 'Namespaced'],
  ['Tier', 'tiers'],
]

/** Metadata and spec of each definition, as the install manifest brings them. */
export const calicoDefinitions = (): readonly JsonObject[] =>
  kinds.map(([kind, plural, scope]) => ({
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      preserveUnknownFields: false,
      scope: scope ?? 'Cluster',
      versions: [
        {
          name: 'v1',
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          served: true,
          storage: true,
        },
      ],
    },
  }))

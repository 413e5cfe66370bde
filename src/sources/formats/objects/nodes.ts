import type { CalicoNodeRow, ConditionRow, NodeRow, VersionRow } from '#cluster/relations.ts'
import { atMs, defined } from '#sources/formats/objects/defined.ts'
import type { NodeObject } from '#sources/formats/shapes.ts'

/** A Node object as a row. */
export function nodeRow({ metadata, spec, status }: NodeObject): NodeRow {
  const address = (wanted: string) => status?.addresses?.find(({ type }) => type === wanted)?.address
  const { nodeInfo } = status ?? {}
  return {
    name: metadata.name,
    unschedulable: spec?.unschedulable === true,
    conditions: (status?.conditions ?? []).map(conditionRow),
    taints: spec?.taints ?? [],
    labels: metadata.labels ?? {},
    ...defined({
      internalIp: address('InternalIP'),
      externalIp: address('ExternalIP'),
      podCidr: spec?.podCIDR,
      kubeletVersion: nodeInfo?.kubeletVersion,
      kernelVersion: nodeInfo?.kernelVersion,
      osImage: nodeInfo?.osImage,
      containerRuntime: nodeInfo?.containerRuntimeVersion,
      createdAtMs: atMs(metadata.creationTimestamp),
    }),
    ...annotated(metadata.annotations ?? {}),
  }
}

/**
 * What calico-node writes about a node on it.
 *
 * @see projectcalico/calico:libcalico-go/lib/backend/k8s/resources/node.go
 */
export const annotated = (
  annotations: Readonly<Record<string, unknown>>,
): Pick<NodeRow, 'calicoIpv4' | 'calicoIpv6' | 'ipipTunnel' | 'vxlanTunnel' | 'wireguardAddress'> => {
  const written = (name: string): string | undefined => {
    const value = annotations[`projectcalico.org/${name}`]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return defined({
    calicoIpv4: written('IPv4Address'),
    calicoIpv6: written('IPv6Address'),
    ipipTunnel: written('IPv4IPIPTunnelAddr'),
    vxlanTunnel: written('IPv4VXLANTunnelAddr'),
    wireguardAddress: written('IPv4WireguardInterfaceAddr'),
  })
}

/**
 * The node as Calico knows it, where the API is its datastore: none where calico-node has written nothing. A node without an AS
 * number of its own has that of the whole cluster.
 */
export function calicoPartOf({ metadata, status }: NodeObject): readonly CalicoNodeRow[] {
  const annotations = metadata.annotations ?? {}
  if (!Object.keys(annotations).some((name) => name.startsWith('projectcalico.org/'))) return []
  const { calicoIpv4, calicoIpv6, ...tunnels } = annotated(annotations)
  return [
    {
      name: metadata.name,
      ...tunnels,
      ...defined({
        ipv4: calicoIpv4,
        ipv6: calicoIpv6,
        internalIp: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address,
        asNumber: annotations['projectcalico.org/ASNumber'],
      }),
    },
  ]
}

/** The versions that a node reports of itself. */
export function nodeVersions(row: NodeRow): readonly VersionRow[] {
  const node = row.name === '' ? {} : { node: row.name }
  const runtime = /^(?<of>[a-z-]{2,20}):\/\/(?<version>\S+)$/.exec(row.containerRuntime ?? '')?.groups
  return [
    ['kubernetes', row.kubeletVersion],
    ['kernel', row.kernelVersion],
    ['os', row.osImage],
    [runtime?.of ?? '', runtime?.version],
  ].flatMap(([of = '', version]) => (version === undefined ? [] : [{ of, version, ...node }]))
}

type Condition = NonNullable<NonNullable<NodeObject['status']>['conditions']>[number]

const conditionRow = (condition: Condition): ConditionRow => ({
  type: condition.type,
  status: condition.status,
  ...defined({
    reason: condition.reason,
    message: condition.message,
    heartbeatAtMs: atMs(condition.lastHeartbeatTime),
    transitionAtMs: atMs(condition.lastTransitionTime),
  }),
})

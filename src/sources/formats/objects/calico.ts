/**
 * Calico's own resources as rows; the same in projectcalico.org/v3 and crd.projectcalico.org/v1.
 *
 * @see projectcalico/calico:api/pkg/apis/projectcalico/v3, libcalico-go/lib/apis/v3/node.go
 */
import { z } from 'zod'
import type { BgpPeerRow, CalicoNodeRow, HostEndpointRow, IpamBlockRow } from '#cluster/relations.ts'
import { flag, list, metadata, named, part, text, texts } from '#sources/formats/lenient.ts'
import { defined } from '#sources/formats/objects/defined.ts'

const peer = z.object({
  metadata,
  spec: part({
    peerIP: text,
    asNumber: text,
    node: text,
    nodeSelector: text,
    peerSelector: text,
    password: part({ secretKeyRef: part({ name: text, key: text }) }),
  }),
})

export function bgpPeerRow(value: unknown): BgpPeerRow | undefined {
  const { metadata, spec } = peer.safeParse(value).data ?? {}
  if (spec === undefined) return undefined
  const { peerIP, password, ...same } = spec
  const secret = password?.secretKeyRef
  return {
    name: metadata?.name ?? '',
    ...defined({
      ...same,
      peerIp: peerIP,
      passwordSecret:
        secret?.name === undefined ? undefined : { name: secret.name, ...defined({ key: secret.key }) },
    }),
  }
}

const node = z.object({
  metadata,
  spec: part({
    addresses: list(z.object({ address: text, type: text })),
    bgp: part({ ipv4Address: text, ipv6Address: text, ipv4IPIPTunnelAddr: text, asNumber: text }),
    ipv4VXLANTunnelAddr: text,
    wireguard: part({ interfaceIPv4Address: text }),
  }),
  status: part({ wireguardPublicKey: text }),
})

export function calicoNodeRow(value: unknown): CalicoNodeRow | undefined {
  const { metadata, spec, status } = node.safeParse(value).data ?? {}
  if (spec === undefined) return undefined
  const { bgp, addresses } = spec
  const ofType = (type: string, family: string) =>
    addresses.find((one) => one.type === type && one.address?.includes(family))?.address
  return {
    name: metadata?.name ?? '',
    ...defined({
      ipv4: bgp?.ipv4Address ?? ofType('CalicoNodeIP', '.'),
      ipv6: bgp?.ipv6Address ?? ofType('CalicoNodeIP', ':'),
      internalIp: ofType('InternalIP', '.') ?? ofType('InternalIP', ':'),
      asNumber: bgp?.asNumber,
      ipipTunnel: bgp?.ipv4IPIPTunnelAddr,
      vxlanTunnel: spec.ipv4VXLANTunnelAddr,
      wireguardAddress: spec.wireguard?.interfaceIPv4Address,
      wireguardPublicKey: status?.wireguardPublicKey,
    }),
  }
}

const endpoint = z.object({
  metadata,
  spec: part({ node: text, interfaceName: text, expectedIPs: texts, profiles: texts }),
})

export function hostEndpointRow(value: unknown): HostEndpointRow | undefined {
  const { metadata, spec } = endpoint.safeParse(value).data ?? {}
  if (spec === undefined) return undefined
  return {
    name: metadata?.name ?? '',
    expectedIps: spec.expectedIPs,
    ...(spec.profiles.length === 0 ? {} : { profiles: spec.profiles }),
    labels: Object.fromEntries(
      Object.entries(metadata?.labels ?? {}).map(([key, label]) => [key, String(label)]),
    ),
    ...defined({ node: spec.node, interfaceName: spec.interfaceName }),
  }
}

const block = z.object({
  spec: part({
    cidr: text,
    affinity: text,
    // null for a free address: it must stay countable.
    allocations: z.array(z.unknown()).optional().catch(undefined),
    attributes: list(z.object({ handle_id: text, handleID: text, secondary: named })),
  }),
})

/** An IPAMBlock. One without affinity belongs to no node; one of a load balancer neither. */
export function ipamBlockRow(value: unknown): IpamBlockRow | undefined {
  const spec = block.safeParse(value).data?.spec
  if (spec?.cidr === undefined) return undefined
  const { affinity, allocations, attributes } = spec
  return {
    kind: 'block',
    cidr: spec.cidr,
    node: affinity?.startsWith('host:') ? affinity.slice('host:'.length) : null,
    ...defined({
      total: allocations?.length,
      used: allocations?.filter((owner) => owner !== null).length,
      holdsTunnelAddress: attributes.length === 0 ? undefined : attributes.some(isTunnel),
    }),
  }
}

/** `ipip-tunnel-addr-…`, `vxlan-tunnel-addr-…`: projectcalico/calico:node/pkg/allocateip/allocateip.go. */
const isTunnel = ({
  handle_id,
  handleID,
  secondary,
}: {
  readonly handle_id?: string | undefined
  readonly handleID?: string | undefined
  readonly secondary: Readonly<Record<string, unknown>>
}): boolean =>
  /tunnel-addr/.test(handle_id ?? handleID ?? '') || /TunnelAddress/.test(String(secondary['type'] ?? ''))

const affinity = z.object({ spec: part({ cidr: text, node: text, deleted: flag }) })

/** A BlockAffinity: whose block it is, before and beside the block itself. */
export function blockAffinityRow(value: unknown): IpamBlockRow | undefined {
  const spec = affinity.safeParse(value).data?.spec
  if (spec?.cidr === undefined || spec.node === undefined || spec.deleted === true) return undefined
  return { kind: 'block', cidr: spec.cidr, node: spec.node }
}

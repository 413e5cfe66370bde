/**
 * Calico's resources as calicoctl and kubectl list them.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/resourcemgr (one file per resource)
 * @see projectcalico/calico:api/config/crd (additionalPrinterColumns of 3.32's native CRDs)
 */

import type { IpPoolRow, SettingRow } from '#cluster/relations.ts'
import type { Told } from '#sources/formats/objects/told.ts'
import type { Cells } from '#sources/text/readers/columns.ts'
import { bgpPeerKinds } from '#sources/text/readers/table-bgp.ts'
import { filledCell, listOf, nameOf, type TableKind } from '#sources/text/readers/table-kinds.ts'

const cidr = '\\d{1,3}(?:\\.\\d{1,3}){3}/\\d{1,2}|[\\da-f]{1,4}:[\\da-f:.]{0,40}/\\d{1,3}'
const mode = 'Always|CrossSubnet|Never'

const ipPools = (ipip: string, vxlan: string, not: readonly string[] = []): TableKind => ({
  format: 'list of IP pools',
  columns: ['CIDR', ipip],
  not,
  relation: 'ipPools',
  rowsOf: (cells) => {
    const name = nameOf(cells)
    if (name === undefined || !isCidr(cells.CIDR)) return undefined
    const row: IpPoolRow = {
      name,
      cidr: cells.CIDR ?? '',
      // Native CRDs print whether addresses may be taken; the condition counts more than the field.
      disabled: cells.DISABLED === 'true' || cells.ALLOCATABLE === 'False',
      encapsulation: encapsulation(cells[ipip], cells[vxlan]),
      ...(/^(?:true|false)$/.test(cells.NAT ?? '') && { natOutgoing: cells.NAT === 'true' }),
      ...(cells.SELECTOR !== undefined && { nodeSelector: cells.SELECTOR }),
    }
    return [{ relation: 'ipPools', row }]
  },
})

const widePools: TableKind = {
  ...ipPools('IPIPMODE', 'VXLANMODE'),
  wide: ['SELECTOR'],
  bare: {
    pattern: new RegExp(
      `^\\s*([a-z0-9][a-z0-9.-]{0,252})\\s+(${cidr})\\s+(true|false)\\s+(${mode})(?:\\s+(${mode}))?\\s+(true|false)(?:\\s+(?:true|false))?(?:\\s+(\\S.{0,300}))?$`,
    ),
    columns: ['NAME', 'CIDR', 'NAT', 'IPIPMODE', 'VXLANMODE', 'DISABLED', 'SELECTOR'],
  },
}

/** Without its modes a pool's row would have to claim some; its range alone is known. */
const narrowPools: TableKind = {
  format: 'list of IP pools',
  columns: ['CIDR'],
  not: ['IPIPMODE', 'IPIP', 'NODE', 'AFFINITY', 'GROUPING'],
  wide: ['SELECTOR'],
  relation: 'ipamBlocks',
  rowsOf: (cells) =>
    nameOf(cells) === undefined || !isCidr(cells.CIDR)
      ? undefined
      : [{ relation: 'ipamBlocks', row: { kind: 'pool', cidr: cells.CIDR ?? '' } }],
}

const isCidr = (text: string | undefined): boolean => new RegExp(`^(?:${cidr})$`).test(text ?? '')

function encapsulation(ipip = 'Never', vxlan = 'Never'): IpPoolRow['encapsulation'] {
  if (ipip === 'Always') return 'ipip'
  if (ipip === 'CrossSubnet') return 'ipip-cross-subnet'
  if (vxlan === 'Always') return 'vxlan'
  return vxlan === 'CrossSubnet' ? 'vxlan-cross-subnet' : 'none'
}

const calicoNodes: TableKind = {
  format: 'calicoctl get nodes',
  columns: ['ASN', 'IPV4'],
  relation: 'calicoNodes',
  bare: {
    pattern: new RegExp(
      `^\\s*([a-z0-9][a-z0-9.-]{0,252})\\s+(\\(\\w{1,20}\\)|\\d{1,10}(?:\\.\\d{1,5})?)\\s+(${cidr})(?:\\s+(${cidr}))?\\s*$`,
    ),
    columns: ['NAME', 'ASN', 'IPV4', 'IPV6'],
  },
  rowsOf: (cells) => {
    const name = nameOf(cells)
    if (name === undefined || (cells.IPV4 !== undefined && !isCidr(cells.IPV4))) return undefined
    const row = {
      name,
      ...(cells.IPV4 !== undefined && { ipv4: cells.IPV4 }),
      ...(isCidr(cells.IPV6) && { ipv6: cells.IPV6 ?? '' }),
      ...(cells.ASN !== undefined && { asNumber: cells.ASN }),
    }
    return [{ relation: 'calicoNodes', row }]
  },
}

const hostEndpoints: TableKind = {
  format: 'list of HostEndpoints',
  columns: ['NODE', 'INTERFACE'],
  relation: 'hostEndpoints',
  rowsOf: (cells) => {
    const name = nameOf(cells)
    if (name === undefined) return undefined
    const row = {
      name,
      ...(cells.NODE !== undefined && { node: cells.NODE }),
      ...(cells.INTERFACE !== undefined && { interfaceName: cells.INTERFACE }),
      expectedIps: listOf(cells.IPS),
      labels: {},
    }
    return [{ relation: 'hostEndpoints', row }]
  },
}

/** Columns that are fields of a resource's spec. */
function fields(
  of: SettingRow['of'],
  format: string,
  names: Readonly<Record<string, string>>,
  first: readonly string[],
): TableKind {
  return {
    format,
    columns: first,
    relation: 'settings',
    rowsOf: (cells) => {
      const name = nameOf(cells)
      return name === undefined ? undefined : settings(cells, names, { of, in: name })
    },
  }
}

const settings = (
  cells: Cells,
  names: Readonly<Record<string, string>>,
  where: Pick<SettingRow, 'of' | 'in'>,
): readonly Told[] =>
  Object.entries(names).flatMap(([column, name]): readonly Told[] => {
    const value = filledCell(cells[column])
    return value === undefined ? [] : [{ relation: 'settings', row: { ...where, name, value } }]
  })

const bgpConfigurations = fields(
  'BGPConfiguration',
  'list of BGPConfigurations',
  { MESHENABLED: 'nodeToNodeMeshEnabled', ASNUMBER: 'asNumber', LOGSEVERITY: 'logSeverityScreen' },
  ['MESHENABLED'],
)
const ipamConfigs = fields(
  'IPAMConfig',
  'list of IPAM configurations',
  {
    STRICTAFFINITY: 'strictAffinity',
    MAXBLOCKSPERHOST: 'maxBlocksPerHost',
    AUTOALLOCATEBLOCKS: 'autoAllocateBlocks',
  },
  ['STRICTAFFINITY'],
)

const clusterInformations = (version: string, ready: string, types: string): TableKind => ({
  format: 'list of ClusterInformations',
  columns: [version, ready],
  not: ['STATUS'],
  relation: 'versions',
  rowsOf: (cells) => {
    const name = nameOf(cells)
    if (name === undefined) return undefined
    const told = settings(
      cells,
      { [ready]: 'datastoreReady', [types]: 'clusterType' },
      { of: 'ClusterInformation', in: name },
    )
    const calico = filledCell(cells[version])
    return calico === undefined
      ? told
      : [{ relation: 'versions', row: { of: 'calico', version: calico } }, ...told]
  },
})

export const calicoKinds: readonly TableKind[] = [
  widePools,
  ipPools('IPIP', 'VXLAN', ['IPIPMODE']),
  narrowPools,
  calicoNodes,
  ...bgpPeerKinds,
  bgpConfigurations,
  ipamConfigs,
  hostEndpoints,
  clusterInformations('CALICOVERSION', 'DATASTOREREADY', 'CLUSTERTYPE'),
  clusterInformations('VERSION', 'READY', 'TYPES'),
]

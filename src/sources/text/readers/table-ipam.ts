/** Blocks and affinities as kubectl lists them, and what the operator says of itself. */

import { recogniseAll } from '#cluster/messages/catalogue.ts'
import type { IpamBlockRow } from '#cluster/relations.ts'
import type { Told } from '#sources/formats/objects/told.ts'
import { filledCell, nameOf, type TableKind } from '#sources/text/readers/table-kinds.ts'

const block = (row: Omit<IpamBlockRow, 'kind'>): readonly Told[] => [
  { relation: 'ipamBlocks', row: { kind: 'block', ...row } },
]

const affinities: TableKind = {
  format: 'list of block affinities',
  columns: ['CIDR', 'NODE', 'TYPE'],
  relation: 'ipamBlocks',
  rowsOf: (cells) =>
    nameOf(cells) === undefined || cells.CIDR === undefined
      ? undefined
      : block({ cidr: cells.CIDR, ...(cells.NODE !== undefined && { node: cells.NODE }) }),
}

const blocks: TableKind = {
  format: 'list of IPAM blocks',
  columns: ['CIDR', 'AFFINITY'],
  relation: 'ipamBlocks',
  rowsOf: (cells) => {
    if (nameOf(cells) === undefined || cells.CIDR === undefined) return undefined
    const node = /^host:(.+)$/.exec(cells.AFFINITY ?? '')?.[1]
    return block({
      cidr: cells.CIDR,
      ...(node !== undefined && { node }),
      ...(filledCell(cells.AFFINITY) === undefined && { node: null }),
    })
  },
}

/**
 * Of CRDs without columns kubectl prints names alone, and those hold the range: `worker-1-10-244-1-0-26`, `10-244-1-0-26`.
 *
 * @see projectcalico/calico:libcalico-go/lib/names/cidr.go
 */
const byName: TableKind = {
  format: 'list of IPAM blocks',
  columns: [],
  relation: 'ipamBlocks',
  bare: {
    pattern:
      /^\s*((?:(?:blockaffinity|ipamblock)[a-z.]{0,40}\/)?(?:[a-z0-9.-]{1,253}?-)?\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}-\d{2})(?:\s+\d[\dsmhdy]{0,12}|\s+\d{4}-\d\d-\d\dT\S{6,20})?\s*$/,
    columns: ['NAME'],
  },
  rowsOf: (cells) => {
    const m = /^(?:(?<node>.+)-)?(?<a>\d+)-(?<b>\d+)-(?<c>\d+)-(?<d>\d+)-(?<length>\d\d)$/.exec(
      nameOf(cells) ?? '',
    )?.groups
    if (m === undefined) return undefined
    const cidr = `${m.a}.${m.b}.${m.c}.${m.d}/${m.length}`
    return block({ cidr, ...(m.node !== undefined && { node: m.node }) })
  },
}

/** @see tigera/operator:api/v1/tigerastatus_types.go */
const tigeraStatus: TableKind = {
  format: 'kubectl get tigerastatus',
  columns: ['AVAILABLE', 'PROGRESSING', 'DEGRADED'],
  wide: ['MESSAGE'],
  relation: 'settings',
  bare: {
    pattern:
      /^\s*((?:tigerastatus\S{0,40}\/)?[a-z][a-z0-9-]{1,62})\s+(True|False|Unknown)\s+(True|False|Unknown)\s+(True|False|Unknown)\s+\d[\dsmhdy]{0,12}(?:\s+(\S.*))?$/,
    columns: ['NAME', 'AVAILABLE', 'PROGRESSING', 'DEGRADED', 'MESSAGE'],
  },
  rowsOf: (cells) => {
    const name = nameOf(cells)
    if (name === undefined) return undefined
    const told = ['Available', 'Progressing', 'Degraded'].flatMap((condition): readonly Told[] => {
      const value = filledCell(cells[condition.toUpperCase()])
      const of = { of: 'Installation', in: name, name: `status.${condition}` } as const
      return value === undefined ? [] : [{ relation: 'settings', row: { ...of, value } }]
    })
    const messages = recogniseAll(cells.MESSAGE ?? '').map(
      (message): Told => ({ relation: 'messages', row: { message, count: 1 } }),
    )
    return [...told, ...messages]
  },
}

export const ipamKinds: readonly TableKind[] = [affinities, blocks, tigeraStatus, byName]

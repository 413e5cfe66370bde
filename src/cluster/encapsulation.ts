/** How Calico packs packets between nodes, wherever that is told: pools, installers' settings, devices, routes. */
import { ofDevices } from '#cluster/encapsulation/devices.ts'
import { ofInstallers } from '#cluster/encapsulation/installers.ts'
import { type Encapsulation, encapsulationNamed, ofPool, plain } from '#cluster/encapsulation/kinds.ts'
import type { Provenance, Reads } from '#cluster/facts.ts'
import type { AttemptRow, IpPoolRow } from '#cluster/relations.ts'

/** What a detector must declare to ask this file. */
export const encapsulationReads = ['ipPools', 'settings', 'links', 'routes', 'nodes'] as const
export type EncapsulationReads = (typeof encapsulationReads)[number]

/** An encapsulation, and what tells it. */
export interface EncapsulationTold extends Encapsulation {
  readonly row: { readonly from: Provenance; readonly node?: string | undefined }
  readonly says: string
}

/**
 * Every place that tells it, the surest first. The variables from which calico-node makes its first pool count only while no
 * pool is known: later they change nothing.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/startup/startup.go (configureIPPools)
 */
export function encapsulationsTold(view: Reads<EncapsulationReads>): readonly EncapsulationTold[] {
  const pools = view.rows('ipPools').filter(({ disabled }) => !disabled)
  return [
    ...pools.map((row) => ({
      ...ofPool[row.encapsulation],
      row,
      says: `pool ${row.cidr || row.name} uses ${words(row.encapsulation)}`,
    })),
    ...ofInstallers(view, pools.length > 0),
    ...ofDevices(view),
  ]
}

/** Whether pods of different nodes reach each other through a tunnel of this kind, as far as is known; the first that tells it. */
export const tunnelTold = (
  view: Reads<EncapsulationReads>,
  kind: 'ipip' | 'vxlan',
): EncapsulationTold | undefined => encapsulationsTold(view).find((one) => one.kind === kind)

/** It is known how packets are packed, and it is never in this way. */
export function isNever(view: Reads<EncapsulationReads>, kind: 'ipip' | 'vxlan'): boolean {
  const told = encapsulationsTold(view)
  return told.length > 0 && told.every((one) => one.kind !== kind)
}

/** Between which encapsulations an attempt changed, where it says so. */
export const changedEncapsulation = ({
  before,
  after,
}: AttemptRow): {
  readonly before: Encapsulation | undefined
  readonly after: Encapsulation | undefined
} => ({
  before: encapsulationNamed(before),
  after: encapsulationNamed(after),
})

/** An attempt that gave up sending packets as they are within a subnet: `CrossSubnet -> Always`, `VXLANCrossSubnet -> VXLAN`. */
export const leavesCrossSubnet = (row: AttemptRow, isCrossSubnet: boolean): boolean =>
  row.act === 'change-encapsulation' &&
  (row.before === undefined ? isCrossSubnet : crosses(row.before)) &&
  row.after !== undefined &&
  !crosses(row.after) &&
  encapsulationNamed(row.after)?.kind !== 'none'

const crosses = (text: string): boolean => plain(text).endsWith('crosssubnet')

const words = (encapsulation: IpPoolRow['encapsulation']): string =>
  encapsulation === 'none' ? 'no encapsulation' : encapsulation

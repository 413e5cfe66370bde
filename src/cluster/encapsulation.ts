/** How Calico packs packets between nodes, wherever that is told: pools, installers' settings, devices, routes. */
import type { Provenance, Reads } from '#cluster/facts.ts'
import type { AttemptRow, IpPoolRow, SettingRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { isTunnelUp, tunnelNamed } from '#cluster/tunnels.ts'

/** What a detector must declare to ask this file. */
export const encapsulationReads = ['ipPools', 'settings', 'links', 'routes', 'nodes'] as const
export type EncapsulationReads = (typeof encapsulationReads)[number]

export interface Encapsulation {
  readonly kind: 'ipip' | 'vxlan' | 'none'
  /** Only between subnets; within one, packets travel as the pods sent them. */
  readonly isCrossSubnet: boolean
}

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

/** `VXLANCrossSubnet`, `ipip-cross-subnet`, `IP-in-IP`, `None`; undefined for words that leave the kind open (`Always`). */
export function encapsulationNamed(text: string | undefined): Encapsulation | undefined {
  return byName.get(plain(text ?? ''))
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '')

const words = (encapsulation: IpPoolRow['encapsulation']): string =>
  encapsulation === 'none' ? 'no encapsulation' : encapsulation

const ofPool: Readonly<Record<IpPoolRow['encapsulation'], Encapsulation>> = {
  none: { kind: 'none', isCrossSubnet: false },
  ipip: { kind: 'ipip', isCrossSubnet: false },
  'ipip-cross-subnet': { kind: 'ipip', isCrossSubnet: true },
  vxlan: { kind: 'vxlan', isCrossSubnet: false },
  'vxlan-cross-subnet': { kind: 'vxlan', isCrossSubnet: true },
}

const byName: ReadonlyMap<string, Encapsulation> = new Map([
  ['none', ofPool.none],
  ['never', ofPool.none],
  ['ipip', ofPool.ipip],
  ['ipinip', ofPool.ipip],
  ['ipipalways', ofPool.ipip],
  ['ipipcrosssubnet', ofPool['ipip-cross-subnet']],
  ['vxlan', ofPool.vxlan],
  ['vxlanalways', ofPool.vxlan],
  ['vxlancrosssubnet', ofPool['vxlan-cross-subnet']],
])

// ------------------------------------------------------------------------------------------ what installers are told

function ofInstallers(view: Reads<'settings'>, hasPools: boolean): readonly EncapsulationTold[] {
  const told = [
    ...settingsNamed(view, 'Installation', 'encapsulation').map((row) => ({
      row,
      is: encapsulationNamed(row.value),
    })),
    ...settingsNamed(view, 'other', 'encapsulationMode').map((row) => ({
      row,
      is: withCrossing(view, encapsulationNamed(row.value)),
    })),
    ...backends
      .flatMap((name) => settingsNamed(view, 'env', name))
      .map((row) => ({
        row,
        is: row.value === 'vxlan' ? ofPool.vxlan : undefined,
      })),
    ...(hasPools
      ? []
      : [
          ...modes.flatMap(([kind, name]) =>
            settingsNamed(view, 'env', name).map((row) => ({ row, is: ofMode(kind, row) })),
          ),
          ...saidBy(view),
        ]),
  ]
  return told.flatMap(({ row, is }) =>
    is === undefined ? [] : [{ ...is, row, says: `${row.name} is ${row.value}` }],
  )
}

/** What people say of it, where no pool shows it. */
const saidBy = (view: Reads<'settings'>) =>
  view
    .rows('settings')
    .filter((row) => row.in === 'told' && row.name === 'encapsulation')
    .map((row) => ({ row, is: encapsulationNamed(row.value) }))

const backends = ['CALICO_NETWORKING_BACKEND', 'calico_backend']

const modes = [
  ['ipip', 'CALICO_IPV4POOL_IPIP'],
  ['vxlan', 'CALICO_IPV4POOL_VXLAN'],
  ['vxlan', 'CALICO_IPV6POOL_VXLAN'],
] as const

/** `Never` of one kind says nothing of the other. */
function ofMode(kind: 'ipip' | 'vxlan', { value }: SettingRow): Encapsulation | undefined {
  const mode = value.toLowerCase().replaceAll('-', '')
  return mode === 'always' || mode === 'crosssubnet'
    ? { kind, isCrossSubnet: mode === 'crosssubnet' }
    : undefined
}

const withCrossing = (view: Reads<'settings'>, is: Encapsulation | undefined): Encapsulation | undefined => {
  const [crossing] = settingsNamed(view, 'other', 'crossSubnet')
  return is === undefined || crossing?.value.toLowerCase() !== 'true' ? is : { ...is, isCrossSubnet: true }
}

// ------------------------------------------------------------------------------------------ what a node has

/** Devices and routes show that there is a tunnel, not when it is used: whether across subnets only stays open. */
function ofDevices(view: Reads<EncapsulationReads>): readonly EncapsulationTold[] {
  const links = view
    .rows('links')
    .filter((link) => link.in === 'host' && isTunnelUp(link))
    .map((row) => ({ row, device: row.name, says: `${row.name} is up` }))
  const routes = view
    .rows('routes')
    .filter((route) => route.in === 'host')
    .map((row) => ({
      row,
      device: row.dev ?? '',
      says: `the route to ${row.destination} leads into ${row.dev}`,
    }))
  const found = [...links, ...routes].flatMap(({ row, device, says }) => {
    const kind = tunnelNamed(device)?.kind
    return kind === 'ipip' || kind === 'vxlan' ? [{ kind, isCrossSubnet: false, row, says }] : []
  })
  const annotated = view.rows('nodes').flatMap((row): readonly EncapsulationTold[] => {
    const at = { isCrossSubnet: false, row: { from: row.from, node: row.name } }
    return [
      ...(row.ipipTunnel
        ? [{ ...at, kind: 'ipip' as const, says: `${row.name} has an IPIP tunnel’s address` }]
        : []),
      ...(row.vxlanTunnel
        ? [{ ...at, kind: 'vxlan' as const, says: `${row.name} has a VXLAN tunnel’s address` }]
        : []),
    ]
  })
  return [...found, ...annotated]
}

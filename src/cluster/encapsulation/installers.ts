/** What installers are told of the encapsulation: the operator, Helm, manifests and people. */

import { type Encapsulation, encapsulationNamed, ofPool } from '#cluster/encapsulation/kinds.ts'
import type { EncapsulationTold } from '#cluster/encapsulation.ts'
import type { Reads } from '#cluster/facts.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'

/** @param hasPools what calico-node was given to make its first pool counts only while there is none */
export function ofInstallers(view: Reads<'settings'>, hasPools: boolean): readonly EncapsulationTold[] {
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

/** The kinds of encapsulation, and their names in pools, settings and speech. */
import type { IpPoolRow } from '#cluster/relations.ts'

export interface Encapsulation {
  readonly kind: 'ipip' | 'vxlan' | 'none'
  /** Only between subnets; within one, packets travel as the pods sent them. */
  readonly isCrossSubnet: boolean
}

export const ofPool: Readonly<Record<IpPoolRow['encapsulation'], Encapsulation>> = {
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

/** `VXLANCrossSubnet`, `ipip-cross-subnet`, `IP-in-IP`, `None`; undefined for words that leave the kind open (`Always`). */
export function encapsulationNamed(text: string | undefined): Encapsulation | undefined {
  return byName.get(plain(text ?? ''))
}

/** A name in the spelling by which names are compared: small letters only. */
export const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '')

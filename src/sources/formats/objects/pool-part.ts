import { z } from 'zod'
import type { IpPoolRow } from '#cluster/relations.ts'
import { flag, part, text } from '#sources/formats/lenient.ts'
import { settingsIn } from '#sources/formats/objects/flatten.ts'
import { ipPoolRow } from '#sources/formats/objects/others.ts'
import { type Told, told } from '#sources/formats/objects/told.ts'
import { ipPoolShape } from '#sources/formats/shapes.ts'

/**
 * A part of an IPPool. It is a pool where the part says how packets are encapsulated; what says only something else
 * (`natOutgoing: false`) is a setting of `other` in `IPPool`, since a pool without its encapsulation would be a wrong one.
 */
export function poolPartRows(fields: Readonly<Record<string, unknown>>): readonly Told[] {
  const row = poolRow(fields)
  if (row !== undefined) return [told('ipPools', row)]
  return settingsIn(fields, { of: 'other', in: 'IPPool' })
}

function poolRow(fields: Readonly<Record<string, unknown>>): IpPoolRow | undefined {
  const { ipipMode, vxlanMode } = fields
  const isTold = isOn(ipipMode) || isOn(vxlanMode) || (ipipMode !== undefined && vxlanMode !== undefined)
  const spec = { ...fields, cidr: typeof fields['cidr'] === 'string' ? fields['cidr'] : '' }
  const read = ipPoolShape.safeParse({ metadata: { name: spec.cidr || 'unnamed' }, spec })
  if (!isTold || !read.success) return undefined
  // Its range tells two nameless pools apart.
  return { ...ipPoolRow(read.data), name: spec.cidr }
}

const isOn = (mode: unknown): boolean => mode === 'Always' || mode === 'CrossSubnet'

const first = z.object({
  metadata: z.object({ cidr: z.string() }),
  spec: part({ ipip: part({ enabled: flag, mode: text }), 'nat-outgoing': flag, disabled: flag }),
})

/** The pool of calicoctl's first API, up to Calico 2.x: projectcalico/libcalico-go:lib/api/ippool.go. */
export function firstPoolRows(object: unknown): readonly Told[] {
  const { metadata, spec } = first.safeParse(object).data ?? {}
  if (metadata === undefined) return []
  const mode = spec?.ipip?.mode === 'cross-subnet' ? 'CrossSubnet' : 'Always'
  const ipipMode = spec?.ipip?.enabled === true ? mode : 'Never'
  const { cidr } = metadata
  return [
    told(
      'ipPools',
      ipPoolRow({
        metadata: { name: cidr },
        spec: { cidr, ipipMode, disabled: spec?.disabled, natOutgoing: spec?.['nat-outgoing'] },
      }),
    ),
  ]
}

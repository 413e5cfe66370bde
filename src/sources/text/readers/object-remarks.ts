import type { Told } from '#sources/formats/objects/told.ts'

/**
 * Rows with what people wrote into the object instead of what they cut out of it. Of a block's list of owners, which is long,
 * they tell whether the node's tunnel address is among them.
 */
export function withRemarks(told: readonly Told[], remarks: readonly string[]): readonly Told[] {
  if (!remarks.some((remark) => noTunnel.test(remark))) return told
  return told.map((one) =>
    one.relation === 'ipamBlocks' && one.row.holdsTunnelAddress === undefined
      ? { relation: 'ipamBlocks', row: { ...one.row, holdsTunnelAddress: false } }
      : one,
  )
}

const noTunnel = /\b(?:no|without|missing) (?:\w{1,12} ){0,2}(?:tunl0?|tunnel|ipip|vxlan|wireguard)\b/i

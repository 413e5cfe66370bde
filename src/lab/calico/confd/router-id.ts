import { createHash } from 'node:crypto'
import { type BgpData, ownAddress } from '#lab/calico/confd/data.ts'

/** The node's IPv4 address, what CALICO_ROUTER_ID says, or with `hash` an address made from the node's name. */
export function routerId(data: BgpData): string {
  if (data.routerId === 'hash') return hashed(data.nodeName)
  return data.routerId === '' ? ownAddress(data) : data.routerId
}

/** Multicast and reserved addresses are no router ids (confd/pkg/resource/template/template_funcs.go, hashToIPv4). */
function hashed(name: string): string {
  const [first = 0, ...rest] = createHash('sha256').update(name).digest().subarray(0, 4)
  return [first > 223 ? first - 32 : first, ...rest].join('.')
}

import { contains, ipv4 } from '#lab/network/address.ts'
import { applyChange, newLink } from '#lab/network/changes.ts'
import type { Fabric } from '#lab/network/fabric.ts'
import type { Attachment } from '#lab/network/network.ts'
import type { Segment } from '#lab/network/segment.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** Plugs in, and brings the interface up with its address. */
export function plug(
  fabric: Fabric,
  stack: SimStack,
  to: Attachment & { readonly isRouter: boolean },
): Segment {
  const { machine, address, prefixLength, mac, mtuBytes = 1500, link: name = 'eth0', isRouter } = to
  const segment = segmentOf(fabric, to)
  const isNew = !fabric.hasPort(machine, name)
  const port = fabric.portOf(machine, name)
  if (isNew && to.portUp === false) port.up = false
  const { mtuBytes: carriedBytes, antiSpoofing } = segment.plan
  if (carriedBytes !== undefined) port.mtuBytes = carriedBytes
  if (to.groups) port.groups = to.groups
  if (antiSpoofing) port.allowedSources = to.allowedSources ?? []
  const link = newLink(stack, {
    name,
    kind: 'ether',
    mtuBytes,
    ...(mac === undefined ? {} : { mac }),
  })
  link.port = port
  stack.devices.add(link)
  fabric.plug({ machine, stack, link, port, segment, isRouter })
  const sysctls = to.sysctls ?? { 'net.ipv4.ip_forward': '1' }
  for (const [key, value] of Object.entries(sysctls)) stack.setSysctl(key, value)
  bringUp(stack, { link: 'lo', address: '127.0.0.1', prefixLength: 8 })
  bringUp(stack, { link: name, address, prefixLength })
  return segment
}

function segmentOf({ segments }: Fabric, { segment, address }: Attachment): Segment {
  const all = [...segments.values()]
  const found =
    segment === undefined
      ? (all.find(({ subnet }) => contains(subnet, ipv4(address))) ?? all[0])
      : segments.get(segment)
  if (!found) throw new Error(`the fabric has no segment ${segment ?? `for ${address}`}`)
  return found
}

export function bringUp(stack: SimStack, o: { link: string; address: string; prefixLength: number }): void {
  // What is there already stays: a boot configuration can be applied twice.
  if (!stack.devices.addresses.some((a) => a.link === o.link && a.address === o.address))
    applyChange(stack, { op: 'address-add', ...o })
  applyChange(stack, { op: 'link-set', name: o.link, up: true })
}

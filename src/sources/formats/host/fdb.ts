/** A machine behind a VXLAN device: the address to which packets for this hardware address go. */
export interface Neighbour {
  readonly mac: string
  readonly address: string
}

/**
 * `bridge fdb [show [dev DEVICE]]`: only entries of Calico's devices with a far end; undefined for a line of another program,
 * `[]` for others.
 *
 * @param asked the device that the command named; lines then do not name it
 * @see iproute2/iproute2:bridge/fdb.c (print_fdb)
 */
export function parseFdb(text: string, asked?: string): readonly Neighbour[] | undefined {
  const m =
    /^\s{0,8}(?<mac>[\da-f]{2}(?::[\da-f]{2}){5})(?: dev (?<device>[\w.@-]{1,20}))?(?<rest>(?: [\w.:-]{1,45}){1,12})\s*$/.exec(
      text,
    )?.groups
  if (m?.mac === undefined || m.rest === undefined) return undefined
  const words = m.rest.trim().split(' ')
  if (!words.some((word) => word === 'self' || word === 'permanent' || word === 'master')) return undefined
  const device = m.device ?? asked
  if (device !== undefined && !/^vxlan(?:-v6)?\.calico$/.test(device)) return []
  const address = words[words.indexOf('dst') + 1]
  return words.includes('dst') && address !== undefined ? [{ mac: m.mac, address }] : []
}

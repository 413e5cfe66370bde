import {
  type Block,
  type Found,
  type Lines,
  lineAt,
  withoutRemark,
} from '#sources/formats/host-network/block.ts'

/** What a card or device is set to, or what drives it. */
export interface DeviceSetting {
  readonly device: string | undefined
  readonly name: string // tx-checksum-ip-generic, driver
  readonly value: string // on, off, vmxnet3
}

/**
 * `ethtool -k DEVICE`. What `ethtool -K` answers (`Actual changes:`) is read and yields nothing: it tells of a change.
 *
 * @param device that the command asked about, for lines without the heading; undefined where there was no such command
 * @see linux/ethtool:ethtool.c (dump_features)
 */
export function parseFeatures(lines: Lines, at: number, device?: string): Block<DeviceSetting> | undefined {
  const first = lineAt(lines, at)
  const heading = /^\s{0,4}(?:Features|Offload parameters) for (?<device>[^\s:]{1,15}):$/.exec(first)?.groups
    ?.device
  const isChange = /^\s{0,4}(?:Actual changes:|Could not change any device features)$/.test(first)
  const found: Found<DeviceSetting>[] = []
  const from = heading !== undefined || isChange ? at + 1 : at
  let next = from
  for (; lines(next) !== undefined; next++) {
    const m = feature.exec(withoutRemark(lineAt(lines, next)))?.groups
    if (m?.name === undefined || m.value === undefined) break
    if (!isChange) found.push({ at: next, row: { device: heading ?? device, name: m.name, value: m.value } })
  }
  // A single line of another program may look alike.
  const isSure =
    from > at || device !== undefined || found.length > 1 || /\[fixed\]|-ip-generic:|-ipv[46]:/.test(first)
  return isSure && next > at ? { end: next, found } : undefined
}

const feature =
  /^\s{0,8}(?<name>(?:rx|tx|tcp|udp|generic|large|scatter|ntuple|receive|highdma|fcoe|esp|hw|l2|macsec|loopback|vlan|netns|hsr|busy|tls)[a-z\d]{0,20}(?:-[a-z\d]{1,30}){1,8}|highdma|ntuple-filters): (?<value>on|off)(?: \[[a-z ]{3,30}\])?$/

/**
 * `ethtool -i DEVICE`.
 *
 * @see linux/ethtool:ethtool.c (dump_drvinfo)
 */
export function parseDriver(lines: Lines, at: number, device?: string): Block<DeviceSetting> | undefined {
  const driver = /^\s{0,4}driver: (?<driver>[\w-]{1,40})$/.exec(lineAt(lines, at))?.groups?.driver
  if (driver === undefined || !/^\s{0,4}version:(?: |$)/.test(lineAt(lines, at + 1))) return undefined
  let next = at + 1
  while (driverField.test(lineAt(lines, next))) next++
  return { end: next, found: [{ at, row: { device, name: 'driver', value: driver } }] }
}

const driverField =
  /^\s{0,4}(?:version|firmware-version|expansion-rom-version|bus-info|supports-[a-z-]{3,30}):(?: .{0,200})?$/

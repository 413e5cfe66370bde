/** Answers of host tools that are settings: ethtool, wg, ipset, and the front ends of packet filters. */
import type { SettingRow, UnitRow } from '#cluster/relations.ts'
import { type DeviceSetting, parseDriver, parseFeatures } from '#sources/formats/host-network/ethtool.ts'
import { type Firewall, parseFirewalld, parseUfw } from '#sources/formats/host-network/firewalls.ts'
import { parseIpsets } from '#sources/formats/host-network/ipset.ts'
import { parseWireguard } from '#sources/formats/host-network/wireguard.ts'
import { partial, type ReadRow } from '#sources/reading.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'
import { aboutScope, linesIn } from '#sources/text/readers/host-network/around.ts'
import { callOf, namespaceIn } from '#sources/text/readers/host-network/command.ts'

type Told = Pick<SettingRow, 'name' | 'value'> & { readonly at: number; readonly device?: string | undefined }

/** `ethtool -k`, `ethtool -i`. */
export const ethtoolReader: Reader = {
  read(source, at, scope) {
    if (!/:/.test(source.lines[at]?.text ?? '')) return undefined
    const call = callOf(scope.command, 'ethtool')
    const device = call?.words.find((word) => !word.startsWith('-'))
    const lines = linesIn(source)
    const block = parseFeatures(lines, at, device) ?? parseDriver(lines, at, device)
    if (block === undefined) return undefined
    const told = block.found.map(
      ({ at: line, row }: { readonly at: number; readonly row: DeviceSetting }) => ({
        at: line,
        ...row,
      }),
    )
    return {
      ...taken('ethtool', block.end - at, scope),
      rows: settingRows({ of: 'ethtool' }, told, { source, scope }),
    }
  },
}

/** `wg show`. */
export const wireguardReader: Reader = {
  read(source, at, scope) {
    const block = parseWireguard(linesIn(source), at)
    if (block === undefined) return undefined
    const told = block.found.map(({ at: line, row }) => ({ at: line, ...row }))
    const rows = settingRows({ of: 'other', in: 'wireguard' }, told, { source, scope })
    return { ...taken('wg show', block.end - at, scope), rows }
  },
}

/** A node has hundreds of sets; of one type and revision a few show what there is to see. */
const setsMax = 200

/** `ipset list`. */
export const ipsetReader: Reader = {
  read(source, at, scope) {
    const block = parseIpsets(linesIn(source), at)
    if (block === undefined) return undefined
    const told = block.found.slice(0, setsMax).map(({ at: line, row: { name, type, revision } }) => ({
      at: line,
      name,
      value: revision === undefined ? type : `${type} revision ${revision}`,
    }))
    const rows = settingRows({ of: 'other', in: 'ipset' }, told, { source, scope })
    return { ...taken('ipset list', block.end - at, scope), rows }
  },
}

/** `ufw status`, `firewall-cmd`: a unit's state, and what is allowed. */
export const firewallsReader: Reader = {
  read(source, at, scope) {
    const lines = linesIn(source)
    const firewall =
      parseUfw(lines, at, callOf(scope.command, 'ufw') !== undefined) ??
      parseFirewalld(lines, at, callOf(scope.command, 'firewall-cmd') !== undefined)
    if (firewall === undefined) return undefined
    const { program, settings } = firewall
    const rows = [
      ...unitRows(firewall, { source, at, scope }),
      ...settingRows({ of: 'other', in: program }, settings, { source, scope }),
    ]
    const base = taken(program === 'ufw' ? 'ufw status' : 'firewall-cmd', firewall.end - at, scope)
    return { ...base, rows, covered: [...(base.covered ?? []), { relation: 'units', coverage: partial }] }
  },
}

function unitRows(
  { program, isActive }: Firewall,
  { source, at, scope }: { readonly source: Source; readonly at: number; readonly scope: Scope },
): readonly ReadRow[] {
  if (isActive === undefined) return []
  const row: UnitRow = { node: nodeOrPod(scope), unit: program, active: isActive ? 'active' : 'inactive' }
  return [{ relation: 'units', row, from: place(source, at, scope) }]
}

/** Settings of a pod's own network are not the node's. */
function settingRows(
  base: Pick<SettingRow, 'of' | 'in'>,
  told: readonly Told[],
  { source, scope }: { readonly source: Source; readonly scope: Scope },
): readonly ReadRow[] {
  if (namespaceIn(scope.command) === 'pod') return []
  const node = nodeOrPod(scope)
  return told.map(({ at, name, value, device }) => ({
    relation: 'settings',
    row: { ...base, ...(device !== undefined && { in: device }), name, value, node },
    from: place(source, at, scope),
  }))
}

const taken = (format: string, lines: number, scope: Scope): Taken => ({
  lines,
  format,
  rows: [],
  covered: [{ relation: 'settings', coverage: partial }],
  ...aboutScope(scope),
})

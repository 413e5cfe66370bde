import type { Block } from '#sources/formats/host-network/block.ts'
import {
  parseNetworkctlStatus,
  parseNmcliDevices,
  parseNmcliOverview,
} from '#sources/formats/host-network/network-manager-status.ts'
import {
  type ManagedLink,
  parseNetworkctlTable,
  parseNmcliTable,
} from '#sources/formats/host-network/network-managers.ts'
import { nodeOrPod, place, type Reader, type Scope } from '#sources/text/reader.ts'
import { aboutScope, coverageOf, isCut, linesIn } from '#sources/text/readers/host-network/around.ts'
import { asksForAll, callOf, isFiltered } from '#sources/text/readers/host-network/command.ts'

/** `nmcli device`, `nmcli device show`, `networkctl`, `networkctl status LINK`. */
export const managersReader: Reader = {
  read(source, at, scope) {
    const lines = linesIn(source)
    const list = parseNmcliTable(lines, at) ?? parseNetworkctlTable(lines, at)
    const block: Block<ManagedLink> | undefined =
      list ??
      parseNmcliDevices(lines, at) ??
      parseNmcliOverview(lines, at) ??
      parseNetworkctlStatus(lines, at, linkAsked(scope))
    if (block === undefined) return undefined
    const node = nodeOrPod(scope)
    return {
      lines: block.end - at,
      format: 'network managers and their interfaces',
      rows: block.found.map(({ at: line, row }) => ({
        relation: 'managedLinks',
        row: { node, ...row },
        from: place(source, line, scope),
      })),
      covered: coverageOf('managedLinks', scope, {
        isWhole: list !== undefined && showsAll(scope.command) && !isCut(source, at, block.end),
      }),
      ...aboutScope(scope),
    }
  },
}

const linkAsked = ({ command }: Scope): string | undefined => {
  const words = callOf(command, 'networkctl')?.words ?? []
  const at = words.indexOf('status')
  return at < 0 ? undefined : words.slice(at + 1).find((word) => !word.startsWith('-'))
}

function showsAll(command: string | undefined): boolean {
  if (command === undefined || isFiltered(command)) return false
  const call = callOf(command, 'nmcli') ?? callOf(command, 'networkctl')
  return call !== undefined && asksForAll(call.words)
}

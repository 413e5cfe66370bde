import { parseRouteTable } from '#sources/formats/host-network/route-table.ts'
import {
  parseIpRules,
  parseRoutes,
  type Route,
  type RouteBlock,
} from '#sources/formats/host-network/routes.ts'
import { partial } from '#sources/reading.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'
import { aboutScope, coverageOf, isCut, linesIn } from '#sources/text/readers/host-network/around.ts'
import {
  asksForAll,
  callsIn,
  ipObject,
  isFiltered,
  namespaceIn,
} from '#sources/text/readers/host-network/command.ts'

/** `ip route`, `ip -6 route`, `ip rule`, `route -n`, `netstat -rn`. */
export const routesReader: Reader = {
  read(source, at, scope) {
    const first = source.lines[at]?.text ?? ''
    if (
      !/^\s*(?:[\da-fA-F]{1,4}[.:]|::|default\b|Kernel IP|Destination\b|[a-z]{4,12} (?:default|[\da-fA-F]{1,4}[.:]))|\bfrom \S/.test(
        first,
      )
    )
      return undefined
    const lines = linesIn(source)
    const routes = parseRoutes(lines, at, familyAsked(scope.command))
    if (routes !== undefined) return taken(routes, { source, at, scope })
    const table = parseRouteTable(lines, at)
    if (table !== undefined) return taken({ ...table, hasAbsenceNote: false }, { source, at, scope })
    return rulesTaken(source, at, scope)
  },
}

const familyAsked = (command: string | undefined): 4 | 6 | undefined =>
  callsIn(command).some(({ tool, words }) => tool === 'ip' && words.includes('-6')) ? 6 : undefined

interface Around {
  readonly source: Source
  readonly at: number
  readonly scope: Scope
}

function taken(block: RouteBlock, { source, at, scope }: Around): Taken {
  const isAnswer = /\bip (?:-\S+ )*r(?:o|ou|out|oute)? g(?:e|et)?\b/.test(scope.command ?? '')
  const found = isAnswer ? [] : block.found
  const isOfPod = namespaceIn(scope.command) === 'pod' || found.some(({ row }) => isGatewayOfPod(row))
  const node = nodeOrPod(scope)
  return {
    lines: block.end - at,
    format: 'kernel routes',
    rows: found.map(({ at: line, row }) => ({
      relation: 'routes',
      row: { node, in: isOfPod ? 'pod' : 'host', ...row },
      from: place(source, line, scope),
    })),
    covered: coverageOf('routes', scope, {
      isWhole: !isOfPod && !isAnswer && showsAll(scope.command) && !isCut(source, at, block.end),
      hasAbsenceNote: !isOfPod && block.hasAbsenceNote,
    }),
    ...aboutScope(scope),
  }
}

/**
 * What the CNI plugin gives every pod, and nobody a node.
 *
 * @see projectcalico/calico:cni-plugin/pkg/dataplane/linux/dataplane_linux.go (gw)
 */
const isGatewayOfPod = ({ via, destination, dev }: Route): boolean =>
  dev === 'eth0' && (via === '169.254.1.1' || destination === '169.254.1.1')

/** The main table of IPv4. IPv6 alone does not make the reading complete. */
function showsAll(command: string | undefined): boolean {
  if (command === undefined || isFiltered(command)) return false
  return callsIn(command).some(({ tool, words }) => {
    if (tool === 'route') return words.every((word) => word === '-n')
    if (tool === 'netstat') return words.every((word) => /^-(?:rn|nr|r|n)$/.test(word))
    const ip = ipObject(`ip ${words.join(' ')}`)
    const rest = ip?.rest.filter((word) => !/^(?:table|all|main)$/.test(word)) ?? []
    return tool === 'ip' && ip?.object === 'route' && asksForAll(rest)
  })
}

/** Rules that every machine has say nothing. */
const kernelsOwn: ReadonlySet<number> = new Set([0, 32766, 32767])

function rulesTaken(source: Source, at: number, scope: Scope): Taken | undefined {
  const block = parseIpRules(linesIn(source), at)
  if (block === undefined) return undefined
  const node = nodeOrPod(scope)
  return {
    lines: block.end - at,
    format: 'ip rule',
    rows: block.found
      .filter(({ row }) => !kernelsOwn.has(row.priority))
      .map(({ at: line, row }) => ({
        relation: 'settings',
        row: { of: 'other', in: 'ip rule', name: String(row.priority), value: row.text, node },
        from: place(source, line, scope),
      })),
    covered: [{ relation: 'settings', coverage: partial }],
    ...aboutScope(scope),
  }
}

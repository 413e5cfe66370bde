import type { Lines } from '#sources/formats/host-network/block.ts'
import { parseIfconfig } from '#sources/formats/host-network/ifconfig.ts'
import { type LinkBlock, parseLinks } from '#sources/formats/host-network/links.ts'
import { parseBriefLinks } from '#sources/formats/host-network/links-brief.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'
import { aboutScope, coverageOf, isCut, linesIn } from '#sources/text/readers/host-network/around.ts'
import {
  asksForAll,
  callOf,
  ipObject,
  isFiltered,
  namespaceIn,
} from '#sources/text/readers/host-network/command.ts'

/** `ip addr`, `ip link` (also `-d`, `-br`, `-o`) and `ifconfig`. */
export const linksReader: Reader = {
  read(source, at, scope) {
    const first = source.lines[at]?.text ?? ''
    if (!mayStart.test(first)) return undefined
    const lines = linesIn(source)
    const ip = ipLinks(lines, at, scope)
    if (ip !== undefined) return taken('network interfaces', ip, { source, at, scope })
    const block = parseIfconfig(lines, at)
    if (block === undefined) return undefined
    return taken('ifconfig', { ...block, hasAbsenceNote: false, isOfPod: false }, { source, at, scope })
  },
}

/** The cheap look that most lines of a text do not pass. */
const mayStart =
  /\bmtu \d|: <|\bi?net6? [\da-f]|Link encap:|^\s{0,8}\S{1,31}\s{1,40}(?:UP|DOWN|UNKNOWN|LOWERLAYERDOWN|DORMANT|NOTPRESENT|TESTING)\b|^\s{0,8}\d{1,7}: \S{1,16} [.…]/

function ipLinks(lines: Lines, at: number, { command }: Scope): LinkBlock | undefined {
  const asked = ipObject(command)
  const shows = asked?.object === 'address' ? 'addr' : asked?.object === 'link' ? 'link' : undefined
  const isBrief = shows !== undefined && asked?.rest.some((word) => /^-br/.test(word)) === true
  return parseLinks(lines, at, shows) ?? parseBriefLinks(lines, at, isBrief)
}

interface Around {
  readonly source: Source
  readonly at: number
  readonly scope: Scope
}

function taken(format: string, block: LinkBlock, { source, at, scope }: Around): Taken {
  const asked = namespaceIn(scope.command)
  const isOfPod = asked === 'pod' || block.isOfPod
  const node = nodeOrPod(scope)
  return {
    lines: block.end - at,
    format,
    rows: block.found.map(({ at: line, row }) => ({
      relation: 'links',
      row: { node, in: isOfPod ? 'pod' : 'host', ...row },
      from: place(source, line, scope),
    })),
    covered: coverageOf('links', scope, {
      isWhole: !isOfPod && showsAll(scope.command) && !isCut(source, at, block.end),
      hasAbsenceNote: !isOfPod && block.hasAbsenceNote,
    }),
    ...aboutScope(scope),
  }
}

function showsAll(command: string | undefined): boolean {
  if (command === undefined || isFiltered(command)) return false
  const ip = ipObject(command)
  if (ip?.object === 'address' || ip?.object === 'link') return !ip.rest.includes('-4') && asksForAll(ip.rest)
  return callOf(command, 'ifconfig')?.words.join(' ') === '-a'
}

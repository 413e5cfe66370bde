import type { BgpSessionRow } from '#cluster/relations.ts'
import { parseBirdProtocols } from '#sources/formats/birdcl.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'
import { sessionsTaken } from '#sources/text/readers/sessions-taken.ts'

/** `birdcl show protocols [all]`, also as raw replies of the socket. */
export const birdProtocolsReader: Reader = {
  read(source, at, scope) {
    if (!isProtocolLine(source.lines[at]?.text ?? '')) return undefined
    const rows: ReadRow[] = []
    let next = at
    while (next < source.lines.length && isProtocolLine(source.lines[next]?.text ?? '')) {
      const details = detailsBelow(source, next)
      rows.push(...protocolRow(source, next, scope, details))
      next += 1 + details.length
    }
    return sessionsTaken('birdcl show protocols', { lines: next - at, rows, scope })
  },
}

const header = 'name     proto    table    state  since       info'

const isProtocolLine = (line: string): boolean =>
  /^\s*(?:\d{4}[- ])?(?:BIRD \S+ ready\.|[Nn]ame\s+[Pp]roto\s+[Tt]able\s+[Ss]tate\s+[Ss]ince\s+[Ii]nfo|[\w.]{1,80}\s+(?:BGP|Kernel|Device|Direct|Static|Pipe|BFD)\s+\S+\s+(?:up|down|start|stop|flush|wait|feed)\s+\d[\d:.-]{4,18}(?:\s.*)?)\s*$/.test(
    line,
  )

/** What `all` prints below a protocol: indented deeper, a field or one of its counters to a line. */
function detailsBelow(source: Source, at: number): readonly string[] {
  const details: string[] = []
  for (let next = at + 1; next < source.lines.length; next++) {
    const text = source.lines[next]?.text ?? ''
    if (
      !/^\s{2,}[A-Z][\w ()-]{1,40}:|^\s{2,}(?:Channel \S+|Session:|Local capabilities|Neighbor capabilities)\s*$/.test(
        text,
      )
    )
      break
    details.push(text)
  }
  // A blank line stands between protocols.
  const below = source.lines[at + details.length + 1]
  return details.length > 0 && below !== undefined && isBlank(below.text) ? [...details, ''] : details
}

function protocolRow(
  source: Source,
  at: number,
  scope: Scope,
  details: readonly string[],
): readonly ReadRow[] {
  const line = source.lines[at]?.text.trim() ?? ''
  const read = parseBirdProtocols(`${header}\n${line}`)
  const own = read.kind === 'sessions' ? read.sessions : []
  const neighbor = detail(details, 'Neighbor address')
  const from = place(source, at, scope)
  const sessions = own.length > 0 || neighbor === undefined ? own : otherSession(line, neighbor)
  return sessions.map((session) => {
    const info = session.info ?? detail(details, 'Last error')
    const row = { ...session, node: nodeOrPod(scope), ...(info !== undefined && { info }) }
    return { relation: 'bgpSessions', row, from }
  })
}

const detail = (details: readonly string[], name: string): string | undefined => {
  const line = details.find((each) => each.trimStart().startsWith(`${name}:`))
  return line?.slice(line.indexOf(':') + 1).trim() || undefined
}

/** A protocol that somebody named himself. */
function otherSession(line: string, peer: string): readonly Omit<BgpSessionRow, 'node'>[] {
  const m = /\s(?<up>\w+)\s+\d[\d:.-]{4,18}\s+(?<state>[A-Z]\w+)(?:\s+(?<info>\S.*))?$/.exec(line)?.groups
  if (m?.state === undefined) return []
  const isUp = m.up === 'up' && m.state === 'Established'
  return [
    {
      peer: peer.replace(/%.*$/, ''),
      kind: 'node',
      up: isUp,
      state: m.state,
      ...(m.info && { info: m.info }),
    },
  ]
}

/** BIRD's own table: what it would do, not what the kernel has. */
export const birdRoutesReader: Reader = {
  read(source, at) {
    let next = at
    while (isRouteOfBird(source.lines[next]?.text ?? '')) next++
    return next === at ? undefined : { lines: next - at, format: 'birdcl show route', rows: [] }
  },
}

const isRouteOfBird = (line: string): boolean =>
  /^\s*(?:[\da-f.:]{2,45}\/\d{1,3}|via|unreachable|blackhole)\s/.test(line) &&
  /\s\[[\w.]{1,80} \d[\d:.-]{4,18}(?: from \S{1,50})?\](?: [*!])? \(\d{1,5}(?:\/[\d?-]{1,5})?\)/.test(line)

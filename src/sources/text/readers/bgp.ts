import type { BgpSessionRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { parseBirdProtocols } from '#sources/formats/birdcl.ts'
import type { ReadRow } from '#sources/reading.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'

/**
 * The tables of `calicoctl node status`, whose cells wrap at 30 characters up to 3.32, also cut at their right end.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/commands/node/status.go
 */
export const nodeStatusReader: Reader = {
  read(source, at, scope) {
    if (!startsStatus(source, at)) return undefined
    const sessions: { at: number; cells: string[] }[] = []
    let next = at
    for (; next < source.lines.length; next++) {
      const text = source.lines[next]?.text ?? ''
      if (!isStatusLine(text) && !(text.trim() === '' && isStatusLine(source.lines[next + 1]?.text ?? '')))
        break
      const cells = cellsOf(text)
      const last = sessions.at(-1)
      if (cells === undefined || cells[0] === 'PEER ADDRESS') continue
      if (cells[0] !== '') sessions.push({ at: next, cells: [...cells] })
      // A wrapped cell goes on in the next row of the table.
      else if (last !== undefined)
        last.cells = last.cells.map((cell, index) => `${cell} ${cells[index] ?? ''}`.trim())
    }
    const rows = sessions.flatMap(({ at: line, cells }) => sessionRow(cells, source, line, scope))
    return sessionsTaken('calicoctl node status', { lines: next - at, rows, scope })
  },
}

/** Other tables have the same frame. */
function startsStatus(source: Source, at: number): boolean {
  const text = source.lines[at]?.text ?? ''
  return isFrame(text) ? isPeer(source.lines[at + 1]?.text ?? '') : isPeer(text) || isTitle(text)
}

const isFrame = (line: string): boolean => /^\s*\+-{3,}/.test(line)
const isPeer = (line: string): boolean =>
  /^\s*\|\s*(?:PEER ADDRESS\b|[\da-fA-F]{1,4}[.:][\da-fA-F.:]{2,45}\s*\|\s*(?:node|global|local)\b)/.test(
    line,
  )
const isTitle = (line: string): boolean =>
  /^\s*(?:Calico process is running\.|IPv[46] BGP status|No IPv[46] peers found\.)\s*$/.test(line)

const isStatusLine = (line: string): boolean =>
  isFrame(line) || isPeer(line) || isTitle(line) || /^\s*\|\s*\|/.test(line)

/** Rows of a table with five columns; the last one may be cut off. */
function cellsOf(line: string): readonly string[] | undefined {
  if (!/^\s*\|/.test(line)) return undefined
  const cells = line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())
  return cells.length >= 4 && cells.length <= 5 ? cells : undefined
}

function sessionRow(cells: readonly string[], source: Source, at: number, scope: Scope): readonly ReadRow[] {
  const [peer = '', type = '', state = '', , text = ''] = cells
  if (!/^[\da-fA-F.:]{3,45}$/.test(peer) || !/[.:]/.test(peer)) return []
  const [word = '', ...rest] = text.split(/\s+/)
  const info = rest.join(' ')
  const isWord = /^(?:Idle|Connect|Active|OpenSent|OpenConfirm|Established|Close|Passive|Down)$/.test(word)
  const row: BgpSessionRow = {
    node: nodeOrPod(scope),
    peer,
    kind: type.includes('mesh') ? 'mesh' : type.includes('node') ? 'node' : 'global',
    up: state === 'up' && word === 'Established',
    state: isWord ? word : state,
    ...(isWord && info !== '' && { info }),
    ...(!isWord && text !== '' && { info: text }),
  }
  return [{ relation: 'bgpSessions', row, from: place(source, at, scope) }]
}

/** `birdcl show protocols`, also as raw replies of the socket. */
export const birdProtocolsReader: Reader = {
  read(source, at, scope) {
    if (!isProtocolLine(source.lines[at]?.text ?? '')) return undefined
    const rows: ReadRow[] = []
    let next = at
    for (; next < source.lines.length; next++) {
      const text = source.lines[next]?.text ?? ''
      if (!isProtocolLine(text)) break
      rows.push(...protocolRow(text, source, next, scope))
    }
    return sessionsTaken('birdcl show protocols', { lines: next - at, rows, scope })
  },
}

const header = 'name     proto    table    state  since       info'

const isProtocolLine = (line: string): boolean =>
  /^\s*(?:\d{4}[- ])?(?:BIRD \S+ ready\.|name\s+proto\s+table\s+state\s+since\s+info|[\w.]{1,80}\s+(?:BGP|Kernel|Device|Direct|Static|Pipe|BFD)\s+\S+\s+(?:up|down|start|stop|flush|wait|feed)\s+[\d:-]{5,10}(?:\s.*)?)\s*$/.test(
    line,
  )

function protocolRow(line: string, source: Source, at: number, scope: Scope): readonly ReadRow[] {
  const read = parseBirdProtocols(`${header}\n${line.trim()}`)
  if (read.kind !== 'sessions') return []
  return read.sessions.map((session) => ({
    relation: 'bgpSessions',
    row: { node: nodeOrPod(scope), ...session },
    from: place(source, at, scope),
  }))
}

const sessionsTaken = (
  format: string,
  {
    lines,
    rows,
    scope,
  }: { readonly lines: number; readonly rows: readonly ReadRow[]; readonly scope: Scope },
): Taken => ({
  lines,
  format,
  rows,
  covered: [{ relation: 'bgpSessions', coverage: { kind: 'partial' } }],
  ...(scope.node !== undefined && { about: nodeSubject(scope.node) }),
})

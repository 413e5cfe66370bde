import type { BgpSessionRow } from '#cluster/relations.ts'
import type { ReadRow } from '#sources/reading.ts'
import { messageRows } from '#sources/text/message-rows.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'
import { isFrame } from '#sources/text/readers/boxes.ts'
import { sessionsTaken } from '#sources/text/readers/sessions-taken.ts'

/**
 * The tables of `calicoctl node status`, whose cells wrap at 30 characters up to 3.32; also cut at either end, or without
 * their frame.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/commands/node/status.go
 */
export const nodeStatusReader: Reader = {
  read(source, at, scope) {
    if (!startsStatus(source, at)) return undefined
    const sessions: { at: number; cells: readonly string[] }[] = []
    const messages: ReadRow[] = []
    let next = at
    for (; next < source.lines.length; next++) {
      const text = source.lines[next]?.text ?? ''
      if (!isStatusLine(text) && !(text.trim() === '' && isStatusLine(source.lines[next + 1]?.text ?? '')))
        break
      const cells = sessionCells(text)
      const last = sessions.at(-1)
      if (isTitle(text)) messages.push(...titleRows(source, next, scope))
      if (cells === undefined || cells[0] === 'PEER ADDRESS') continue
      if (cells[0] !== '') sessions.push({ at: next, cells })
      // A wrapped cell goes on in the next row of the table.
      else if (last !== undefined)
        last.cells = last.cells.map((cell, index) => `${cell} ${cells[index] ?? ''}`.trim())
    }
    const rows = sessions.flatMap(({ at: line, cells }) => sessionRow(cells, source, line, scope))
    return sessionsTaken('calicoctl node status', { lines: next - at, rows: [...rows, ...messages], scope })
  },
}

/** Other tables have the same frame. */
function startsStatus(source: Source, at: number): boolean {
  const text = source.lines[at]?.text ?? ''
  return isFrame(text) ? isPeer(source.lines[at + 1]?.text ?? '') : isPeer(text) || isTitle(text)
}

const address = '[\\da-fA-F]{1,4}[.:][\\da-fA-F.:]{2,45}'
const type = 'node-to-node mesh|node specific|global|local(?: \\w{1,20})?'
const sinceText = '\\d[\\d:.-]{3,18}'
const isPeer = (line: string): boolean => peerLine.test(line)
const peerLine = new RegExp(
  `^\\s*(?:\\|?\\s*PEER ADDRESS\\b|\\|?\\s*(?:${address})?\\s*\\|?\\s*(?:${type})\\s*\\|\\s*\\w|(?:${address})\\s+(?:${type})\\s+\\w{2,6}\\s)`,
)
const isTitle = (line: string): boolean =>
  /^\s*(?:Calico process is running\.|IPv[46] BGP status|No IPv[46] peers found\.)\s*$/.test(line)

const titleRows = (source: Source, at: number, scope: Scope): readonly ReadRow[] =>
  messageRows(
    source.lines[at]?.text ?? '',
    nodeOrPod(scope) === '' ? {} : { node: nodeOrPod(scope) },
    place(source, at, scope),
  )

const isStatusLine = (line: string): boolean =>
  isFrame(line) || isPeer(line) || isTitle(line) || /^\s*\|\s*\|/.test(line)

/** The five columns of a row, whose last ones and whose first one may be cut off. */
function sessionCells(line: string): readonly string[] | undefined {
  const squeezed = squeezedRow.exec(line)?.groups
  if (squeezed !== undefined)
    return [squeezed.peer, squeezed.type, squeezed.state, squeezed.since, squeezed.info].map(
      (cell) => cell ?? '',
    )
  if (!line.includes('|')) return undefined
  const cells = line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())
  const isHeadless = new RegExp(`^(?:${type})$`).test(cells[0] ?? '')
  const whole = isHeadless ? [unknownPeer, ...cells] : cells
  return whole.length >= 3 && whole.length <= 6 ? whole.slice(0, 5) : undefined
}

/** The row does not show with whom the session is; that it is down, and why, it does. */
const unknownPeer = '?'

const squeezedRow = new RegExp(
  `^\\s*(?<peer>${address})\\s+(?<type>${type})\\s+(?<state>up|start|down|stop|flush|wait|feed)\\s+(?<since>${sinceText})(?:\\s+(?<info>\\S.*))?$`,
)

function sessionRow(cells: readonly string[], source: Source, at: number, scope: Scope): readonly ReadRow[] {
  const [peer = '', type = '', state = '', , text = ''] = cells
  const isPeerKnown = /^[\da-fA-F.:]{3,45}$/.test(peer) && /[.:]/.test(peer)
  if ((!isPeerKnown && peer !== unknownPeer) || !/^[a-z]{2,6}$/.test(state)) return []
  const [word = '', ...rest] = text.split(/\s+/)
  const info = rest.join(' ')
  const isWord = /^(?:Idle|Connect|Active|OpenSent|OpenConfirm|Established|Close|Passive|Down)$/.test(word)
  const row: BgpSessionRow = {
    node: nodeOrPod(scope),
    peer: isPeerKnown ? peer : '',
    kind: type.includes('mesh') ? 'mesh' : type.includes('global') ? 'global' : 'node',
    up: state === 'up' && word === 'Established',
    state: isWord ? word : state,
    ...(isWord && info !== '' && { info }),
    ...(!isWord && text !== '' && { info: text }),
  }
  return [{ relation: 'bgpSessions', row, from: place(source, at, scope) }]
}

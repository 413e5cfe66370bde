import type { Provenance } from '#cluster/facts.ts'
import { mayWrapMessage, recogniseAll, withInner } from '#cluster/messages/catalogue.ts'
import { type LogLine, peel } from '#cluster/messages/log-line.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { nodeSubject, podSubject } from '#cluster/subjects.ts'
import { parseBpfState } from '#sources/formats/bpf-services.ts'
import type { ReadRow } from '#sources/reading.ts'
import { continuations, isBlank, looksLikeLog } from '#sources/text/lines.ts'
import { place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'
import { startsGoTrace } from '#sources/text/readers/go-traces.ts'

/**
 * Log lines of any program in any format that the catalogue can unwrap. Lines whose words the catalogue does not know
 * are counted, not read: that is most of a healthy log.
 */
export const logsReader: Reader = {
  read(source, at, scope) {
    const first = source.lines[at]?.text ?? ''
    const opened = looksLikeLog(first) ? peel(first, { nowMs: source.atMs }) : undefined
    if (opened === undefined) return undefined
    const rows: ReadRow[] = []
    let notUnderstood = 0
    let next = at
    for (; next < source.lines.length && next - at < linesMax; next++) {
      const text = source.lines[next]?.text ?? ''
      if (isBlank(text) && looksLikeLog(source.lines[next + 1]?.text ?? '')) continue
      if (next > at && startsGoTrace(source, next)) break
      if (!looksLikeLog(text) || (text.startsWith('{') && peel(text) === undefined)) break
      const found = readRecord(source, next, scope)
      rows.push(...found.rows)
      if (found.rows.length === 0) notUnderstood++
      next += found.more
    }
    return {
      lines: next - at,
      format: `log of ${programOf(opened, first)}`,
      rows,
      notUnderstood,
      covered: [{ relation: 'messages', coverage: { kind: 'partial' } }],
      ...subjectOf(opened.host, scope),
    }
  },
}

/** A longer log is read in parts, so that what it says is put together while it is read. */
const linesMax = 2000

function subjectOf(host: string | undefined, { node, pod }: Scope): Pick<Taken, 'about'> {
  if (host !== undefined) return { about: nodeSubject(host) }
  if (pod !== undefined) return { about: podSubject(pod) }
  return node === undefined ? {} : { about: nodeSubject(node) }
}

/** One log line with what a terminal wrapped or a program printed below it. */
function readRecord(
  source: Source,
  at: number,
  scope: Scope,
): { readonly rows: readonly ReadRow[]; readonly more: number } {
  const text = source.lines[at]?.text ?? ''
  const next = source.lines[at + 1]?.text
  const isAlone = next === undefined || next === '' || looksLikeLog(next)
  const below = isAlone ? [] : continuations(source.lines, at, 12)
  if (below.length === 0) return { rows: rowsOf(source, at, scope, text), more: 0 }
  // Wrapped lines continue a word or a sentence; lines that a program printed below stand alone. Both are tried.
  const parts = below.map((line) => line.text)
  const texts = [[text, ...parts].join('\n'), text + parts.join(''), [text, ...parts].join(' ')]
  const seen = new Set<string>()
  const rows = texts.flatMap((each) => rowsOf(source, at, scope, each)).filter((row) => isNew(row, seen))
  return { rows, more: below.length }
}

function isNew(read: ReadRow, seen: Set<string>): boolean {
  const id = read.relation === 'messages' ? read.row.message.id : ''
  if (seen.has(id)) return false
  seen.add(id)
  return true
}

function rowsOf(source: Source, at: number, scope: Scope, text: string): readonly ReadRow[] {
  // Most lines hold nothing: they are not worth unwrapping.
  if (!mayWrapMessage(text)) return []
  const line = peel(text, { nowMs: source.atMs })
  const from = place(source, at, scope, {
    quote: text,
    ...(line?.atMs !== undefined && { atMs: line.atMs }),
  })
  const about = aboutOf(line, scope)
  return recogniseAll(line?.text ?? text).flatMap((message): readonly ReadRow[] => {
    const error = message.params.error ?? line?.fields.error
    const device = message.id === 'ip/rtnetlink' ? deviceOf(scope.command) : undefined
    const params = {
      ...message.params,
      ...(error !== undefined && { error }),
      ...(device !== undefined && { device }),
    }
    const whole =
      error === message.params.error ? { ...message, params } : withInner({ id: message.id, params })
    return [
      { relation: 'messages', row: { ...about, message: whole, count: 1 }, from },
      ...(message.id === 'felix/bpf-services-state' ? bpfRows(text, about.node, from) : []),
    ]
  })
}

/** The kernel refuses `ip`'s wish without naming the device that it was about; the command does. */
const deviceOf = (command: string | undefined): string | undefined =>
  /(?:^|\s)ip\s.{0,400}?\sdev\s+(?<device>[\w.@-]{1,20})/.exec(command ?? '')?.groups?.device

const bpfRows = (text: string, node: string | undefined, from: Provenance): readonly ReadRow[] =>
  parseBpfState(text).map((service) => ({
    relation: 'endpoints',
    row: { ...service, seenBy: 'dataplane', ...(node !== undefined && { node }) },
    from,
  }))

function aboutOf(line: LogLine | undefined, scope: Scope): Omit<MessageRow, 'message' | 'count'> {
  const node = line?.host ?? scope.node
  const pod = line?.pod === undefined ? scope.pod : { namespace: scope.namespace ?? '', name: line.pod }
  const container = line?.container ?? scope.container
  return {
    ...(line?.atMs !== undefined && { atMs: line.atMs }),
    ...(node !== undefined && { node }),
    ...(pod !== undefined && { pod: pod.namespace === '' ? { name: pod.name } : pod }),
    ...(container !== undefined && { container }),
  }
}

const partsOfCalicoNode =
  /^(?:bird|felix|confd|startup|node|health|shutdown|monitor-addresses|tunnel-ip-allocator|status-reporter|node-services|complete-startup|cni-config-monitor|calico\..*)$/

function programOf({ component, host }: LogLine, first: string): string {
  if (component === undefined) return 'a program'
  if (host !== undefined) return `${component} in the journal`
  if (partsOfCalicoNode.test(component) || first.startsWith('bird: ')) return 'calico-node'
  return component
}

/** A single message without any envelope: a probe's output, an error that somebody copied out of a longer line. */
export const messagesReader: Reader = {
  read(source, at, scope) {
    const text = source.lines[at]?.text ?? ''
    const below = continuations(source.lines, at, 3)
    const alone = rowsOf(source, at, scope, text)
    if (alone.length === 0) return undefined
    // Lines below are taken only when they belong to the message, else they have a reader of their own.
    const whole = [text, ...below.map((line) => line.text)].join('')
    const together = below.length === 0 ? alone : rowsOf(source, at, scope, whole)
    const isWrapped = JSON.stringify(paramsOf(together)) !== JSON.stringify(paramsOf(alone))
    return {
      lines: isWrapped && together.length >= alone.length ? 1 + below.length : 1,
      format: 'messages of programs',
      rows: isWrapped && together.length >= alone.length ? together : alone,
      covered: [{ relation: 'messages', coverage: { kind: 'partial' } }],
      ...subjectOf(undefined, scope),
    }
  },
}

const paramsOf = (rows: readonly ReadRow[]) =>
  rows.map((read) => (read.relation === 'messages' ? read.row.message : undefined))

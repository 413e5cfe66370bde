/** One pass over a text: at each line the readers are asked in turn, and the first that can read takes its lines. */

import type { ReadRow } from '#sources/reading.ts'
import type { Gathered } from '#sources/text/gathered.ts'
import { isBlank, isFence, type TextLine } from '#sources/text/lines.ts'
import { headingNode, promptScope } from '#sources/text/prompt.ts'
import type { Reader, Scope, Source, Taken } from '#sources/text/reader.ts'
import { attemptsFormat, attemptsReader, commandRows, remarkedRows } from '#sources/text/readers/attempts.ts'
import { nodeStatusReader } from '#sources/text/readers/bgp.ts'
import { birdConfigReader } from '#sources/text/readers/bird-config.ts'
import { birdProtocolsReader } from '#sources/text/readers/birdcl-tables.ts'
import { clusterToolReaders } from '#sources/text/readers/cluster-tools.ts'
import { conditionsReader } from '#sources/text/readers/conditions.ts'
import { describeReader } from '#sources/text/readers/describe.ts'
import { describedPartReader } from '#sources/text/readers/describe-fragment.ts'
import { etcdKeysReader } from '#sources/text/readers/etcd-keys.ts'
import { eventsReader } from '#sources/text/readers/events.ts'
import { goTracesReader } from '#sources/text/readers/go-traces.ts'
import { hostFirstReaders, hostReaders } from '#sources/text/readers/host/index.ts'
import { hostNetworkReaders } from '#sources/text/readers/host-network/index.ts'
import { logsReader, messagesReader } from '#sources/text/readers/logs.ts'
import { objectsReader } from '#sources/text/readers/objects.ts'
import { pathsReader } from '#sources/text/readers/paths.ts'
import { processesReader } from '#sources/text/readers/processes.ts'
import { saidBehind } from '#sources/text/readers/sentences/behind.ts'
import { sentencesFormat, sentencesReader } from '#sources/text/readers/sentences.ts'
import { settingsReader } from '#sources/text/readers/settings.ts'
import { tablesReader } from '#sources/text/readers/tables.ts'
import { tmpfilesReader } from '#sources/text/readers/tmpfiles.ts'
import { variablesReader } from '#sources/text/readers/variables.ts'
import { append, type Run, runOf } from '#sources/text/runs.ts'

/** The surest first; sentences last, since anything may look like one. */
const readers: readonly Reader[] = [
  goTracesReader,
  ...clusterToolReaders,
  ...hostFirstReaders,
  logsReader,
  attemptsReader,
  ...hostNetworkReaders,
  describeReader,
  describedPartReader,
  variablesReader,
  birdConfigReader,
  etcdKeysReader,
  objectsReader,
  settingsReader,
  conditionsReader,
  eventsReader,
  tablesReader,
  nodeStatusReader,
  birdProtocolsReader,
  pathsReader,
  tmpfilesReader,
  processesReader,
  ...hostReaders,
  sentencesReader,
  messagesReader,
]

/** No table, event or sentence is longer; what is, is a record or an object on one line. */
const lineMax = 4096
const readersOfLongLines: readonly Reader[] = [logsReader, objectsReader, messagesReader]

interface Scanning {
  /** Its lines are given back as they are passed: of a large text they are as large as the text. */
  readonly source: Source & { readonly lines: TextLine[] }
  /** The node that the user named: it counts instead of what prompts and headings say. */
  readonly given: string | undefined
  readonly into: Gathered
}

export function scan({ source, given, into }: Scanning): readonly Run[] {
  const start: Scope = given === undefined ? {} : { node: given, nodeFrom: 'the node you gave' }
  const named = (scope: Scope): Scope => ({ ...scope, ...start })
  const runs: Run[] = []
  let scope = start
  let kept = 0
  for (let at = 0; at < source.lines.length; ) {
    for (; kept < at - lookBackMax; kept++) source.lines[kept] = passed
    const text = source.lines[at]?.text ?? ''
    const isGap = isBlank(text) || isFence(text)
    const isShort = !isGap && text.length <= lineMax
    const prompted = isShort ? promptScope(text) : undefined
    const heading = isShort && prompted === undefined ? headingNode(text) : undefined
    if (isGap) at++
    else if (prompted !== undefined) {
      scope = named(underHeading(prompted, scope))
      gather({ rows: commandRows(source, at, scope) }, into)
      at++
    } else if (heading !== undefined) {
      scope = named({ node: heading, nodeFrom: 'a heading' })
      at++
    } else {
      const taken = readAt(source, at, scope)
      gather(taken, into)
      gather({ rows: remarksIn(source, at, { taken, scope }) }, into)
      append(runs, runOf(source, at, { taken, scope }))
      at += taken.lines
      // A name that stands in the lines themselves counts more than one that was given.
      if (taken.scope !== undefined) scope = taken.scope
    }
  }
  return runs
}

/** Readers look back over a line or two, never over more. */
const lookBackMax = 200
const passed: TextLine = { text: '', number: 0 }

/** A heading also names the host of the commands below it, where they name none and are no cluster's client. */
const underHeading = (next: Scope, { node, nodeFrom }: Scope): Scope =>
  nodeFrom === 'a heading' &&
  node !== undefined &&
  next.node === undefined &&
  next.pod === undefined &&
  !/^(?:sudo )?(?:kubectl|oc|ssh|calicoctl (?!node))/.test(next.command ?? '')
    ? { ...next, node, nodeFrom }
    : next

function readAt(source: Source, at: number, scope: Scope): Taken {
  const isLong = (source.lines[at]?.text.length ?? 0) > lineMax
  for (const reader of isLong ? readersOfLongLines : readers) {
    const taken = reader.read(source, at, scope)
    if (taken !== undefined) return taken
  }
  return { lines: 1, format: notUnderstood, rows: [], notUnderstood: 1 }
}

/** Who writes behind lines has made a choice of them; in longer listings nobody has. */
const remarkedMax = 200

/** What people wrote behind the lines of others: `… # makes it work`. */
function remarksIn(
  source: Source,
  at: number,
  { taken, scope }: { readonly taken: Taken; readonly scope: Scope },
): readonly ReadRow[] {
  const isOthers = taken.format !== attemptsFormat && !taken.format.startsWith('log of')
  if (!isOthers || taken.lines > remarkedMax) return []
  const rows: ReadRow[] = []
  const isTold = taken.format === sentencesFormat
  for (let line = at; line < at + taken.lines; line++)
    rows.push(...remarkedRows(source, line, scope), ...(isTold ? [] : saidBehind(source, line, scope)))
  return rows
}

function gather({ rows, covered }: Pick<Taken, 'rows' | 'covered'>, into: Gathered): void {
  for (const row of rows) into.add(row)
  for (const each of covered ?? []) into.cover(each)
}

export const notUnderstood = 'not understood'

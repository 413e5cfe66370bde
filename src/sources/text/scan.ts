/** One pass over a text: at each line the readers are asked in turn, and the first that can read takes its lines. */

import { isBlank, isFence } from '#sources/text/lines.ts'
import { headingNode, promptScope } from '#sources/text/prompt.ts'
import type { Reader, Scope, Source, Taken } from '#sources/text/reader.ts'
import { birdProtocolsReader, nodeStatusReader } from '#sources/text/readers/bgp.ts'
import { conditionsReader } from '#sources/text/readers/conditions.ts'
import { describeReader } from '#sources/text/readers/describe.ts'
import { eventsReader } from '#sources/text/readers/events.ts'
import { logsReader, messagesReader } from '#sources/text/readers/logs.ts'
import { objectsReader } from '#sources/text/readers/objects.ts'
import { pathsReader } from '#sources/text/readers/paths.ts'
import { processesReader } from '#sources/text/readers/processes.ts'
import { sentencesReader } from '#sources/text/readers/sentences.ts'
import { tablesReader } from '#sources/text/readers/tables.ts'
import { tmpfilesReader } from '#sources/text/readers/tmpfiles.ts'

/** The surest first; sentences last, since anything may look like one. */
const readers: readonly Reader[] = [
  logsReader,
  describeReader,
  objectsReader,
  conditionsReader,
  eventsReader,
  tablesReader,
  nodeStatusReader,
  birdProtocolsReader,
  pathsReader,
  tmpfilesReader,
  processesReader,
  sentencesReader,
  messagesReader,
]

/** No table, event or sentence is longer; what is, is a record or an object on one line. */
const lineMax = 4096
const readersOfLongLines: readonly Reader[] = [logsReader, objectsReader, messagesReader]

/** A run of lines and what became of it. */
export interface Run extends Taken {
  /** Index of its first line. */
  readonly at: number
  readonly scopeThen: Scope
}

/** @param given the node that the user named: it counts instead of what prompts and headings say */
export function scan(source: Source, given: string | undefined): readonly Run[] {
  const start: Scope = given === undefined ? {} : { node: given, nodeFrom: 'the node you gave' }
  const named = (scope: Scope): Scope => ({ ...scope, ...start })
  const runs: Run[] = []
  let scope = start
  for (let at = 0; at < source.lines.length; ) {
    const text = source.lines[at]?.text ?? ''
    const isGap = isBlank(text) || isFence(text)
    const isShort = !isGap && text.length <= lineMax
    const prompted = isShort ? promptScope(text) : undefined
    const heading = isShort && prompted === undefined ? headingNode(text) : undefined
    if (isGap) at++
    else if (prompted !== undefined) {
      scope = named(prompted)
      at++
    } else if (heading !== undefined) {
      scope = named({ node: heading, nodeFrom: 'a heading' })
      at++
    } else {
      const run = readAt(source, at, scope)
      runs.push(run)
      at += run.lines
      // A name that stands in the lines themselves counts more than one that was given.
      if (run.scope !== undefined) scope = run.scope
    }
  }
  return runs
}

function readAt(source: Source, at: number, scope: Scope): Run {
  const isLong = (source.lines[at]?.text.length ?? 0) > lineMax
  for (const reader of isLong ? readersOfLongLines : readers) {
    const taken = reader.read(source, at, scope)
    if (taken !== undefined) return { ...taken, at, scopeThen: scope }
  }
  return { lines: 1, format: notUnderstood, rows: [], notUnderstood: 1, at, scopeThen: scope }
}

export const notUnderstood = 'not understood'

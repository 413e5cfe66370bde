/** The text source: a paste of any mixture in, facts and a report of what was understood out. */
import type { Facts, Subject } from '#cluster/facts.ts'
import { factsBuilder } from '#cluster/facts-builder.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { type Gathered, gathered } from '#sources/text/gathered.ts'
import { checkPiece, type TextPiece } from '#sources/text/input.ts'
import { cleanLines } from '#sources/text/lines.ts'
import { pasteTime } from '#sources/text/paste-time.ts'
import { type Resolved, resolveSubjects } from '#sources/text/resolve.ts'
import type { Run } from '#sources/text/runs.ts'
import { notUnderstood, scan } from '#sources/text/scan.ts'

export { decodeText, type TextPiece, textBytesMax } from '#sources/text/input.ts'

/** What one stretch of lines was taken for. Every line that is not blank, a prompt or a rule is in exactly one. */
export interface PieceReport {
  /** Of the file or paste. */
  readonly name: string
  readonly fromLine: number
  readonly toLine: number
  /** `kubectl describe node`, `log of calico-node`, `plain sentences`, `not understood`. */
  readonly format: string
  readonly about?: Subject
  /** How the node or pod was found, where the lines do not name it: `the prompt`, `a heading`, `the only node in trouble`. */
  readonly aboutFrom?: string
  readonly facts: number
  /** Lines in it that told nothing; of a log, lines that the catalogue does not know. */
  readonly notUnderstood: number
}

export interface TextReading {
  readonly facts: Facts
  readonly pieces: readonly PieceReport[]
}

/**
 * Reads everything that was pasted as one account of one cluster.
 *
 * @param node whom every piece is about that does not say it in its own lines; prompts and headings do not count then
 * @param nowMs stands for the time of a text that holds no time
 * @throws {Trouble} when a text is empty, binary or larger than 64 MB
 */
export function readText(
  pieces: readonly TextPiece[],
  { node, nowMs }: { readonly node?: string; readonly nowMs: number },
): TextReading {
  const into = gathered()
  const read = pieces.map((piece) => readPiece(checkPiece(piece), { node, nowMs, into }))
  const builder = factsBuilder({ unread: 'not-in-text' })
  const { rows, unnamed } = resolveSubjects(into.rows(), node)
  for (const { relation, row, from } of rows) builder.add(relation, row, from)
  for (const { relation, coverage, about } of into.covered()) builder.cover(relation, coverage, about)
  const observedAtMs = Math.max(0, ...read.map(({ atMs }) => atMs))
  return {
    facts: builder.freeze({ observedAtMs, isComplaint: true }),
    pieces: read.flatMap(({ name, runs }) => reportsOf({ name, runs, unnamed })),
  }
}

interface ReadPiece {
  readonly name: string
  readonly atMs: number
  readonly runs: readonly Run[]
}

function readPiece(
  piece: TextPiece,
  o: { readonly node: string | undefined; readonly nowMs: number; readonly into: Gathered },
): ReadPiece {
  const text = piece.blocks ?? piece.text
  const lines = cleanLines(text)
  const atMs = pasteTime(text, o.nowMs)
  const runs = scan({ source: { name: piece.name, lines, atMs }, given: o.node, into: o.into })
  return { name: piece.name, atMs, runs }
}

interface Reported extends Pick<ReadPiece, 'name' | 'runs'> {
  readonly unnamed: Resolved['unnamed']
}

function reportsOf({ name, runs, unnamed }: Reported): readonly PieceReport[] {
  const reports: { report: PieceReport; run: Run }[] = []
  for (const run of runs) {
    const report = reportOf(run, { name, unnamed })
    const last = reports.at(-1)
    if (last !== undefined && isMore(last, { report, run })) last.report = together(last.report, report)
    else reports.push({ report, run })
  }
  return reports.map(({ report }) => report)
}

function reportOf(run: Run, { name, unnamed }: Omit<Reported, 'runs'>): PieceReport {
  return {
    name,
    fromLine: run.fromLine,
    toLine: run.toLine,
    format: run.format,
    ...aboutOf(run, unnamed),
    facts: run.facts,
    notUnderstood: run.notUnderstood,
  }
}

function aboutOf(run: Run, unnamed: Resolved['unnamed']): Pick<PieceReport, 'about' | 'aboutFrom'> {
  const { about, scopeThen } = run
  if (about !== undefined && about.kind !== 'cluster') {
    if (about.kind === 'pod')
      return about.name === scopeThen.pod?.name ? { about, aboutFrom: 'the command' } : { about }
    const isFromScope = about.name === scopeThen.node && scopeThen.nodeFrom !== undefined
    return isFromScope ? { about, aboutFrom: scopeThen.nodeFrom } : { about }
  }
  return unnamed === undefined || !run.isUnnamed
    ? {}
    : { about: nodeSubject(unnamed.node), aboutFrom: unnamed.from }
}

type Placed = { readonly report: PieceReport; readonly run: Run }

/** The same format about the same subject, under the same prompt. */
const isMore = (last: Placed, next: Placed): boolean =>
  last.report.format === next.report.format &&
  last.run.scopeThen === next.run.scopeThen &&
  (JSON.stringify(last.report.about) === JSON.stringify(next.report.about) ||
    next.report.format === notUnderstood ||
    last.report.about === undefined ||
    next.report.about === undefined)

const together = (a: PieceReport, b: PieceReport): PieceReport => ({
  ...a,
  ...(a.about === undefined && b.about !== undefined && { about: b.about }),
  ...(a.about === undefined && b.aboutFrom !== undefined && { aboutFrom: b.aboutFrom }),
  toLine: b.toLine,
  facts: a.facts + b.facts,
  notUnderstood: a.notUnderstood + b.notUnderstood,
})

import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { DiagnoseEvent } from '#app/diagnose.ts'
import { wallClock } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import type { AddCommand } from '#cli/commands/index.ts'
import { checkedFormat } from '#cli/format.ts'
import type { Io } from '#cli/io.ts'
import { paletteFor } from '#cli/palette.ts'
import { lookingOptions, openTarget, type TargetOptions, withTarget } from '#cli/target.ts'
import type { Diagnosis } from '#diagnosis/types.ts'
import type { DiagnosisReport } from '#report/types.ts'
import type { PieceReport, TextPiece, UnreadLine } from '#sources/text/index.ts'

interface DiagnoseOptions extends TargetOptions {
  readonly text?: readonly string[]
  readonly case?: string
  readonly node?: string
  readonly deep: boolean
  readonly commands: boolean
  readonly reply: boolean
  readonly unread: boolean
  readonly output: string
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

export const addDiagnose: AddCommand = (program, io, exit) => {
  withTarget(program.command('diagnose'))
    .description('say what is broken and why: of a cluster, of a lab, of pasted text')
    .option(
      '--text <file>',
      'read pasted text instead of a cluster; - is standard input; repeatable',
      collect,
    )
    .option(
      '--case <dir>',
      'keep the pieces of one trouble in a folder as they arrive, and say what each new one changed',
    )
    .option('--node <node>', 'only this node gets a closer look; of a text: whom it speaks of')
    .option(
      '--deep',
      'also look inside: exec into calico-node and kube-proxy (root on their nodes), node shell where there is one',
      false,
    )
    .option('--commands', 'print just the commands a person would type next', false)
    .option('--reply', 'print a short answer for whoever asked, with what they should post next', false)
    .option('--unread', 'of a text: also print the lines that told nothing', false)
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText(
      'after',
      `
Reads only. Exit codes: 0 nothing wrong · 1 causes found · 2 nothing could be read · 3 undecided.

Examples:
  ninelives diagnose                              the current kubectl context
  ninelives diagnose --context prod --node worker-3
  ninelives diagnose --lab --deep                 the lab "default"
  pbpaste | ninelives diagnose --text -           what was pasted into a chat
  ninelives diagnose --text describe.txt --text calico-node.log -o json
  pbpaste | ninelives diagnose --case ./ticket-4711 --text -    what arrived just now, with all that came before
  pbpaste | ninelives diagnose --text - --reply   an answer to paste back`,
    )
    .action(async (options: DiagnoseOptions) => {
      const format = checkedFormat(options.output, ['text', 'json'])
      const isText = options.text !== undefined || options.case !== undefined
      const report = isText ? await ofText(options, io) : await ofCluster(options, io)
      await print(report, { format, commands: options.commands, reply: options.reply }, io)
      exit({ healthy: 0, broken: 1, undecided: 3 }[report.report.diagnosis.verdict])
    })
}

interface Diagnosed {
  readonly report: DiagnosisReport
  readonly nowMs: number
  /** Of a case: what is different since its last piece. */
  readonly changes?: readonly string[]
}

async function ofCluster(options: DiagnoseOptions, io: Io): Promise<Diagnosed> {
  const target = await openTarget(options, io)
  const { diagnoseLive } = await import('#app/diagnose.ts')
  const { cluster, clock } = target
  const events = diagnoseLive(await lookingOptions(target, options, io))
  try {
    const report = await lastReport(events, io)
    return { report, nowMs: clock.now() }
  } finally {
    cluster.transport.close()
  }
}

async function ofText(options: DiagnoseOptions, io: Io): Promise<Diagnosed> {
  if (options.lab !== undefined || options.kubeconfig !== undefined || options.context !== undefined)
    throw new Trouble('two-sources', '--text or --case and a cluster are two sources', {
      hint: 'give one of them',
    })
  const { readText, unreadLines } = await import('#sources/text/index.ts')
  const { diagnoseText } = await import('#app/diagnose.ts')
  const { engine } = await import('#cli/engine.ts')
  keepMemorySmall()
  const given = await piecesOf(options.text ?? [], io)
  const kept = options.case === undefined ? undefined : await openedCase(options.case, given)
  const pieces = kept?.pieces ?? given
  const nowMs = wallClock.now()
  const reading = readText(pieces, { nowMs, ...(options.node === undefined ? {} : { node: options.node }) })
  const unread = options.unread ? unreadLines(pieces, reading.pieces) : []
  const says = pieces.map(({ name }) => name).join(', ')
  const notes = [...reading.pieces.map(pieceNote), ...unread.map(unreadNote)]
  const events = diagnoseText({
    ...(await engine()),
    read: async () => ({ facts: reading.facts, says, notes, words: wordsOf(pieces) }),
  })
  const report = await lastReport(events, io)
  return { report, nowMs, ...(kept === undefined ? {} : { changes: kept.conclude(report.diagnosis) }) }
}

/**
 * V8 lets the spaces for new and for old objects grow to a multiple of what lives, which for a large text is much. It reads a
 * text as fast without.
 */
const keepMemorySmall = (): void => {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=8')
}

async function piecesOf(files: readonly string[], io: Io): Promise<readonly TextPiece[]> {
  const pieces: TextPiece[] = []
  for (const file of files) pieces.push(await pieceOf(file, io))
  return pieces
}

/** The case with its new pieces; `conclude` keeps the verdict and says what is different. */
async function openedCase(folder: string, given: readonly TextPiece[]) {
  const { addPieces, changesSince, keepVerdict, openCase, verdictOf } = await import('#app/case-folder.ts')
  const opened = openCase(folder)
  if (opened.pieces.length + given.length === 0)
    throw new Trouble('case-empty', `the case ${folder} holds no piece yet`, {
      hint: `add one: pbpaste | ninelives diagnose --case ${folder} --text -`,
    })
  const pieces = addPieces(folder, opened, given)
  return {
    pieces,
    conclude: (diagnosis: Diagnosis): readonly string[] => {
      const verdict = verdictOf(diagnosis)
      keepVerdict(folder, verdict)
      return changesSince(opened.before, verdict)
    },
  }
}

const unreadNote = ({ name, number, text }: UnreadLine): string =>
  `${name}, line ${number} told nothing: ${text}`

/** As much of it as a comparison of words looks at. */
const wordsOf = (pieces: readonly TextPiece[]): string =>
  pieces.map(({ blocks, text }) => (blocks?.[0] ?? text).slice(0, 65_536)).join('\n')

const nameOf = (file: string): string => (file === '-' ? 'standard input' : basename(file))

/** What a stretch of lines was taken for: `lines 3–17: kubectl describe node (node/k8s-worker-03), 9 facts, 2 lines not understood`. */
function pieceNote({
  name,
  fromLine,
  toLine,
  format,
  about,
  aboutFrom,
  facts,
  notUnderstood,
}: PieceReport): string {
  const lines = fromLine === toLine ? `line ${fromLine}` : `lines ${fromLine}–${toLine}`
  const subject =
    about === undefined || about.kind === 'cluster'
      ? ''
      : ` of ${about.name}${aboutFrom === undefined ? '' : ` (by ${aboutFrom})`}`
  const unread =
    notUnderstood === 0 ? '' : `, ${notUnderstood} ${notUnderstood === 1 ? 'line' : 'lines'} not understood`
  return `${name}, ${lines}: ${format}${subject}: ${facts} ${facts === 1 ? 'fact' : 'facts'}${unread}`
}

/** Decoded as it is read, so that a large file is never held twice. */
async function pieceOf(file: string, io: Io): Promise<TextPiece> {
  const { blockBytes, checkSize, textDecoder } = await import('#sources/text/index.ts')
  const decoder = textDecoder(nameOf(file))
  if (file === '-') {
    for await (const chunk of io.stdin as AsyncIterable<Buffer | string>)
      decoder.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    return decoder.end()
  }
  try {
    checkSize(nameOf(file), statSync(file).size)
    readBlocks(file, blockBytes, decoder.push)
  } catch (cause) {
    if (cause instanceof Trouble) throw cause
    const { code } = cause as NodeJS.ErrnoException
    const why =
      { ENOENT: 'is not there', EISDIR: 'is a folder', EACCES: 'may not be read' }[code ?? ''] ??
      `cannot be read: ${String(cause)}`
    throw new Trouble('text-unreadable', `${file} ${why}`, {
      hint: 'give a file, or - for standard input',
      cause,
    })
  }
  return decoder.end()
}

function readBlocks(file: string, size: number, take: (bytes: Uint8Array) => void): void {
  const descriptor = openSync(file, 'r')
  try {
    const buffer = Buffer.allocUnsafe(size)
    for (let read = readSync(descriptor, buffer); read > 0; read = readSync(descriptor, buffer))
      take(buffer.subarray(0, read))
  } finally {
    closeSync(descriptor)
  }
}

/** Tells each stage on stderr, where a person watches, and answers the report that ends the stream. */
async function lastReport(events: AsyncIterable<DiagnoseEvent>, io: Io): Promise<DiagnosisReport> {
  let report: DiagnosisReport | undefined
  for await (const event of events) {
    if (event.kind === 'report') report = event.report
    else if (io.stderr.isTTY === true) io.stderr.write(`${event.says} …\n`)
  }
  if (report === undefined) throw new Error('the diagnosis ended without a report')
  return report
}

async function print(
  { report, nowMs, changes }: Diagnosed,
  {
    format,
    commands,
    reply,
  }: { readonly format: 'text' | 'json'; readonly commands: boolean; readonly reply: boolean },
  io: Io,
): Promise<void> {
  if (format === 'json') {
    const { renderJson } = await import('#report/json.ts')
    io.stdout.write(renderJson(report, { ...(changes === undefined ? {} : { changes }) }))
    return
  }
  if (reply) {
    const { renderReply } = await import('#report/reply.ts')
    io.stdout.write(renderReply(report))
    return
  }
  const { renderChanges, renderText, renderCommands } = await import('#report/text.ts')
  const palette = paletteFor(io.stdout, io.env)
  io.stdout.write(
    commands
      ? renderCommands(report)
      : `${renderText(report, { palette, nowMs })}${renderChanges(changes ?? [], palette)}`,
  )
}

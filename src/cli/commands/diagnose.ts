import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { DiagnoseEvent } from '#app/diagnose.ts'
import { wallClock } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import type { AddCommand } from '#cli/commands/index.ts'
import { checkedFormat } from '#cli/format.ts'
import type { Io } from '#cli/io.ts'
import { paletteFor } from '#cli/palette.ts'
import { lookingOptions, openTarget, type TargetOptions, withTarget } from '#cli/target.ts'
import type { DiagnosisReport } from '#report/types.ts'
import type { PieceReport, TextPiece } from '#sources/text/index.ts'

interface DiagnoseOptions extends TargetOptions {
  readonly text?: readonly string[]
  readonly node?: string
  readonly deep: boolean
  readonly commands: boolean
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
    .option('--node <node>', 'only this node gets a closer look; of a text: whom it speaks of')
    .option(
      '--deep',
      'also look inside: exec into calico-node (root on its node), node shell where there is one',
      false,
    )
    .option('--commands', 'print just the commands a person would type next', false)
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
  ninelives diagnose --text describe.txt --text calico-node.log -o json`,
    )
    .action(async (options: DiagnoseOptions) => {
      const format = checkedFormat(options.output, ['text', 'json'])
      const report =
        options.text === undefined ? await ofCluster(options, io) : await ofText(options, options.text, io)
      await print(report.report, { format, commands: options.commands, nowMs: report.nowMs }, io)
      exit({ healthy: 0, broken: 1, undecided: 3 }[report.report.diagnosis.verdict])
    })
}

interface Diagnosed {
  readonly report: DiagnosisReport
  readonly nowMs: number
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

async function ofText(options: DiagnoseOptions, files: readonly string[], io: Io): Promise<Diagnosed> {
  if (options.lab !== undefined || options.kubeconfig !== undefined || options.context !== undefined)
    throw new Trouble('two-sources', '--text and a cluster are two sources', { hint: 'give one of them' })
  const { decodeText, readText } = await import('#sources/text/index.ts')
  const { diagnoseText } = await import('#app/diagnose.ts')
  const { engine } = await import('#cli/engine.ts')
  const pieces: TextPiece[] = []
  for (const file of files) pieces.push(decodeText(nameOf(file), await bytesOf(file, io)))
  const nowMs = wallClock.now()
  const reading = readText(pieces, { nowMs, ...(options.node === undefined ? {} : { node: options.node }) })
  const says = pieces.map(({ name }) => name).join(', ')
  const notes = reading.pieces.map(pieceNote)
  const events = diagnoseText({
    ...(await engine()),
    read: async () => ({ facts: reading.facts, says, notes }),
  })
  return { report: await lastReport(events, io), nowMs }
}

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

async function bytesOf(file: string, io: Io): Promise<Uint8Array> {
  if (file === '-') return stdinBytes(io)
  const { checkSize } = await import('#sources/text/index.ts')
  try {
    checkSize(nameOf(file), statSync(file).size)
    return readFileSync(file)
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
}

async function stdinBytes({ stdin }: Io): Promise<Uint8Array> {
  const { checkSize } = await import('#sources/text/index.ts')
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
    const buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    bytes += buffer.length
    checkSize('standard input', bytes)
    chunks.push(buffer)
  }
  return Buffer.concat(chunks)
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
  report: DiagnosisReport,
  {
    format,
    commands,
    nowMs,
  }: { readonly format: 'text' | 'json'; readonly commands: boolean; readonly nowMs: number },
  io: Io,
): Promise<void> {
  if (format === 'json') {
    const { renderJson } = await import('#report/json.ts')
    io.stdout.write(renderJson(report))
    return
  }
  const { renderText, renderCommands } = await import('#report/text.ts')
  io.stdout.write(
    commands ? renderCommands(report) : renderText(report, { palette: paletteFor(io.stdout, io.env), nowMs }),
  )
}

import type { Redirection } from 'unbash'
import { isErrno, type Writer } from '#lab/host/ports.ts'
import { nowhere, readerOf } from '#lab/host/process/streams.ts'
import { expandParts, expandText } from '#lab/host/shell/expand.ts'
import { type Io, LineReader } from '#lab/host/shell/io.ts'
import type { Shell } from '#lab/host/shell/state.ts'
import { type OpenFile, openForWriting } from '#lab/host/vfs/operations.ts'

/** A file that was opened for writing: permission was checked then, and not again. */
class FileWriter implements Writer {
  readonly #file: OpenFile
  #pending: Promise<void> | undefined

  constructor(file: OpenFile) {
    this.#file = file
  }

  write(text: string): void {
    if (text === '') return
    const done = this.#file.append(text)
    if (done === undefined) return
    const before = this.#pending
    this.#pending = before === undefined ? done : Promise.all([before, done]).then(() => undefined)
    this.#pending.catch(() => undefined) // told by settled()
  }

  /** Rejects with Errno when the kernel refused something that was written. */
  async settled(): Promise<void> {
    await this.#pending
  }
}

class Refused extends Error {}

/** Runs `body` with redirections in force; a refused one is told, and gives 1. */
export async function withRedirects(
  shell: Shell,
  redirects: readonly Redirection[],
  io: Io,
  body: (io: Io) => Promise<number>,
): Promise<number> {
  if (redirects.length === 0) return body(io)
  const opened: FileWriter[] = []
  let inner: Io
  try {
    inner = await redirected(shell, redirects, io, opened)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    io.stderr.write(`${shell.name}: ${error.message}\n`)
    return 1
  }
  const code = await body(inner)
  try {
    for (const file of opened) await file.settled()
  } catch (error) {
    if (!isErrno(error)) throw error
    io.stderr.write(`${shell.name}: write error: ${error.message}\n`)
    return 1
  }
  return code
}

async function redirected(
  shell: Shell,
  redirects: readonly Redirection[],
  io: Io,
  opened: FileWriter[],
): Promise<Io> {
  let now: Io = { ...io }
  for (const redirect of redirects) now = await redirectOne(shell, redirect, now, opened)
  return now
}

async function redirectOne(shell: Shell, redirect: Redirection, io: Io, opened: FileWriter[]): Promise<Io> {
  if (redirect.type === 'HereString')
    return withInput(
      io,
      `${redirect.target === undefined ? '' : await expandText(shell, redirect.target, io)}\n`,
    )
  if (redirect.type === 'HereDoc') {
    const { body, delimiter, operator } = redirect
    const text =
      delimiter?.quoted || body.parts === undefined ? body.text : await expandParts(shell, body.parts, io)
    return withInput(io, operator === '<<-' ? text.replaceAll(/^\t+/gm, '') : text)
  }
  const descriptor = redirect.descriptor?.type === 'FileDescriptor' ? redirect.descriptor.value : undefined
  const target = redirect.target === undefined ? '' : await expandText(shell, redirect.target, io)
  switch (redirect.operator) {
    case '<':
    case '<>':
      return withInput(io, await readWhole(shell, target))
    case '<&':
      return io
    case '>&':
      if (/^\d+$|^-$/.test(target)) return withOutput(io, descriptor ?? 1, duplicate(io, target))
      return both(io, opening(shell, io, { target, append: false, opened }))
    case '&>':
    case '&>>':
      return both(io, opening(shell, io, { target, append: redirect.operator === '&>>', opened }))
    default:
      return withOutput(
        io,
        descriptor ?? 1,
        opening(shell, io, { target, append: redirect.operator === '>>', opened }),
      )
  }
}

const withInput = (io: Io, text: string): Io => ({ ...io, stdin: new LineReader(readerOf(text)) })

const both = (io: Io, writer: Writer): Io => ({ ...io, stdout: writer, stderr: writer })

function withOutput(io: Io, descriptor: number, writer: Writer): Io {
  if (descriptor === 1) return { ...io, stdout: writer }
  if (descriptor === 2) return { ...io, stderr: writer }
  return { ...io, more: new Map([...io.more, [descriptor, writer]]) }
}

function duplicate(io: Io, target: string): Writer {
  if (target === '-') return nowhere
  const writer = target === '1' ? io.stdout : target === '2' ? io.stderr : io.more.get(Number(target))
  if (writer === undefined) throw new Refused(`${target}: Bad file descriptor`)
  return writer
}

const standardFiles: Readonly<Record<string, 'stdout' | 'stderr'>> = {
  '/dev/stdout': 'stdout',
  '/dev/fd/1': 'stdout',
  '/proc/self/fd/1': 'stdout',
  '/dev/stderr': 'stderr',
  '/dev/fd/2': 'stderr',
  '/proc/self/fd/2': 'stderr',
}

function opening(
  shell: Shell,
  io: Io,
  o: { readonly target: string; readonly append: boolean; readonly opened: FileWriter[] },
): Writer {
  const standard = standardFiles[o.target]
  if (standard !== undefined) return io[standard]
  try {
    const file = openForWriting(shell.p.state.view, shell.path(o.target), { append: o.append })
    const writer = new FileWriter(file)
    o.opened.push(writer)
    return writer
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refused(`${o.target}: ${error.message}`)
  }
}

async function readWhole(shell: Shell, target: string): Promise<string> {
  try {
    return await shell.p.files.read(shell.path(target))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refused(`${target}: ${error.message}`)
  }
}

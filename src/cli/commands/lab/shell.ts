import { createInterface, type Interface } from 'node:readline'
import { ByteDecoder } from '#base/bytes.ts'
import { type Io, writeBytes } from '#cli/io.ts'
import type { LabClient } from '#lab/serve/client.ts'
import { openRemote, type RemoteSession } from '#lab/serve/session-client.ts'

/**
 * A root shell on a lab's node until `exit` or the end of input; answers its exit code. In a terminal: prompt, history,
 * Tab for names of files, Ctrl-C for what runs, Ctrl-D to leave; full-screen programs are not imitated.
 */
export async function labShell(
  client: LabClient,
  { node, io }: { readonly node: string; readonly io: Io },
): Promise<number> {
  await client.exec(node, ['true']) // an unknown node or a powered-off one says so now
  return isTerminal(io) ? new Screen(client, { node, io }).run() : piped(client, { node, io })
}

export const isTerminal = ({ stdin, stdout }: Io): boolean =>
  stdout.isTTY === true && 'isTTY' in stdin && stdin.isTTY === true

/** Lines from a pipe: the same shell, without prompts. */
async function piped(
  client: LabClient,
  { node, io }: { readonly node: string; readonly io: Io },
): Promise<number> {
  const session = openRemote(client.record, { node, argv: ['bash'], ...outputs(io) })
  feed(io, session)
  return endOf(session, io)
}

/** Hands standard input on, to its end. */
export function feed(io: Io, session: RemoteSession): void {
  const decoder = new ByteDecoder()
  const type = (text: string): void => {
    if (text !== '') session.type(text)
  }
  io.stdin.on('data', (chunk: Buffer | string) =>
    type(typeof chunk === 'string' ? chunk : decoder.decode(chunk)),
  )
  io.stdin.on('end', () => {
    type(decoder.end())
    session.endInput()
  })
}

export const outputs = (
  io: Io,
): { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void } => ({
  stdout: (text) => void writeBytes(io.stdout, text),
  stderr: (text) => void writeBytes(io.stderr, text),
})

/** The command's exit code; Ctrl-C is handed to it. */
export async function endOf(session: RemoteSession, io: Io): Promise<number> {
  const interrupt = (): void => session.interrupt()
  io.signal.addEventListener('abort', interrupt, { once: true })
  if (io.signal.aborted) interrupt()
  try {
    return await session.ended
  } finally {
    io.signal.removeEventListener('abort', interrupt)
    if ('destroy' in io.stdin) io.stdin.destroy() // else it would be waited for
  }
}

/** Written by the shell before and after its prompt, so that it can be told from output (bash: `\[ … \]`). */
const mark = { begin: '\u0001prompt ', end: '\u0002' }
const prompts = {
  PS1: '\\[prompt $PWD\\][LAB] \\u@\\h:\\w\\$ ',
  PS2: '\\[prompt $PWD\\]> ',
}

/** A terminal: lines are edited here; the shell on the node says when it waits for one. */
class Screen {
  readonly #client: LabClient
  readonly #node: string
  readonly #io: Io
  readonly #session: RemoteSession
  #lines: Interface
  #history: string[] = []
  #directory = '/root'
  #prompting = false
  #over = false

  constructor(client: LabClient, { node, io }: { readonly node: string; readonly io: Io }) {
    this.#client = client
    this.#node = node
    this.#io = io
    this.#session = openRemote(client.record, {
      node,
      argv: ['bash'],
      terminal: true,
      env: prompts,
      stdout: (text) => this.#show(text),
      stderr: (text) => this.#show(text),
    })
    this.#lines = this.#listen()
  }

  async run(): Promise<number> {
    try {
      return await this.#session.ended
    } finally {
      this.#over = true
      this.#lines.close()
    }
  }

  #show(text: string): void {
    const begin = text.lastIndexOf(mark.begin)
    if (begin < 0) {
      this.#io.stdout.write(text)
      return
    }
    const end = text.indexOf(mark.end, begin)
    this.#io.stdout.write(text.slice(0, begin))
    this.#directory = text.slice(begin + mark.begin.length, end)
    this.#ask(text.slice(end + 1))
  }

  #ask(words: string): void {
    this.#prompting = true
    this.#lines.setPrompt(words)
    this.#lines.prompt()
  }

  #listen(): Interface {
    const lines = createInterface({
      input: this.#io.stdin,
      output: this.#io.stdout as NodeJS.WritableStream, // a terminal, or there were no screen
      terminal: true,
      history: this.#history,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, found: [string[], string]) => void) => {
        void this.#complete(line).then((found) => done(null, found))
      },
    })
    lines.on('history', (history) => {
      this.#history = history
    })
    lines.on('line', (line) => {
      this.#prompting = false
      lines.setPrompt('')
      this.#session.type(`${line}\n`)
    })
    lines.on('SIGINT', () => this.#interrupt(lines))
    lines.on('close', () => {
      if (this.#over) return
      if (this.#prompting) this.#io.stdout.write('\n')
      this.#session.endInput()
      // Ctrl-D ends what reads now; the next one needs an interface again.
      this.#lines = this.#listen()
    })
    return lines
  }

  #interrupt(lines: Interface): void {
    this.#io.stdout.write('^C\n')
    if (this.#prompting) {
      lines.write(null, { ctrl: true, name: 'e' })
      lines.write(null, { ctrl: true, name: 'u' })
      lines.prompt()
    } else this.#session.interrupt()
  }

  /** Commands for a line's first word, files for the others, as the node's own shell completes them. */
  async #complete(line: string): Promise<[string[], string]> {
    const word = /[^\s;|&<>()=]*$/.exec(line)?.[0] ?? ''
    const isFirst = /(^|[;|&(]\s*|sudo\s+)$/.test(line.slice(0, line.length - word.length))
    const how = isFirst && !word.includes('/') ? '-c' : '-f'
    try {
      const { stdout } = await this.#client.exec(this.#node, [
        'bash',
        '-c',
        'cd "$1" && compgen "$2" -- "$3" | while read -r name; do if [ -d "$name" ] && [ "$2" = -f ]; then echo "$name/"; else echo "$name"; fi; done',
        'bash',
        this.#directory,
        how,
        word,
      ])
      return [stdout.split('\n').filter((each) => each !== ''), word]
    } catch {
      return [[], word] // a node that went down meanwhile: the next line will tell
    }
  }
}

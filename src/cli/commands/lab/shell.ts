import { createInterface, type Interface } from 'node:readline/promises'
import type { Io } from '#cli/io.ts'
import { LabClient } from '#lab/serve/client.ts'

const interrupted = 130

/**
 * A root shell on a lab's node, one line at a time, until `exit` or the end of input; answers the last line's exit code. Working
 * directory and `$?` are kept between lines. Ctrl-C stops waiting for a line; what it started goes on in the lab.
 */
export async function labShell(
  client: LabClient,
  { node, io }: { readonly node: string; readonly io: Io },
): Promise<number> {
  await client.exec(node, ['true']) // an unknown node or a powered-off one says so now
  const terminal = io.stdout.isTTY === true && 'isTTY' in io.stdin && io.stdin.isTTY === true
  const session = new ShellSession()
  const lines = createInterface({
    input: io.stdin,
    ...(terminal ? { output: io.stdout as NodeJS.WritableStream } : {}), // only a terminal is echoed to
    terminal,
  })
  io.signal.addEventListener('abort', () => lines.close(), { once: true })
  const screen = new Screen(lines, { terminal, promptOf: () => `[LAB] root@${node}:${session.directory}# ` })
  screen.prompt()
  let left = false
  for await (const line of lines) {
    left = /^\s*(exit|logout)\s*$/.test(line)
    if (left) break
    if (line.trim() !== '') await runLine(line, { client, node, session, screen, io })
    screen.prompt()
  }
  if (terminal && !left) io.stdout.write('\n') // Ctrl-D shows nothing of itself
  lines.close()
  return session.code
}

interface LineContext {
  readonly client: LabClient
  readonly node: string
  readonly session: ShellSession
  readonly screen: Screen
  readonly io: Io
}

async function runLine(line: string, { client, node, session, screen, io }: LineContext): Promise<void> {
  const signal = screen.runs()
  try {
    const own = new LabClient(client.record, { signal: AbortSignal.any([io.signal, signal]) })
    const { code, stdout, stderr } = await own.exec(node, ['bash', '-c', session.scriptFor(line)])
    io.stdout.write(session.shown(stdout))
    io.stderr.write(stderr)
    session.code = code
  } catch (error) {
    if (!signal.aborted || io.signal.aborted) throw error
    io.stdout.write(`^C (it goes on on ${node})\n`)
    session.code = interrupted
  } finally {
    screen.rests()
  }
}

/** The prompt, and what Ctrl-C means: stop waiting for the running line, or begin the line anew. */
class Screen {
  readonly #lines: Interface
  readonly #o: { readonly terminal: boolean; readonly promptOf: () => string }
  #running: AbortController | undefined
  #closed = false

  constructor(lines: Interface, o: { readonly terminal: boolean; readonly promptOf: () => string }) {
    this.#lines = lines
    this.#o = o
    lines.on('close', () => {
      this.#closed = true
    })
    lines.on('SIGINT', () => this.#interrupt())
  }

  prompt(): void {
    if (this.#closed || !this.#o.terminal) return // all lines of a pipe may be there before the first has run
    this.#lines.setPrompt(this.#o.promptOf())
    this.#lines.prompt()
  }

  /** A line begins to run; aborted by Ctrl-C. */
  runs(): AbortSignal {
    this.#running = new AbortController()
    return this.#running.signal
  }

  rests(): void {
    this.#running = undefined
  }

  #interrupt(): void {
    if (this.#running !== undefined) {
      this.#running.abort(new DOMException('interrupted', 'AbortError'))
      return
    }
    this.#lines.write(null, { ctrl: true, name: 'e' })
    this.#lines.write(null, { ctrl: true, name: 'u' })
    this.prompt()
  }
}

/** Carries the working directory and the exit code from line to line: each line is a shell of its own. */
class ShellSession {
  directory = '/root'
  code = 0
  readonly #mark = '\u0001directory:'

  scriptFor(line: string): string {
    return `cd '${this.directory.replaceAll("'", "'\\''")}' 2>/dev/null\n(exit ${this.code})\n${line}\nninelives_code=$?\nprintf '${this.#mark}%s' "$PWD"\nexit $ninelives_code`
  }

  shown(stdout: string): string {
    const at = stdout.lastIndexOf(this.#mark)
    if (at < 0) return stdout
    this.directory = stdout.slice(at + this.#mark.length)
    return stdout.slice(0, at)
  }
}

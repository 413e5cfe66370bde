/** The command line in this process, and real kubectls, for end-to-end tests. */
import { execFile } from 'node:child_process'
import { Readable } from 'node:stream'
import { run } from '#cli/run.ts'

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface SayOptions {
  readonly stdin?: string
  readonly signal?: AbortSignal
  readonly env?: Readonly<Record<string, string>>
  /** Sees everything at once when it is written. */
  readonly onWrite?: (text: string) => void
}

/** `ninelives` with a state folder, and a home, of its own. */
export const cliIn =
  (folder: string) =>
  async (argv: readonly string[], o: SayOptions = {}): Promise<Said> => {
    const written = { stdout: '', stderr: '' }
    const out = (stream: 'stdout' | 'stderr') => ({
      write: (text: string) => {
        written[stream] += text
        o.onWrite?.(text)
      },
      isTTY: stream === 'stderr' && o.onWrite !== undefined, // who watches sees progress
    })
    const code = await run(argv, {
      stdin: Readable.from(o.stdin === undefined ? [] : [o.stdin]),
      stdout: out('stdout'),
      stderr: out('stderr'),
      env: { XDG_STATE_HOME: folder, HOME: folder, NO_COLOR: '1', ...o.env },
      cwd: folder,
      signal: o.signal ?? new AbortController().signal,
    })
    return { code, ...written }
  }

export type Cli = ReturnType<typeof cliIn>

export interface ForegroundLab {
  /** What `lab up` said in the end. Interrupts it first. */
  interrupt(): Promise<Said>
  /** Resolves when it ended by itself, as `lab down` makes it. */
  readonly ended: Promise<Said>
}

/** `lab up` in the foreground; resolves when it says that it is ready. */
export async function labUp(cli: Cli, argv: readonly string[]): Promise<ForegroundLab> {
  const stop = new AbortController()
  let ended: Promise<Said> | undefined
  await new Promise<void>((ready, failed) => {
    ended = cli(['lab', 'up', ...argv], {
      signal: stop.signal,
      onWrite: (text) => {
        if (text.includes('is ready')) ready()
      },
    })
    ended.then(({ stderr }) => failed(new Error(`the lab ended: ${stderr}`)), failed)
  })
  if (ended === undefined) throw new Error('the lab was started')
  const whole = ended
  return {
    ended: whole,
    interrupt: () => {
      stop.abort(new DOMException('interrupted', 'AbortError'))
      return whole
    },
  }
}

/** Runs a program to its end, or ends it once it has printed `until`; kills it after `timeoutMs`. */
export function ran(
  path: string,
  argv: readonly string[],
  o: {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly timeoutMs?: number
    readonly until?: RegExp
    readonly stdin?: string
  },
): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile(
      path,
      [...argv],
      { env: o.env, timeout: o.timeoutMs ?? 100_000, maxBuffer: 64 * 2 ** 20 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 128
        resolve({ code, stdout, stderr })
      },
    )
    child.stdin?.end(o.stdin ?? '')
    const { until } = o
    if (until === undefined) return
    let printed = ''
    child.stdout?.on('data', (text) => {
      printed += text
      if (until.test(printed)) child.kill()
    })
  })
}

/** Splits as a shell would, quotes included; enough for commands in tests. */
export const words = (typed: string): string[] =>
  [...typed.matchAll(/"([^"]*)"(?=\s|$)|(\S+)/g)].map(([, quoted, bare]) => quoted ?? (bare as string))

import type { Function as FunctionNode } from 'unbash'
import type { Child, SignalName } from '#lab/host/ports.ts'
import type { HostProcess } from '#lab/host/process/process.ts'
import type { LineReader } from '#lab/host/shell/io.ts'
import { Stopped } from '#lab/kernel/task.ts'

/** A text, an array, or an array by name. */
export type Value = string | readonly string[] | ReadonlyMap<string, string>

/** Ways of control out of nested commands. */
export class Leave extends Error {
  readonly how: 'break' | 'continue' | 'return' | 'exit' | 'interrupt'
  /** Loops to leave, or the exit code. */
  readonly count: number

  constructor(how: Leave['how'], count: number) {
    super(how)
    this.how = how
    this.count = count
  }
}

/** An expansion that cannot be made; ends the command (a script: with code 1). */
export class ExpansionError extends Error {}

const commandsPerMs = 5

/** One shell: its variables, functions and options. A subshell is a copy in a process of its own. */
export class Shell {
  readonly p: HostProcess
  readonly stdin: LineReader
  /** What it calls itself in messages: `bash`, `sh`, or the script's name. */
  name: string
  cwd: string
  variables = new Map<string, Value>()
  exported = new Set<string>()
  functions = new Map<string, FunctionNode>()
  positional: readonly string[] = []
  status = 0
  lastBackground: number | undefined
  /** How the last command substitution of the current command ended. */
  substituted: number | undefined
  errexit = false
  nounset = false
  xtrace = false
  pipefail = false
  nullglob = false
  /** How many `<(…)` this process has named. */
  substitutions = 0
  /** Where in the word at OPTIND the next option stands (getopts). */
  optionAt = 1
  /** Above 0 where a failure is a condition and does not end the script (set -e). */
  guarded = 0
  loops = 0
  readonly jobs = new Map<number, Child>()
  readonly traps = new Map<SignalName | 'EXIT', string>()
  /** Traps that are due. */
  readonly caught: SignalName[] = []
  /** Ctrl-C came: what runs is given up at its next command (interactive shells only). */
  interrupted = false
  /** Ends a `wait` early. */
  interrupt: (() => void) | undefined
  /** Values to restore when the function that declared them local returns. */
  readonly locals: Map<string, Value | undefined>[] = []
  #commands = 0

  constructor(p: HostProcess, o: { readonly name: string; readonly stdin: LineReader }) {
    this.p = p
    this.name = o.name
    this.stdin = o.stdin
    this.cwd = p.cwd
    for (const [name, value] of Object.entries(p.env)) {
      this.variables.set(name, value)
      this.exported.add(name)
    }
  }

  /** The same shell in another process (a subshell): changes there stay there. */
  copiedTo(p: HostProcess, stdin: LineReader): Shell {
    const copy = new Shell(p, { name: this.name, stdin })
    copy.cwd = this.cwd
    copy.variables = new Map(this.variables)
    copy.exported = new Set(this.exported)
    copy.functions = new Map(this.functions)
    copy.positional = this.positional
    copy.status = this.status
    copy.lastBackground = this.lastBackground
    copy.errexit = this.errexit
    copy.nounset = this.nounset
    copy.pipefail = this.pipefail
    copy.nullglob = this.nullglob
    copy.guarded = this.guarded
    return copy
  }

  /** An absolute path for what the script names. */
  path(path: string): string {
    return path === '' || path.startsWith('/') ? path : `${this.cwd === '/' ? '' : this.cwd}/${path}`
  }

  text(name: string): string | undefined {
    const value = this.variables.get(name)
    if (value instanceof Map) return value.get('0')
    // A cast: what is no map and no text is an array.
    return typeof value === 'object' ? (value as readonly string[])[0] : value
  }

  set(name: string, value: Value): void {
    this.variables.set(name, value)
  }

  environment(): Record<string, string> {
    const env: Record<string, string> = {}
    for (const name of this.exported) {
      const value = this.text(name)
      if (value !== undefined) env[name] = value
    }
    return env
  }

  /** Counts a command; many of them take time, so that an endless loop neither stops the clock nor escapes a signal. */
  async tick(): Promise<void> {
    if (!this.p.task.alive) throw new Stopped(this.p.name)
    if (this.interrupted) throw new Leave('interrupt', 130)
    if (++this.#commands % commandsPerMs === 0) await this.p.sleep(1)
  }
}

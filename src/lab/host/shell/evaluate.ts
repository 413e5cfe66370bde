import type {
  AndOr,
  Case,
  CommandNode,
  CompoundList,
  For,
  If,
  Pipeline,
  PipelineNode,
  Statement,
  TestCommand,
  While,
} from 'unbash'
import { childOf } from '#lab/host/process/started-child.ts'
import { Pipe, readerOf } from '#lab/host/process/streams.ts'
import { arithmetic } from '#lab/host/shell/arithmetic.ts'
import { runSimple } from '#lab/host/shell/command.ts'
import { TestError } from '#lab/host/shell/condition.ts'
import { evaluateConditional } from '#lab/host/shell/conditional.ts'
import { expandPattern, expandText, expandWords } from '#lab/host/shell/expand.ts'
import { patternMatcher } from '#lab/host/shell/glob.ts'
import { type Io, LineReader } from '#lab/host/shell/io.ts'
import { withRedirects } from '#lab/host/shell/redirect.ts'
import { Leave, type Shell } from '#lab/host/shell/state.ts'
import { subshell } from '#lab/host/shell/subshell.ts'
import { runTraps } from '#lab/host/shell/traps.ts'

type Node = PipelineNode | AndOr | CommandNode

/**
 * Runs statements one after the other and answers the last one's code. `last`: the process ends with them, so that the
 * last command may take its place.
 */
export async function runAll(
  shell: Shell,
  statements: readonly Statement[],
  io: Io,
  last = false,
): Promise<number> {
  for (const [at, statement] of statements.entries()) {
    await shell.tick()
    const node = statement.command
    if (statement.background) shell.status = background(shell, node, io)
    else shell.status = await run(shell, node, io, last && at === statements.length - 1)
    await runTraps(shell, io)
  }
  return shell.status
}

const runList = (shell: Shell, list: CompoundList, io: Io, last = false): Promise<number> =>
  runAll(shell, list.commands, io, last)

function background(shell: Shell, node: Node, io: Io): number {
  const quiet: Io = { ...io, stdin: new LineReader(readerOf('')) }
  const state = subshell(shell, (copy, inner) => run(copy, node, inner, true), quiet, { background: true })
  shell.lastBackground = state.pid
  shell.jobs.set(state.pid, childOf(state, shell.p.state.space))
  return 0
}

async function run(shell: Shell, node: Node, io: Io, last: boolean): Promise<number> {
  switch (node.type) {
    case 'Command':
      return checked(shell, await runSimple(shell, node, io, last))
    case 'AndOr':
      return andOr(shell, node, io)
    case 'Pipeline':
      return pipeline(shell, node, io)
    case 'If':
      return branch(shell, node, io)
    case 'For':
      return forLoop(shell, node, io)
    case 'While':
      return whileLoop(shell, node, io)
    case 'Case':
      return choose(shell, node, io)
    case 'BraceGroup':
      return runList(shell, node.body, io, last)
    case 'Subshell': {
      const state = subshell(shell, (copy, inner) => runList(copy, node.body, inner, true), io)
      return checked(shell, (await childOf(state, shell.p.state.space).exited(shell.p)).code)
    }
    case 'Redirected':
      return checked(
        shell,
        await withRedirects(shell, node.redirects, io, (inner) => run(shell, node.command, inner, false)),
      )
    case 'Function':
      shell.functions.set(node.name.value, node)
      return 0
    case 'TestCommand':
      return checked(shell, await conditional(shell, node, io))
    case 'ArithmeticCommand':
      return checked(shell, arithmetic(shell, node.expression) !== 0 ? 0 : 1)
    case 'ArithmeticFor':
      arithmetic(shell, node.initialize)
      return loop(shell, {
        goesOn: async () => node.test === undefined || arithmetic(shell, node.test) !== 0,
        body: () => runList(shell, node.body, io),
        after: () => arithmetic(shell, node.update),
      })
    case 'Select':
    case 'Coproc':
      io.stderr.write(`${shell.name}: ${node.type.toLowerCase()} is not supported\n`)
      return 2
  }
}

async function conditional(shell: Shell, node: TestCommand, io: Io): Promise<number> {
  try {
    return (await evaluateConditional(shell, node.expression, io)) ? 0 : 1
  } catch (error) {
    if (!(error instanceof TestError)) throw error
    io.stderr.write(`${shell.name}: [[: ${error.message}\n`)
    return 2
  }
}

/** set -e: a failure that nothing looks at ends the shell. */
function checked(shell: Shell, code: number): number {
  if (code !== 0 && shell.errexit && shell.guarded === 0) throw new Leave('exit', code)
  return code
}

/** Runs what is a condition: a failure of it is an answer. */
async function guarded(shell: Shell, body: () => Promise<number>): Promise<number> {
  shell.guarded++
  try {
    return await body()
  } finally {
    shell.guarded--
  }
}

async function andOr(shell: Shell, { commands, operators }: AndOr, io: Io): Promise<number> {
  let code = 0
  for (const [at, command] of commands.entries()) {
    const operator = operators[at - 1]
    if (operator === '&&' && code !== 0) continue
    if (operator === '||' && code === 0) continue
    const isFinal = at === commands.length - 1
    code = isFinal
      ? await run(shell, command, io, false)
      : await guarded(shell, () => run(shell, command, io, false))
    shell.status = code
  }
  return code
}

async function pipeline(shell: Shell, node: Pipeline, io: Io): Promise<number> {
  const negated = node.prefixes.some(({ type }) => type === 'Negation')
  const timed = node.prefixes.some(({ type }) => type === 'Time')
  const startedMs = shell.p.now()
  const [only] = node.commands
  const body = (): Promise<number> =>
    node.commands.length === 1 && only !== undefined ? run(shell, only, io, false) : piped(shell, node, io)
  if (negated) return (await guarded(shell, body)) === 0 ? 1 : 0
  const code = await body()
  if (timed) io.stderr.write(timeText(shell.p.now() - startedMs))
  return checked(shell, code)
}

/** What the keyword `time` prints; the time of the processor is not imitated. */
function timeText(ms: number): string {
  const span = (each: number): string =>
    `${Math.floor(each / 60_000)}m${((each % 60_000) / 1000).toFixed(3)}s`
  return `\nreal\t${span(ms)}\nuser\t${span(0)}\nsys\t${span(0)}\n`
}

/** All stages at once, each in a process of its own. */
async function piped(shell: Shell, node: Pipeline, io: Io): Promise<number> {
  let stdin: LineReader = io.stdin
  let incoming: Pipe | undefined
  const stages = node.commands.map((command, at) => {
    const outgoing = at < node.commands.length - 1 ? new Pipe() : undefined
    const both = node.operators[at] === '|&'
    const inner: Io = {
      ...io,
      stdin,
      stdout: outgoing ?? io.stdout,
      stderr: both && outgoing !== undefined ? outgoing : io.stderr,
    }
    const state = subshell(shell, (copy, own) => run(copy, command, own, true), inner)
    const upstream = incoming
    state.onExit(() => {
      outgoing?.close()
      upstream?.break()
    })
    // A write that nobody reads ends the writer, as SIGPIPE does.
    if (outgoing !== undefined) outgoing.onBroken = () => state.end({ code: 141 })
    incoming = outgoing
    if (outgoing !== undefined) stdin = new LineReader(outgoing)
    return childOf(state, shell.p.state.space)
  })
  let code = 0
  for (const stage of stages) {
    const status = await stage.exited(shell.p)
    code = shell.pipefail ? status.code || code : status.code
  }
  return code
}

async function branch(shell: Shell, node: If, io: Io): Promise<number> {
  for (const { clause, then } of [node, ...node.elif])
    if ((await guarded(shell, () => runList(shell, clause, io))) === 0) return runList(shell, then, io)
  return node.else === undefined ? 0 : runList(shell, node.else, io)
}

async function forLoop(shell: Shell, node: For, io: Io): Promise<number> {
  const words = node.wordlist === undefined ? shell.positional : await expandWords(shell, node.wordlist, io)
  const left = [...words]
  return loop(shell, {
    goesOn: async () => {
      const word = left.shift()
      if (word === undefined) return false
      shell.set(node.name.value, word)
      return true
    },
    body: () => runList(shell, node.body, io),
  })
}

const whileLoop = (shell: Shell, node: While, io: Io): Promise<number> =>
  loop(shell, {
    goesOn: async () => {
      const code = await guarded(shell, () => runList(shell, node.clause, io))
      return (code === 0) === (node.kind === 'while')
    },
    body: () => runList(shell, node.body, io),
  })

async function loop(
  shell: Shell,
  o: { goesOn(): Promise<boolean>; body(): Promise<number>; after?(): unknown },
): Promise<number> {
  let code = 0
  shell.loops++
  try {
    while (await o.goesOn()) {
      await shell.tick()
      try {
        code = await o.body()
      } catch (error) {
        if (!(error instanceof Leave) || (error.how !== 'break' && error.how !== 'continue')) throw error
        if (error.count > 1 && shell.loops > 1) throw new Leave(error.how, error.count - 1)
        code = 0
        if (error.how === 'break') return code
      }
      o.after?.()
    }
    return code
  } finally {
    shell.loops--
  }
}

async function choose(shell: Shell, node: Case, io: Io): Promise<number> {
  const subject = await expandText(shell, node.word, io)
  let falls = false
  let code = 0
  for (const item of node.items) {
    if (!falls && !(await matchesAny(shell, item.pattern, { subject, io }))) continue
    code = await runList(shell, item.body, io)
    if (item.terminator === ';;' || item.terminator === undefined) return code
    falls = item.terminator === ';&'
  }
  return code
}

async function matchesAny(
  shell: Shell,
  patterns: Case['items'][number]['pattern'],
  { subject, io }: { readonly subject: string; readonly io: Io },
): Promise<boolean> {
  for (const pattern of patterns)
    if (patternMatcher(await expandPattern(shell, pattern, io))(subject)) return true
  return false
}

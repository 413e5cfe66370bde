import type { ParsedScript } from 'unbash'
import { runAll } from '#lab/host/shell/evaluate.ts'
import type { Io } from '#lab/host/shell/io.ts'
import { isUnfinished, nextCommands } from '#lab/host/shell/next-commands.ts'
import { Leave, type Shell } from '#lab/host/shell/state.ts'
import { runTraps } from '#lab/host/shell/traps.ts'

/**
 * Reads line by line, as from a terminal, with a prompt (PS1); what is not finished waits for more lines (PS2). Ctrl-C (SIGINT)
 * gives up what runs, never the shell; answers the last code at the end of the input.
 */
export async function converse(shell: Shell, io: Io): Promise<number> {
  if (!shell.traps.has('SIGINT'))
    shell.p.onSignal('SIGINT', () => {
      shell.interrupted = true
      shell.interrupt?.()
    })
  const ask = (prompt: 'PS1' | 'PS2'): void => io.stderr.write(promptOf(shell, prompt))
  for (;;) {
    const script = await nextCommands(shell, io, ask)
    if (script === undefined) break
    shell.status = isFaulty(shell, script, io) ? 2 : await runLine(shell, script, io)
    await runTraps(shell, io)
  }
  if (io.stdin.terminal) io.stderr.write('exit\n')
  return shell.status
}

/** Runs a script as it comes from the standard input, which its commands read on; a syntax error ends it. */
export async function runInput(shell: Shell, io: Io): Promise<number> {
  let code = 0
  for (;;) {
    const script = await nextCommands(shell, io)
    if (script === undefined) return code
    if (isFaulty(shell, script, io)) return 2
    if (script.commands.length > 0) code = await runAll(shell, script.commands, io)
  }
}

async function runLine(shell: Shell, script: ParsedScript, io: Io): Promise<number> {
  try {
    return await runAll(shell, script.commands, io)
  } catch (error) {
    if (!(error instanceof Leave) || error.how !== 'interrupt') throw error
    return error.count
  }
}

/** PS1 or PS2 with its escapes: `\u \h \H \w \W \$ \n`, parameters, and `\[ … \]` as the marks that readline takes out. */
function promptOf(shell: Shell, name: 'PS1' | 'PS2'): string {
  const home = shell.text('HOME') ?? ''
  const isHome = home !== '' && (shell.cwd === home || shell.cwd.startsWith(`${home}/`))
  const folder = isHome ? `~${shell.cwd.slice(home.length)}` : shell.cwd
  const root = shell.p.credentials.euid === 0
  const host = shell.p.hostname
  const escapes: Readonly<Record<string, string>> = {
    u: root ? 'root' : (shell.text('USER') ?? String(shell.p.credentials.euid)),
    h: host.split('.')[0] ?? host,
    H: host,
    w: folder,
    W: folder === '~' ? '~' : (folder.split('/').at(-1) ?? '') || '/',
    $: root ? '#' : '$',
    n: '\n',
    s: shell.name,
    '[': '\u0001',
    ']': '\u0002',
    '\\': '\\',
  }
  return (shell.text(name) ?? (name === 'PS1' ? '\\h:\\w\\$ ' : '> '))
    .replaceAll(/\$\{?([A-Za-z_]\w*)\}?/g, (_, variable: string) => shell.text(variable) ?? '')
    .replaceAll(/\\(.)/g, (whole, letter: string) => escapes[letter] ?? whole)
}

/** Tells a syntax error, if there is one. */
export function isFaulty(shell: Shell, script: ParsedScript, io: Io): boolean {
  const error = script.errors?.[0]
  if (error === undefined) return false
  const what = isUnfinished(script) ? 'unexpected end of file' : error.message
  io.stderr.write(`${shell.name}: syntax error: ${what}\n`)
  return true
}

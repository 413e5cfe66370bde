import { Command, CommanderError } from 'commander'
import { Trouble } from '#base/trouble.ts'
import { commands } from '#cli/commands/index.ts'
import { versionLine } from '#cli/commands/version.ts'
import type { Io } from '#cli/io.ts'

/** Exit codes that others script against (design.md section 8). */
export const exitCodes = {
  done: 0,
  causesFound: 1,
  usage: 2,
  undecided: 3,
  refused: 4,
  failed: 5,
  interrupted: 130,
} as const

/** Runs one command line; answers the exit code. Prints errors itself; never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.done
  const program = programOf(io, (exit) => {
    code = exit
  })
  try {
    if (argv.length === 0) {
      program.outputHelp()
      return exitCodes.done
    }
    await program.parseAsync([...argv], { from: 'user' })
    return io.signal.aborted ? exitCodes.interrupted : code
  } catch (error) {
    return told(error, io)
  }
}

/** The whole command tree. Command files are small: what they need is imported when they run. */
export function programOf(io: Io, exit: (code: number) => void): Command {
  const program = new Command('ninelives')
    .enablePositionalOptions()
    .description(
      'Why calico-node (or the pod networking under it) is broken, what exactly to do, and whether it is really mended.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('hint: add --help to see how it is used')
    .version(versionLine(), '--version', 'print the version')
    .addHelpText('after', examples)
  for (const add of commands) add(program, io, exit)
  inherit(program)
  return program
}

const examples = `
Examples:
  ninelives tour                                 a cluster in a box is broken, diagnosed, mended and checked
  ninelives diagnose                             the cluster of your current kubectl context
  pbpaste | ninelives diagnose --text -          what somebody pasted into a chat
  ninelives lab up --flavour hardened --detach   a lab cluster for kubectl
  ninelives explain runtime-dir-permissions      one failure mode, from symptom to repair

Exit codes: 0 nothing wrong · 1 causes found · 2 usage or internal error · 3 undecided · 4 repair refused by a guard ·
5 a step or its verification failed · 130 interrupted`

/** Subcommands throw like the root does, and write where it writes. */
function inherit(command: Command): void {
  for (const sub of command.commands) {
    sub.copyInheritedSettings(command)
    sub.exitOverride()
    inherit(sub)
  }
}

function told(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  if (io.signal.aborted || (error instanceof Error && error.name === 'AbortError')) {
    io.stderr.write(io.stderr.isTTY === true ? '\ninterrupted\n' : 'interrupted\n') // the terminal shows ^C, or a question
    return exitCodes.interrupted
  }
  if (error instanceof Trouble) {
    io.stderr.write(`error: ${error.message}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`)
    return error.exit
  }
  const trace = io.env['NINELIVES_DEBUG'] !== undefined && error instanceof Error ? `${error.stack}\n` : ''
  io.stderr.write(
    `error: ninelives itself failed: ${error instanceof Error ? error.message : String(error)}\n${trace}hint: this is a bug; run again with NINELIVES_DEBUG=1 and report what it prints\n`,
  )
  return exitCodes.usage
}

import { type Child, type ExitStatus, isErrno } from '#lab/host/ports.ts'
import { baseName, hostProcess } from '#lab/host/process/process.ts'
import { LineWriter } from '#lab/host/process/streams.ts'
import { executionOf, expandArguments } from '#lab/host/systemd/execution.ts'
import type { Manager } from '#lab/host/systemd/manager.ts'
import type { Command, Unit } from '#lab/host/systemd/unit.ts'

/**
 * Starts a command of a unit, as whom the unit says; what it writes goes to the journal. Where it cannot be started the journal says
 * why, and the answer is how systemd counts that: 203/EXEC, 216/GROUP, 217/USER.
 *
 * @see systemd/systemd:src/core/execute.c (exec_spawn)
 */
export async function execSpawn(
  manager: Manager,
  unit: Unit,
  command: Command,
): Promise<{ readonly child: Child } | { readonly status: ExitStatus }> {
  const { name, workingDirectory: cwd } = unit
  const { process } = manager
  const log = (message: string): void => manager.log(name, `${name}: ${message}`)
  const execution = await executionOf(process.files, unit)
  const program = command.argv[0] ?? ''
  if ('exitCode' in execution) {
    const what = execution.exitCode === 217 ? 'user' : 'group'
    log(`Failed to determine ${what} credentials: No such process`)
    log(`Failed at step ${what.toUpperCase()} spawning ${program}: No such process`)
    return { status: { code: execution.exitCode } }
  }
  const argv = expandArguments(command.argv, execution.env)
  const { writer, from } = journalWriter(manager, name, baseName(program))
  try {
    const child = hostProcess(process).spawnNow(argv, {
      ...execution,
      cwd,
      stdin: '',
      stdout: writer,
      stderr: writer,
      unit: name,
    })
    from(child.pid)
    child.onExit(() => writer.flush())
    return { child }
  } catch (error) {
    if (!isErrno(error)) throw error
    log(`Failed to locate executable ${program}: ${error.message}`)
    log(`Failed at step EXEC spawning ${program}: ${error.message}`)
    return { status: { code: 203 } }
  }
}

/** Writes a process's lines to the journal; `from` tells its pid, which is not known before it runs. */
function journalWriter(
  { machine }: Manager,
  unit: string,
  identifier: string,
): { readonly writer: LineWriter; readonly from: (pid: number) => void } {
  let pid = 0
  const writer = new LineWriter((message) => machine.log({ unit, identifier, pid, message }))
  return {
    writer,
    from: (its) => {
      pid = its
    },
  }
}

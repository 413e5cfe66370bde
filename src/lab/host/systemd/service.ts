import { type Child, type ExitStatus, isErrno, type Process } from '#lab/host/ports.ts'
import { baseName, hostProcess } from '#lab/host/process/process.ts'
import type { ProcessState } from '#lab/host/process/state.ts'
import { LineWriter } from '#lab/host/process/streams.ts'
import { executionOf, expandArguments } from '#lab/host/systemd/execution.ts'
import type { Manager } from '#lab/host/systemd/manager.ts'
import type { Command, Unit } from '#lab/host/systemd/unit.ts'
import { Mailbox, Notice } from '#lab/kernel/mailbox.ts'

export type ActiveState = 'inactive' | 'activating' | 'active' | 'deactivating' | 'failed'
export type SubState =
  | 'dead'
  | 'start-pre'
  | 'start'
  | 'running'
  | 'exited'
  | 'waiting'
  | 'stop-sigterm'
  | 'auto-restart'
  | 'failed'

/** Why a service ended, in systemd's words. */
export type ServiceResult = 'success' | 'exit-code' | 'signal' | 'timeout' | 'start-limit-hit'

/** How the main process ended; kept after the service. */
export interface MainExit {
  readonly pid: number
  readonly command: readonly string[]
  readonly status: ExitStatus
}

const exitNames: Readonly<Record<number, string>> = {
  0: 'SUCCESS',
  1: 'FAILURE',
  203: 'EXEC',
  216: 'GROUP',
  217: 'USER',
}

/** `code=exited, status=203/EXEC`, `code=killed, status=9/KILL`. */
export function exitText({ code, signal }: ExitStatus): string {
  if (signal !== undefined) return `code=killed, status=${code - 128}/${signal.slice(3)}`
  const name = exitNames[code]
  return `code=exited, status=${code}/${name ?? 'n/a'}`
}

const isClean = ({ code, signal }: ExitStatus): boolean =>
  signal === undefined ? code === 0 : ['SIGHUP', 'SIGINT', 'SIGTERM'].includes(signal)

/** One service unit at run time: starts, watches, restarts and stops its processes. */
export class Service {
  unit: Unit
  active: ActiveState = 'inactive'
  sub: SubState = 'dead'
  sinceMs = 0
  result: ServiceResult = 'success'
  main: Child | undefined
  mainExit: MainExit | undefined
  restarts = 0
  readonly changed = new Notice()
  readonly #manager: Manager
  #requests: Mailbox<'stop'>
  #startsMs: number[] = []
  #stopping = false

  constructor(manager: Manager, unit: Unit) {
    this.unit = unit
    this.#manager = manager
    this.#requests = new Mailbox(manager.kernel)
  }

  get isUp(): boolean {
    return this.active === 'active' || this.active === 'activating' || this.active === 'deactivating'
  }

  /** The processes of its control group. */
  members(): ProcessState[] {
    return this.#manager.members(this.unit.name)
  }

  /** Starts it unless it runs; answers whether it came up. */
  async start(by: Process): Promise<boolean> {
    while (this.active === 'deactivating') await this.changed.wait(by.task)
    if (!this.isUp) this.#launch()
    else if (this.sub === 'auto-restart') {
      await this.stop(by)
      this.#launch()
    }
    while (this.active === 'activating' && this.sub !== 'auto-restart') await this.changed.wait(by.task)
    const oneshotDone =
      this.unit.type === 'oneshot' && this.active === 'inactive' && this.result === 'success'
    return this.active === 'active' || oneshotDone
  }

  async stop(by: Process): Promise<void> {
    if (!this.isUp) return
    if (!this.#stopping) this.#requestStop()
    while (this.isUp) await this.changed.wait(by.task)
  }

  /** ExecReload=, with $MAINPID; answers whether all of it went well. */
  async reload(by: Process): Promise<boolean> {
    this.#log(`Reloading ${this.unit.description}...`)
    const pid = String(this.main?.pid ?? '')
    for (const { argv, mayFail } of this.unit.execReload) {
      const exit = await this.#execute(
        by,
        { argv: argv.map((word) => word.replace(/\$\{?MAINPID\}?/g, pid)), mayFail },
        'Control process',
      )
      if (!isClean(exit) && !mayFail) return false
    }
    this.#log(`Reloaded ${this.unit.description}.`)
    return true
  }

  /** reset-failed: also its starts are not counted against the limit any more. */
  forgetFailure(): void {
    this.#startsMs = []
    this.result = 'success'
    this.#enter('inactive', 'dead')
  }

  #requestStop(): void {
    const { unit } = this
    this.#stopping = true
    this.#log(`Stopping ${unit.description}...`)
    this.#enter('deactivating', 'stop-sigterm')
    this.#requests.put('stop')
    this.#terminate()
  }

  /** SIGTERM to all, and SIGKILL to what is left after the time-out. */
  #terminate(): void {
    const { kernel } = this.#manager
    const waiting = this.members()
    for (const process of waiting) process.signal('SIGTERM')
    kernel.at(kernel.nowMs + this.unit.stopTimeoutMs, `stop time-out of ${this.unit.name}`, () => {
      const left = waiting.filter(({ alive }) => alive)
      if (left.length === 0 || !this.#manager.alive) return
      this.#log(`${this.unit.name}: State 'stop-sigterm' timed out. Killing.`)
      this.result = 'timeout'
      for (const process of left) {
        const name = baseName(process.image.argv[0] ?? '')
        this.#log(`${this.unit.name}: Killing process ${process.hostPid} (${name}) with signal SIGKILL.`)
        process.signal('SIGKILL')
      }
    })
  }

  #launch(): void {
    this.#stopping = false
    this.#requests = new Mailbox(this.#manager.kernel)
    this.restarts = 0
    this.result = 'success'
    this.#enter('activating', 'start')
    this.#manager.process.thread(this.unit.name, (self) => this.#supervise(self))
  }

  async #supervise(self: Process): Promise<void> {
    for (;;) {
      if (!this.#mayStart()) return
      const exit = (await this.#prepared(self)) ?? (await this.#runOnce(self))
      await this.#cleanUp(self, exit)
      if (!(await this.#awaitRestart(self, exit))) return
    }
  }

  #mayStart(): boolean {
    const { burst, intervalMs } = this.unit.startLimit
    const nowMs = this.#manager.kernel.nowMs
    this.#startsMs = this.#startsMs.filter((startMs) => startMs > nowMs - intervalMs)
    if (intervalMs > 0 && this.#startsMs.length >= burst) {
      this.#log(`${this.unit.name}: Start request repeated too quickly.`)
      this.#log(
        `${this.unit.name}: Failed with result '${this.result === 'success' ? 'start-limit-hit' : this.result}'.`,
      )
      this.#log(`Failed to start ${this.unit.description}.`)
      this.#enter('failed', 'failed')
      return false
    }
    this.#startsMs = this.#startsMs.concat(nowMs)
    return true
  }

  /** Its first commands; how one of them ended with which all is over. */
  async #prepared(self: Process): Promise<ExitStatus | undefined> {
    const { unit } = this
    const waits = unit.type === 'oneshot' || unit.type === 'notify'
    if (waits || unit.execStartPre.length > 0) this.#log(`Starting ${unit.description}...`)
    for (const command of unit.execStartPre) {
      this.#enter('activating', 'start-pre')
      const exit = await this.#execute(self, command, 'Control process')
      if (!isClean(exit) && !command.mayFail) return exit
      if (this.#stopping) return exit
    }
    this.#enter('activating', 'start')
    return undefined
  }

  /** To the end of the main process; of a oneshot that stays active, until it is stopped. */
  #runOnce(self: Process): Promise<ExitStatus> {
    return this.unit.type === 'oneshot' ? this.#oneshot(self) : this.#longRunning(self)
  }

  async #oneshot(self: Process): Promise<ExitStatus> {
    for (const command of this.unit.execStart) {
      const exit = await this.#execute(self, command, 'Main process')
      if (!isClean(exit) && !command.mayFail) return exit
    }
    if (this.#stopping || !this.unit.remainAfterExit) return { code: 0 }
    this.#log(`Finished ${this.unit.description}.`)
    this.#enter('active', 'exited')
    await this.#requests.take(self.task)
    return { code: 0 }
  }

  async #longRunning(self: Process): Promise<ExitStatus> {
    const command = this.unit.execStart[0]
    if (command === undefined) return { code: 203 }
    const spawned = await this.#spawn(command)
    if (!('child' in spawned)) return this.#ended(0, command, spawned.status, 'Main process')
    this.main = spawned.child
    this.#log(`Started ${this.unit.description}.`)
    if (!this.#stopping) this.#enter('active', 'running')
    this.#limitRuntime(spawned.child)
    const status = await spawned.child.exited(self)
    this.main = undefined
    return this.#ended(spawned.child.pid, command, status, 'Main process')
  }

  #limitRuntime(child: Child): void {
    const { runtimeMaxMs, name } = this.unit
    if (!Number.isFinite(runtimeMaxMs)) return
    const { kernel } = this.#manager
    const cancel = kernel.at(kernel.nowMs + runtimeMaxMs, `runtime limit of ${name}`, () => {
      this.#log(`${name}: Service reached runtime time limit. Stopping.`)
      this.result = 'timeout'
      this.#terminate()
    })
    child.onExit(cancel)
  }

  async #execute(self: Process, command: Command, role: string): Promise<ExitStatus> {
    const spawned = await this.#spawn(command)
    if (!('child' in spawned)) return this.#ended(0, command, spawned.status, role)
    if (role === 'Main process') this.main = spawned.child
    const status = await spawned.child.exited(self)
    this.main = undefined
    return this.#ended(spawned.child.pid, command, status, role)
  }

  async #spawn(command: Command): Promise<{ child: Child } | { status: ExitStatus }> {
    const { name, workingDirectory: cwd } = this.unit
    const { process } = this.#manager
    const execution = await executionOf(process.files, this.unit)
    const program = command.argv[0] ?? ''
    if ('exitCode' in execution) {
      const what = execution.exitCode === 217 ? 'user' : 'group'
      this.#log(`${name}: Failed to determine ${what} credentials: No such process`)
      this.#log(`${name}: Failed at step ${what.toUpperCase()} spawning ${program}: No such process`)
      return { status: { code: execution.exitCode } }
    }
    const argv = expandArguments(command.argv, execution.env)
    const output = this.#output(baseName(program))
    try {
      const child = hostProcess(process).spawnNow(argv, {
        ...execution,
        cwd,
        stdin: '',
        stdout: output.writer,
        stderr: output.writer,
        unit: name,
      })
      output.pid = child.pid
      child.onExit(() => output.writer.flush())
      return { child }
    } catch (error) {
      if (!isErrno(error)) throw error
      this.#log(`${name}: Failed to locate executable ${program}: ${error.message}`)
      this.#log(`${name}: Failed at step EXEC spawning ${program}: ${error.message}`)
      return { status: { code: 203 } }
    }
  }

  #output(identifier: string): { pid: number; writer: LineWriter } {
    const output = {
      pid: 0,
      writer: new LineWriter((message) => {
        this.#manager.machine.log({ unit: this.unit.name, identifier, pid: output.pid, message })
      }),
    }
    return output
  }

  #ended(pid: number, command: Command, status: ExitStatus, role: string): ExitStatus {
    if (role === 'Main process') this.mainExit = { pid, command: command.argv, status }
    if (!isClean(status)) this.#log(`${this.unit.name}: ${role} exited, ${exitText(status)}`)
    return status
  }

  /** The rest of the control group goes with the main process. */
  async #cleanUp(self: Process, exit: ExitStatus): Promise<void> {
    if (this.#stopping) this.result = this.result === 'timeout' ? 'timeout' : 'success'
    else if (this.result !== 'timeout') this.result = resultOf(exit)
    if (!this.#stopping && this.members().length > 0) this.#terminate()
    for (let left = this.members()[0]; left !== undefined; left = this.members()[0]) await gone(self, left)
    for (const command of this.unit.execStopPost) await this.#execute(self, command, 'Control process')
    if (this.result === 'success') this.#log(`${this.unit.name}: Deactivated successfully.`)
    else this.#log(`${this.unit.name}: Failed with result '${this.result}'.`)
    if (this.#stopping) this.#log(`Stopped ${this.unit.description}.`)
    else if (this.unit.type === 'oneshot' && this.result === 'success')
      this.#log(`Finished ${this.unit.description}.`)
    else if (this.active === 'activating' && this.result !== 'success')
      this.#log(`Failed to start ${this.unit.description}.`)
  }

  /** Answers true when it is to be started again, after the pause. */
  async #awaitRestart(self: Process, exit: ExitStatus): Promise<boolean> {
    const over = (): false => {
      const isFailed = this.result !== 'success'
      this.#enter(isFailed ? 'failed' : 'inactive', isFailed ? 'failed' : 'dead')
      return false
    }
    if (this.#stopping || !this.#restarts(exit)) return over()
    this.#enter('activating', 'auto-restart')
    const stopped = await this.#requests.take(self.task, { timeoutMs: this.unit.restartMs })
    if (stopped.length > 0) {
      this.#log(`Stopped ${this.unit.description}.`)
      this.result = 'success'
      return over()
    }
    this.restarts++
    this.#log(`${this.unit.name}: Scheduled restart job, restart counter is at ${this.restarts}.`)
    this.#log(`Stopped ${this.unit.description}.`)
    return true
  }

  /** The table of Restart= in systemd.service(5). */
  #restarts(exit: ExitStatus): boolean {
    switch (this.unit.restart) {
      case 'no':
        return false
      case 'always':
        return true
      case 'on-success':
        return this.result === 'success'
      case 'on-failure':
        return this.result !== 'success'
      case 'on-abnormal':
        return this.result === 'timeout' || (exit.signal !== undefined && !isClean(exit))
    }
  }

  #enter(active: ActiveState, sub: SubState): void {
    if (this.active !== active) this.sinceMs = this.#manager.kernel.nowMs
    this.active = active
    this.sub = sub
    this.changed.tell()
  }

  #log(message: string): void {
    this.#manager.log(this.unit.name, message)
  }
}

const resultOf = (exit: ExitStatus): ServiceResult =>
  isClean(exit) ? 'success' : exit.signal === undefined ? 'exit-code' : 'signal'

const gone = (self: Process, process: ProcessState): Promise<void> =>
  self.task.wait<void>((wake) => {
    process.onExit(() => wake())
    return undefined
  })

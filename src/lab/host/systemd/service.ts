import type { Child, ExitStatus, Process } from '#lab/host/ports.ts'
import { baseName } from '#lab/host/process/process.ts'
import type { ProcessState } from '#lab/host/process/state.ts'
import { execSpawn } from '#lab/host/systemd/exec-spawn.ts'
import {
  exitText,
  isClean,
  isRestarted,
  resultOf,
  type ServiceResult,
} from '#lab/host/systemd/exit-status.ts'
import type { Manager } from '#lab/host/systemd/manager.ts'
import { StartLimit } from '#lab/host/systemd/start-limit.ts'
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

/** Beside the main process others run for it: before, after, and to reload it. */
type Role = 'Main process' | 'Control process'

/** How the main process ended; kept after the service. */
export interface MainExit {
  readonly pid: number
  readonly command: readonly string[]
  readonly status: ExitStatus
}

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
  readonly #startLimit = new StartLimit()
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
    this.#startLimit.forget()
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
    if (this.#startLimit.admits(this.#manager.kernel.nowMs, this.unit.startLimit)) return true
    const result = this.result === 'success' ? 'start-limit-hit' : this.result
    this.#log(`${this.unit.name}: Start request repeated too quickly.`)
    this.#log(`${this.unit.name}: Failed with result '${result}'.`)
    this.#log(`Failed to start ${this.unit.description}.`)
    this.#enter('failed', 'failed')
    return false
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
    const spawned = await execSpawn(this.#manager, this.unit, command)
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

  async #execute(self: Process, command: Command, role: Role): Promise<ExitStatus> {
    const spawned = await execSpawn(this.#manager, this.unit, command)
    if (!('child' in spawned)) return this.#ended(0, command, spawned.status, role)
    const isMain = role === 'Main process'
    if (isMain) this.main = spawned.child
    const status = await spawned.child.exited(self)
    if (isMain) this.main = undefined
    return this.#ended(spawned.child.pid, command, status, role)
  }

  #ended(pid: number, command: Command, status: ExitStatus, role: Role): ExitStatus {
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
    if (this.#stopping || !isRestarted(this.unit.restart, this.result, exit)) return over()
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

const gone = (self: Process, process: ProcessState): Promise<void> =>
  self.task.wait<void>((wake) => {
    process.onExit(() => wake())
    return undefined
  })

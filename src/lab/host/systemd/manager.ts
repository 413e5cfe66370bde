import { assert } from '#base/assert.ts'
import type { LabMachine, PowerState } from '#lab/host/machine.ts'
import type { Process } from '#lab/host/ports.ts'
import { hostProcess, machineOf } from '#lab/host/process/process.ts'
import type { ProcessState } from '#lab/host/process/state.ts'
import { Service } from '#lab/host/systemd/service.ts'
import { stopEverything } from '#lab/host/systemd/shutdown.ts'
import { Timer } from '#lab/host/systemd/timer.ts'
import { loadUnit, namesIn, type Unit, unitFolders, wantedOf } from '#lab/host/systemd/unit.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { Notice } from '#lab/kernel/mailbox.ts'

/** What PID 1 knows of its units. Everything in it belongs to one boot. */
export class Manager {
  readonly process: Process
  readonly machine: LabMachine
  readonly kernel: Kernel
  readonly services = new Map<string, Service>()
  readonly timers = new Map<string, Timer>()
  readonly #definitions = new Map<string, Unit | undefined>()
  #ending = false

  constructor(process: Process) {
    this.process = process
    this.machine = machineOf(process)
    this.kernel = hostProcess(process).state.space.system.kernel
  }

  get alive(): boolean {
    return this.process.task.alive
  }

  log(unit: string, message: string): void {
    this.machine.log({ unit, identifier: 'systemd', pid: 1, message })
  }

  members(unit: string): ProcessState[] {
    return [...this.machine.running.space.members].filter((process) => process.unit === unit)
  }

  /** The unit as it was when first asked for, until {@link reload}. */
  async definition(name: string): Promise<Unit | undefined> {
    if (!this.#definitions.has(name)) this.#definitions.set(name, await loadUnit(this.process.files, name))
    return this.#definitions.get(name)
  }

  /** daemon-reload: reads unit files again; running services take the new ones at their next start. */
  async reload(): Promise<void> {
    this.#definitions.clear()
    for (const [name, service] of this.services) service.unit = (await this.definition(name)) ?? service.unit
  }

  async unitNames(): Promise<string[]> {
    const names = new Set<string>([...this.services.keys(), ...this.timers.keys()])
    for (const folder of unitFolders)
      for (const name of await namesIn(this.process.files, folder))
        if (/\.(service|timer)$/.test(name)) names.add(name)
    return [...names].sort()
  }

  async service(name: string): Promise<Service | undefined> {
    const known = this.services.get(name)
    if (known !== undefined) return known
    const unit = await this.definition(name)
    if (unit === undefined || !name.endsWith('.service')) return undefined
    const service = new Service(this, unit)
    this.services.set(name, service)
    return service
  }

  /** Starts a unit with what it requires and wants; answers whether it came up. */
  async start(name: string, by: Process): Promise<boolean> {
    if (this.#ending) return false
    if (name.endsWith('.timer')) return this.#startTimer(name)
    if (name.endsWith('.target')) {
      await this.startTarget(name, by)
      return true
    }
    const service = await this.service(name)
    if (service === undefined || service.unit.masked) return false
    const { requires, wants } = service.unit
    for (const wanted of wants.filter(isService)) if (await this.service(wanted)) await this.start(wanted, by)
    for (const required of requires.filter(isService)) {
      if (await this.start(required, by)) continue
      this.log(name, `Dependency failed for ${service.unit.description}.`)
      return false
    }
    return service.start(by)
  }

  /** Starts what a target pulls in, each unit after those of the same target that it names in After=. */
  async startTarget(target: string, by: Process): Promise<void> {
    const names = (await wantedOf(this.process.files, target)).filter((name) => !name.endsWith('.target'))
    const units = new Map<string, Unit>()
    for (const name of names) {
      const unit = await this.definition(name)
      if (unit !== undefined) units.set(name, unit)
    }
    const done = new Set<string>()
    const progress = new Notice()
    for (const [name, unit] of units)
      this.process.thread(`start ${name}`, async (self) => {
        const before = unit.after.filter((other) => units.has(other) && !isAfter(units, other, name))
        while (!before.every((other) => done.has(other))) await progress.wait(self.task)
        await this.start(name, self)
        done.add(name)
        progress.tell()
      })
    while (done.size < units.size) await progress.wait(by.task)
    this.log('init.scope', `Reached target ${targetNames[target] ?? target}.`)
  }

  async #startTimer(name: string): Promise<boolean> {
    const unit = await this.definition(name)
    if (unit === undefined) return false
    if (!this.timers.has(name)) this.timers.set(name, new Timer(this, unit))
    this.timers.get(name)?.start()
    return true
  }

  /** Stops everything in order, then hands the machine back to its kernel. Returns at once. */
  shutdown(then: PowerState): void {
    if (this.#ending) return
    this.#ending = true
    this.process.thread('shutdown', async (self) => {
      await stopEverything(this, self)
      assert(this.alive, 'PID 1 lives until it ends the machine')
      this.machine.finish(then)
    })
  }
}

/** Descriptions of the targets that every system has. */
const targetNames: Readonly<Record<string, string>> = {
  'sysinit.target': 'System Initialization',
  'basic.target': 'Basic System',
  'timers.target': 'Timer Units',
  'multi-user.target': 'Multi-User System',
}

const isService = (name: string): boolean => name.endsWith('.service')

/** Whether `other` is itself ordered after `name`: of two units that name each other, neither waits. */
const isAfter = (units: ReadonlyMap<string, Unit>, other: string, name: string): boolean =>
  units.get(other)?.after.includes(name) === true

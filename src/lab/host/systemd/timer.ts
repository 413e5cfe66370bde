import type { Manager } from '#lab/host/systemd/manager.ts'
import type { Unit } from '#lab/host/systemd/unit.ts'
import type { Task } from '#lab/kernel/kernel.ts'

/** A timer unit with OnBootSec= and OnUnitActiveSec=. Not imitated: OnCalendar=, Persistent=, accuracy. */
export class Timer {
  readonly unit: Unit
  readonly #manager: Manager
  #task: Task | undefined

  constructor(manager: Manager, unit: Unit) {
    this.#manager = manager
    this.unit = unit
  }

  get isActive(): boolean {
    return this.#task?.alive === true
  }

  start(): void {
    if (this.isActive) return
    const { onBootMs, onUnitActiveMs, timerUnit, description } = this.unit
    this.#manager.log(this.unit.name, `Started ${description}.`)
    this.#task = this.#manager.process.thread(this.unit.name, async (self) => {
      const bootedMs = this.#manager.machine.bootedMs
      let waitMs = onBootMs === undefined ? onUnitActiveMs : bootedMs + onBootMs - self.now()
      while (waitMs !== undefined && Number.isFinite(waitMs)) {
        await self.sleep(Math.max(0, waitMs))
        await this.#manager.start(timerUnit, self)
        waitMs = onUnitActiveMs
      }
    })
  }

  stop(): void {
    this.#task?.stop()
  }
}

import type { Process } from '#lab/host/ports.ts'

/** Something to do has come up; remembered while nobody waits. One thread waits, anybody tells. */
export class Wakeup {
  #told = false
  #wake: (() => void) | undefined

  tell(): void {
    this.#told = true
    this.#wake?.()
  }

  async wait(p: Process): Promise<void> {
    if (!this.#told)
      await p.task.wait<void>((wake) => {
        this.#wake = () => wake()
        return undefined
      })
    this.#wake = undefined
    this.#told = false
  }
}

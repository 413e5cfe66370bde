import type { Stage } from '#drill/stage/stage.ts'

/** The same incident a second time, in which nobody does anything: what acts did is what differs from it. It is set when first needed. */
export class LeftAlone {
  readonly #again: () => Promise<Stage>
  #stage: Stage | undefined

  /** `again`: sets it as it is at the page. */
  constructor(again: () => Promise<Stage>) {
    this.#again = again
  }

  get stage(): Stage | undefined {
    return this.#stage
  }

  /** Lets it go on until then, in virtual ms since 1970. */
  async until(ms: number): Promise<void> {
    this.#stage ??= await this.#again()
    await this.#stage.advance(ms - this.#stage.lab.nowMs)
  }

  async shutdown(): Promise<void> {
    await this.#stage?.shutdown()
  }
}

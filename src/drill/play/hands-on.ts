import type { Played } from '#drill/measure/debrief.ts'
import { EvidenceWatch } from '#drill/measure/evidence.ts'
import { type Snapshot, snapshotOf } from '#drill/measure/snapshot.ts'
import { LeftAlone } from '#drill/play/left-alone.ts'
import { isThatLook, outsideActs } from '#drill/play/outside.ts'
import type { Hint, Scenario, Step } from '#drill/scenario/types.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { type Done, Stage } from '#drill/stage/stage.ts'

/** How long all must have been well before the incident counts as over. */
const calmMs = 60_000

/**
 * An incident in free hands: whoever plays uses kubectl and shells on the lab, and asks here for hints. That it is over is
 * seen from the lab alone.
 */
export class HandsOn implements Played {
  readonly moves = []
  readonly stage: Stage
  readonly atPage: Snapshot
  readonly evidence: EvidenceWatch
  readonly #moments: { readonly atMs: number; readonly well: boolean }[] = []
  readonly #alone: LeftAlone
  #hints = 0

  private constructor(stage: Stage) {
    this.stage = stage
    this.#alone = new LeftAlone(stage)
    this.atPage = snapshotOf(stage.lab)
    this.evidence = new EvidenceWatch(stage.scenario.evidence)
  }

  static async begin(scenario: Scenario, backstage: Backstage): Promise<HandsOn> {
    return new HandsOn(await Stage.set(scenario, backstage))
  }

  /** The same incident left alone, once it is closed. */
  get alone(): Stage | undefined {
    return this.#alone.stage
  }

  get moments(): readonly { readonly atMs: number; readonly well: boolean }[] {
    return this.#moments
  }

  /** How many were asked for. */
  get hints(): number {
    return this.#hints
  }

  /** Steps that were typed at the drill's own prompt. */
  async type(steps: readonly Step[]): Promise<readonly Done[]> {
    const done = await this.stage.carryOut(steps)
    await this.evidence.look(this.stage, done)
    return done
  }

  /** The next hint; it costs its time. Undefined when there is none left. */
  async hint(): Promise<Hint | undefined> {
    const hint = this.stage.scenario.hints[this.#hints]
    if (hint === undefined) return undefined
    this.#hints += 1
    await this.stage.advance(hint.costMs)
    return hint
  }

  /** Notes how the cluster is now; answers whether it has been well for a minute. To be asked every few seconds. */
  watch(): boolean {
    const atMs = this.stage.lab.nowMs
    this.stage.note()
    this.#moments.push({ atMs, well: this.stage.isWell() })
    const lastIll = this.#moments.findLastIndex(({ well }) => !well)
    const wellSince = this.#moments[lastIll + 1]
    return wellSince !== undefined && atMs - wellSince.atMs >= calmMs
  }

  /** Whether somebody looked after the last change. */
  get verified(): boolean {
    const acts = outsideActs(this.stage.lab, this.stage.scenario.pagedAtMs)
    const last = acts.findLastIndex((act) => act.changes)
    return acts.slice(last + 1).some(({ line }) => !/ \/(version|openapi|apis?)(\b|$)[^/]*$/.test(line))
  }

  /** It is over: another lab goes the same way without anybody, and what was looked at from outside is counted. */
  async close(): Promise<void> {
    this.watch()
    const { lab, scenario } = this.stage
    const acts = outsideActs(lab, scenario.pagedAtMs)
    for (const { ask, index } of scenario.evidence.map((each, at) => ({ ...each, index: at }))) {
      const typed = await this.stage.words(ask.text)
      const look = acts.find((act) => isThatLook(typed, act))
      if (look !== undefined) this.evidence.seen(index, look.atMs)
    }
    await this.#alone.until(lab.nowMs)
  }

  /** A copy: the lab itself may still be looked at from outside. */
  afterwards(): Promise<Stage> {
    return this.stage.fork()
  }

  async shutdown(): Promise<void> {
    await this.stage.shutdown()
    await this.#alone.shutdown()
  }
}

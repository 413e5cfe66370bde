import { isVerified, type MoveRecord, type Played } from '#drill/measure/debrief.ts'
import { EvidenceWatch } from '#drill/measure/evidence.ts'
import { type Snapshot, snapshotOf } from '#drill/measure/snapshot.ts'
import { Game } from '#drill/play/game.ts'
import type { Move, Scene, Turn } from '#drill/play/types.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { type Done, Stage } from '#drill/stage/stage.ts'

/** Where the incident stood after a move. */
export interface Moment {
  readonly atMs: number
  readonly move: Move
  readonly round: number
  readonly done: readonly Done[]
  /** Whether everything in the cluster was as it should be, by its own word. */
  readonly well: boolean
}

/** A game that is watched: what was worn and lost is measured beside a second lab in which nobody does anything. */
export class Drill implements Played {
  readonly stage: Stage
  readonly game: Game
  readonly evidence: EvidenceWatch
  readonly atPage: Snapshot
  /** The same incident left alone, if that is measured too. */
  readonly alone: Stage | undefined
  readonly #moments: Moment[] = []

  private constructor(stage: Stage, alone: Stage | undefined, seed: string) {
    this.stage = stage
    this.alone = alone
    this.game = new Game(stage, { seed })
    this.evidence = new EvidenceWatch(stage.scenario.evidence)
    this.atPage = snapshotOf(stage.lab)
  }

  /**
   * `seed`: of the order in which choices are shown. `labSeed`: of the lab, in place of the scenario's. `beside`: whether the
   * incident is measured a second time, left alone; that is usual.
   */
  static async begin(
    scenario: Scenario,
    backstage: Backstage,
    o: { readonly seed: string; readonly labSeed?: string; readonly beside?: 'alone' | 'nothing' },
  ): Promise<Drill> {
    const stage = await Stage.set(scenario, backstage, o.labSeed === undefined ? {} : { seed: o.labSeed })
    return new Drill(stage, o.beside === 'nothing' ? undefined : await stage.fork(), o.seed)
  }

  get moments(): readonly Moment[] {
    return this.#moments
  }

  get moves(): readonly MoveRecord[] {
    return this.#moments.map(({ move, round, atMs, well, done }) => ({
      move,
      round,
      endedAfterMs: atMs - this.stage.scenario.pagedAtMs,
      well,
      done: done.map(({ typed, output, code }) => ({ typed, output, code })),
    }))
  }

  get verified(): boolean {
    return isVerified(this.stage.done)
  }

  async scene(): Promise<Scene> {
    const before = this.stage.done.length
    const scene = await this.game.scene()
    await this.evidence.look(this.stage, this.stage.done.slice(before))
    return scene
  }

  async play(move: Move): Promise<Turn> {
    const { round } = this.game
    const turn = await this.game.play(move)
    await this.evidence.look(this.stage, turn.done)
    const { lab } = this.stage
    this.#moments.push({ atMs: lab.nowMs, move, round, done: turn.done, well: this.stage.isWell() })
    if (this.alone !== undefined) await this.alone.advance(lab.nowMs - this.alone.lab.nowMs)
    return turn
  }

  async shutdown(): Promise<void> {
    await this.stage.shutdown()
    await this.alone?.shutdown()
  }
}

import { isVerified, type MoveRecord, type Played } from '#drill/measure/debrief.ts'
import { EvidenceWatch } from '#drill/measure/evidence.ts'
import { type Snapshot, snapshotOf } from '#drill/measure/snapshot.ts'
import { Game } from '#drill/play/game.ts'
import { LeftAlone } from '#drill/play/left-alone.ts'
import type { Move, Scene, Turn } from '#drill/play/types.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { type Done, Stage } from '#drill/stage/stage.ts'

/** Where the incident stood after a move. */
export interface Moment {
  readonly atMs: number
  readonly move: Move
  readonly round: number
  readonly leads: Turn['leads']
  readonly done: readonly Done[]
  /** Whether everything in the cluster was as it should be, by its own word. */
  readonly well: boolean
}

export interface BeginOptions {
  /** Of the order in which choices are shown. */
  readonly seed: string
  /** Of the lab, in place of the scenario's. */
  readonly labSeed?: string
  /** Whether the incident is measured a second time, left alone. Default alone. */
  readonly beside?: 'alone' | 'nothing'
}

/** A game that is watched: what was worn and lost is measured beside a second lab in which nobody does anything. */
export class Drill implements Played {
  readonly stage: Stage
  readonly game: Game
  readonly evidence: EvidenceWatch
  readonly atPage: Snapshot
  readonly #moments: Moment[] = []
  readonly #alone: LeftAlone | undefined

  private constructor(stage: Stage, { seed, beside = 'alone' }: Pick<BeginOptions, 'seed' | 'beside'>) {
    this.stage = stage
    this.#alone = beside === 'alone' ? new LeftAlone(stage.moment()) : undefined
    this.game = new Game(stage, { seed })
    this.evidence = new EvidenceWatch(stage.scenario.evidence)
    this.atPage = snapshotOf(stage.lab)
  }

  static async begin(scenario: Scenario, backstage: Backstage, o: BeginOptions): Promise<Drill> {
    const stage = await Stage.set(scenario, backstage, o.labSeed === undefined ? {} : { seed: o.labSeed })
    return new Drill(stage, o)
  }

  /** The same incident left alone, if that is measured too: from the first move on. */
  get alone(): Stage | undefined {
    return this.#alone?.stage
  }

  get moments(): readonly Moment[] {
    return this.#moments
  }

  get moves(): readonly MoveRecord[] {
    return this.#moments.map(({ move, round, leads, atMs, well, done }) => ({
      move,
      round,
      leads,
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
    const { leads, done } = turn
    this.#moments.push({ atMs: lab.nowMs, move, round, leads, done, well: this.stage.isWell() })
    await this.#alone?.until(lab.nowMs)
    return turn
  }

  /** The game is over: its own stage. */
  afterwards(): Promise<Stage> {
    return Promise.resolve(this.stage)
  }

  async shutdown(): Promise<void> {
    await this.stage.shutdown()
    await this.#alone?.shutdown()
  }
}

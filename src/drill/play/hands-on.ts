import type { Played } from '#drill/measure/debrief.ts'
import { changes, EvidenceWatch } from '#drill/measure/evidence.ts'
import { type Snapshot, snapshotOf } from '#drill/measure/snapshot.ts'
import { type Journal, type PagePlace, placeOf, runsOf, type Typed, untilPage } from '#drill/play/journal.ts'
import { LeftAlone } from '#drill/play/left-alone.ts'
import { isDiscovery, isThatLook, type OutsideAct, outsideActs } from '#drill/play/outside.ts'
import { readSteps } from '#drill/scenario/steps.ts'
import type { Hint, Scenario, Step } from '#drill/scenario/types.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { type Done, Stage } from '#drill/stage/stage.ts'
import { Lab } from '#lab/lab.ts'

/** How long all must have been well before the incident counts as over. */
const calmMs = 60_000

interface Moment {
  readonly atMs: number
  readonly well: boolean
}

/**
 * An incident in free hands: whoever plays uses kubectl and shells on the lab, and asks here for hints. That it is over is
 * seen from the lab alone.
 */
export class HandsOn implements Played {
  readonly moves = []
  readonly stage: Stage
  readonly atPage: Snapshot
  readonly evidence: EvidenceWatch
  readonly #page: PagePlace
  /** Of each evidence the command that showed it at the page: pods have other names later. */
  readonly #asks: readonly string[]
  readonly #moments: Moment[] = []
  /** Of a game that is judged. */
  readonly #alone: LeftAlone | undefined
  #hints = 0
  #acts: readonly OutsideAct[] | undefined

  private constructor(
    stage: Stage,
    alone: Stage | undefined,
    at: { readonly page: PagePlace; readonly asks: readonly string[] },
  ) {
    this.stage = stage
    this.#alone = alone === undefined ? undefined : new LeftAlone(async () => alone)
    this.atPage = snapshotOf((alone ?? stage).lab)
    this.evidence = new EvidenceWatch(stage.scenario.evidence)
    this.#page = at.page
    this.#asks = at.asks
  }

  static async begin(scenario: Scenario, backstage: Backstage): Promise<HandsOn> {
    const stage = await Stage.set(scenario, backstage)
    const asks: string[] = []
    for (const { ask } of scenario.evidence) asks.push(await stage.words(ask.text))
    return new HandsOn(stage, undefined, { page: placeOf(stage.lab.history), asks })
  }

  /** The same incident left alone, once a game that is judged is closed. */
  get alone(): Stage | undefined {
    return this.#alone?.stage
  }

  /** A game that was left, or is over, as its journal has it: the lab goes the same way again. Rejects with a Trouble where it does not. */
  static async again(scenario: Scenario, backstage: Backstage, journal: Journal): Promise<HandsOn> {
    const { noted, history } = journal
    const past = { done: [], extents: [], struckAtMs: noted.struckAtMs, own: [] }
    const atPage = await Lab.replay(untilPage(journal))
    const extents = noted.extents.filter(({ atMs }) => atMs <= noted.page.end.atMs)
    const alone = Stage.again(scenario, backstage, { lab: atPage, past: { ...past, extents } })
    const lab = await Lab.replay(history)
    const stage = Stage.again(scenario, backstage, {
      lab,
      past: { ...past, extents: noted.extents, own: noted.own, done: noted.typed.flatMap(doneAgain) },
    })
    const play = new HandsOn(stage, alone, noted)
    play.#hints = noted.hints
    play.#moments.push(...noted.moments)
    play.evidence.restore(noted.evidence)
    return play
  }

  get moments(): readonly Moment[] {
    return this.#moments
  }

  /** How many were asked for. */
  get hints(): number {
    return this.#hints
  }

  /** Everything from which this game can be gone on with, or judged again. */
  get journal(): Journal {
    const { done, extents, struckAtMs, own } = this.stage.past
    return {
      history: this.stage.lab.history,
      noted: {
        page: this.#page,
        struckAtMs,
        hints: this.#hints,
        own,
        typed: done.map(({ typed, atMs, endMs, output, code }) => ({
          typed,
          atMs,
          endMs,
          output: output.slice(0, outputMax),
          code,
        })),
        evidence: this.evidence.states.map(({ is }) => is),
        asks: this.#asks,
        moments: runsOf(this.#moments, (a, b) => a.well === b.well),
        extents: runsOf(
          extents,
          (a, b) => a.podsNotReady === b.podsNotReady && a.nodesCutOff === b.nodesCutOff,
        ),
      },
    }
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

  /** Everything that was done, at the prompt and elsewhere, in order: until it was closed, where it was. */
  get acts(): readonly OutsideAct[] {
    return this.#acts ?? this.#actsNow()
  }

  /** Whether somebody looked after the last change. */
  get verified(): boolean {
    const last = this.acts.findLastIndex((act) => act.changes)
    return this.acts.slice(last + 1).some(({ line }) => !isDiscovery(line) && !line.startsWith('wait '))
  }

  /** A game in its second life is over: the other lab catches up, and what was looked at from outside is counted. */
  async close(): Promise<void> {
    this.watch()
    const acts = this.#actsNow()
    for (const [index, typed] of this.#asks.entries()) {
      const look = acts.find((act) => isThatLook(typed, act))
      if (look !== undefined) this.evidence.seen(index, look.atMs)
    }
    this.#acts = acts
    await this.#alone?.until(this.stage.lab.nowMs)
  }

  /** A second life is needed by nobody else; the first may still be looked at from outside. */
  afterwards(): Promise<Stage> {
    return this.#alone === undefined ? this.stage.fork() : Promise.resolve(this.stage)
  }

  #actsNow(): readonly OutsideAct[] {
    const { lab, past, scenario } = this.stage
    const typed = past.done.map((done) => ({
      atMs: done.atMs,
      line: done.typed,
      changes: changes(done.typed),
    }))
    const outside = outsideActs(lab, { sinceMs: scenario.pagedAtMs, own: new Set(past.own) })
    return [...typed, ...outside].sort((a, b) => a.atMs - b.atMs)
  }

  async shutdown(): Promise<void> {
    await this.stage.shutdown()
    await this.#alone?.shutdown()
  }
}

/** Of one command, so much of its output is kept. */
const outputMax = 4000

/** As it was; a line that another version does not read is left out. */
function doneAgain(one: Typed): readonly Done[] {
  const read = readSteps(one.typed, 1)
  const [step] = read.ok ? read.value : []
  return step === undefined ? [] : [{ step, ...one }]
}

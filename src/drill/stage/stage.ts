import { Trouble } from '#base/trouble.ts'
import { type Extent, extentOf } from '#drill/measure/extent.ts'
import { flows, trafficOf } from '#drill/measure/traffic.ts'
import type { Expectation, Scenario, Step } from '#drill/scenario/types.ts'
import { Desk, type Shown } from '#drill/stage/desk.ts'
import { isLook, Names } from '#drill/stage/names.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { Lab } from '#lab/lab.ts'
import { isWell } from '#lab/readiness.ts'

/** Something that was done on the stage, and what came of it. */
export interface Done {
  readonly step: Step
  /** As it was typed, names filled in. */
  readonly typed: string
  readonly atMs: number
  readonly endMs: number
  /** What a terminal showed. */
  readonly output: string
  /** Of a command: its exit code. Of an expectation: 0 where it held. */
  readonly code: number
}

/** What is known of a stage beside its lab. */
export interface StagePast {
  readonly done: readonly Done[]
  readonly extents: readonly Extent[]
  readonly struckAtMs: number
  /** Of the lab's inputs, those that the stage itself made. */
  readonly own: readonly number[]
}

/** How long an expectation of traffic looks back. */
const lookBackMs = 30_000

/** While time passes, the extent is noted so often. */
const noteEveryMs = 60_000

/** From power-on to the page at least: boot, customers coming in, the strike. */
const preludeMs = 4 * 60_000

/** The lab of a scenario, and whoever works on it. */
export class Stage {
  readonly scenario: Scenario
  readonly lab: Lab
  readonly #backstage: Backstage
  readonly #desk: Desk
  readonly #names: Names
  /** Everything that was done since the page. */
  readonly #done: Done[]
  readonly #extents: Extent[]
  #struckAtMs: number

  private constructor(scenario: Scenario, lab: Lab, backstage: Backstage, past: StagePast) {
    this.scenario = scenario
    this.lab = lab
    this.#backstage = backstage
    this.#desk = new Desk(lab, backstage, past.own)
    this.#names = new Names(scenario, (look) => this.#desk.look(look))
    this.#done = [...past.done]
    this.#extents = [...past.extents]
    this.#struckAtMs = past.struckAtMs
    this.note()
  }

  /** A stage that was left: `lab` has been through the same again. */
  static again(
    scenario: Scenario,
    backstage: Backstage,
    o: { readonly lab: Lab; readonly past: StagePast },
  ): Stage {
    return new Stage(scenario, o.lab, backstage, o.past)
  }

  /**
   * Boots the scenario's lab, breaks it, and lets time pass until somebody is paged. Rejects with {@link Trouble} where the
   * scenario asks for what there is not. `seed`: of the lab, in place of the scenario's own.
   */
  static async set(
    scenario: Scenario,
    backstage: Backstage,
    o: { readonly seed?: string } = {},
  ): Promise<Stage> {
    const { lab: options, pagedAtMs, pagedAfterMs } = scenario
    const lab = await Lab.boot({
      ...options,
      ...(o.seed === undefined ? {} : { seed: o.seed }),
      startMs: pagedAtMs - pagedAfterMs - preludeMs,
      customers: true,
    })
    const stage = new Stage(scenario, lab, backstage, {
      done: [],
      extents: [],
      struckAtMs: pagedAtMs,
      own: [],
    })
    await stage.#until(pagedAtMs - pagedAfterMs)
    await stage.#strike()
    await stage.carryOut(scenario.before)
    await stage.#until(pagedAtMs)
    stage.#done.length = 0
    return stage
  }

  /** The same a second time, from here on its own. */
  fork(): Promise<Stage> {
    return this.moment()()
  }

  /** How to come back to where it stands now, whatever happens on it meanwhile: the answer sets the same a second time. */
  moment(): () => Promise<Stage> {
    const { history } = this.lab
    const { past } = this
    return async () => new Stage(this.scenario, await Lab.replay(history), this.#backstage, past)
  }

  /** What the lab's history does not tell. */
  get past(): StagePast {
    return {
      done: [...this.#done],
      extents: [...this.#extents],
      struckAtMs: this.#struckAtMs,
      own: [...this.#desk.own],
    }
  }

  /** When it broke; where nothing does, when the page came. */
  get struckAtMs(): number {
    return this.#struckAtMs
  }

  get done(): readonly Done[] {
    return this.#done
  }

  /** How far the incident reached, from the strike on, whenever it was noted. */
  get extents(): readonly Extent[] {
    return this.#extents.filter(({ atMs }) => atMs >= this.#struckAtMs)
  }

  /** Notes how far it reaches now. */
  note(): void {
    this.#extents.push(extentOf(this.lab))
  }

  /** Lets time pass, and notes meanwhile how far the incident reaches. */
  async advance(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= noteEveryMs) {
      await this.lab.advance(Math.min(leftMs, noteEveryMs))
      this.note()
    }
  }

  /** Does one step after the other; a command that fails keeps none from the next, as at a prompt. */
  async carryOut(steps: readonly Step[]): Promise<readonly Done[]> {
    const done: Done[] = []
    for (const step of steps) {
      const one = await this.#carryOutOne(step)
      done.push(one)
      this.#done.push(one)
    }
    return done
  }

  /** Whether it holds, and in words what is so instead. Names must have been filled in. */
  async holds(expects: Expectation): Promise<{ readonly holds: boolean; readonly says: string }> {
    switch (expects.kind) {
      case 'traffic': {
        const traffic = await trafficOf(this.lab, this.lab.nowMs - lookBackMs)
        const all = flows(traffic, { nowMs: this.lab.nowMs, withinMs: lookBackMs })
        return {
          holds: all === expects.flows,
          says: all ? 'customers are served' : 'customers lose requests',
        }
      }
      case 'healthy': {
        const { verdict, causes } = await this.#backstage.diagnose(this.lab)
        const found = causes.map(({ mode }) => mode.id).join(', ')
        return { holds: verdict === 'healthy', says: `${verdict}${found === '' ? '' : `: ${found}`}` }
      }
      case 'cause': {
        const { causes, verdict } = await this.#backstage.diagnose(this.lab)
        const found = causes.map(({ mode }) => mode.id)
        return {
          holds: found.includes(expects.mode),
          says: found.length === 0 ? `no cause was found (${verdict})` : found.join(', '),
        }
      }
      case 'shows': {
        const { output } = await this.#desk.look(expects.look)
        const shows = new RegExp(expects.pattern, 'm').test(output)
        return { holds: shows !== expects.not, says: output.trim() }
      }
    }
  }

  /** The text with names filled in. */
  words(text: string): Promise<string> {
    return this.#names.fill(text)
  }

  /** What a command shows; nobody has typed it. Undefined where the step is no command. */
  async ask(step: Step): Promise<Shown | undefined> {
    const named = await this.#names.fillStep(step)
    return isLook(named) ? this.#desk.look(named) : undefined
  }

  /** Whether every node, pod and session is as it should be. Nobody inside notices the look. */
  isWell(): boolean {
    return isWell(this.lab)
  }

  async shutdown(): Promise<void> {
    await this.lab.shutdown()
  }

  async #carryOutOne(step: Step): Promise<Done> {
    const named = await this.#names.fillStep(step)
    const atMs = this.lab.nowMs
    const { output, code } = await this.#do(named)
    if (this.lab.nowMs > atMs) this.note()
    return { step, typed: named.text, atMs, endMs: this.lab.nowMs, output, code }
  }

  async #do(step: Step): Promise<Shown> {
    switch (step.act) {
      case 'wait':
        await this.advance(step.ms)
        return { output: '', code: 0 }
      case 'reboot':
        this.#desk.marked()
        await this.lab.reboot(step.node, { powerCut: step.powerCut })
        return { output: '', code: 0 }
      case 'expect': {
        const { holds, says } = await this.holds(step.expects)
        return { output: says, code: holds ? 0 : 1 }
      }
      default:
        return this.#desk.look(step)
    }
  }

  async #strike(): Promise<void> {
    const { strike } = this.scenario
    if (strike === undefined) return
    const fault = await this.#backstage.fault(strike.mode)
    if (fault === undefined)
      throw new Trouble('unknown-fault', `a lab cannot be broken by "${strike.mode}"`, {
        hint: 'ninelives modes lists what it can be broken by',
      })
    const variant = strike.variant ?? (Object.keys(fault.variants)[0] as string) // each has one at least
    const struck = { node: strike.node, variant }
    await fault.change(this.lab, struck)
    this.#struckAtMs = this.lab.nowMs // some faults first build what they break
    this.note()
    await fault.trigger(this.lab, struck)
  }

  async #until(ms: number): Promise<void> {
    await this.advance(ms - this.lab.nowMs)
  }
}

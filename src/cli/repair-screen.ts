import type { OpenedCluster } from '#app/cluster.ts'
import type { RepairAppEvent } from '#app/repair.ts'
import { commandOf } from '#repair/commands.ts'
import type { Plan, Step } from '#repair/types.ts'
import { wordsFor } from '#report/command-words.ts'
import { offerGroups, sayOffer } from '#report/groups.ts'
import type { Palette } from '#report/types.ts'

export interface ScreenOptions {
  readonly palette: Palette
  readonly target: OpenedCluster
  readonly format: 'text' | 'json'
}

/** Turns the events of a repair into what a person reads as it happens, or into one JSON line each. */
export class RepairScreen {
  readonly #o: ScreenOptions
  readonly #words: ReturnType<typeof wordsFor>

  constructor(options: ScreenOptions) {
    this.#o = options
    const { identity, lab } = options.target
    this.#words = wordsFor({
      context: identity.context,
      server: identity.server,
      ...(lab === undefined ? {} : { lab }),
    })
  }

  show(event: RepairAppEvent): string {
    if (this.#o.format === 'json') return jsonLine(event)
    const { bold, dim, green, yellow, red } = this.#o.palette
    switch (event.kind) {
      case 'diagnosed':
        return `${this.#head()}\n${event.plans.map((plan) => this.#plan(plan)).join('')}`
      case 'planned':
        return event.resumed ? `${bold('going on with the journal')}\n` : '\n'
      case 'guard': {
        const { answer, says } = event.answer
        if (answer === 'proceed') return `${green('guard')} ${says}\n`
        return answer === 'warn' ? `${yellow('guard')} ${says}\n` : `${red('guard refuses')} ${says}\n`
      }
      case 'step-begins':
        return `${bold(`step ${event.number}/${event.of}`)} ${this.#command(event.step)}\n`
      case 'step-waits':
        return dim(`   ${event.says}\n`)
      case 'step-ended':
        return `   ${event.how === 'failed' ? red(event.how) : green(event.how)}${event.says === '' ? '' : `: ${event.says}`}\n`
      case 'looked':
        return dim(
          `   look ${event.round}: ${event.claims.filter(({ holds }) => holds === true).length} of ${event.claims.length} claims hold\n`,
        )
      case 'finished':
        return `\n${this.#outcome(event.outcome)} ${event.says}\n${event.claims.map((claim) => `   ${mark(claim.holds)} ${claim.says}\n`).join('')}`
      default:
        return event satisfies never
    }
  }

  end({ applied, plans }: { readonly applied: boolean; readonly plans: number }): string {
    if (this.#o.format === 'json') return ''
    if (plans === 0)
      return 'no plan: nothing was found that ninelives can mend. What was found: ninelives diagnose\n'
    if (applied) return ''
    const { lab } = this.#o.target
    const which = lab === undefined ? '' : ` --lab${lab === 'default' ? '' : ` ${lab}`}`
    return `\nnothing was changed. To carry it out: ninelives repair --apply${which}\n`
  }

  #head(): string {
    const { bold, yellow } = this.#o.palette
    const { lab, identity } = this.#o.target
    return lab === undefined
      ? `${bold(identity.context || identity.server)} as ${identity.user}`
      : `${yellow('[LAB]')} ${bold(lab)}`
  }

  #plan(plan: Plan): string {
    const { bold, dim } = this.#o.palette
    const about = plan.about.kind === 'cluster' ? 'the cluster' : plan.about.name
    const steps = plan.steps.map(
      (step, index) => `  ${index + 1}. ${this.#command(step)}\n${dim(`     ${step.because}\n`)}`,
    )
    const offers = offerGroups([plan]).map((offer) => `  ${bold('offered:')} ${sayOffer(offer)}\n`)
    const keeps = plan.keeps.map(({ what, why }) => `  stays: ${what} (${why})\n`)
    return `\n${bold(plan.mode)} on ${about}; costs: ${plan.disruption}\n${[...steps, ...offers, ...keeps].join('')}`
  }

  #command(step: Step): string {
    return this.#o.palette.cyan(commandOf(step.act, this.#words))
  }

  #outcome(outcome: string): string {
    const { bold, green, red } = this.#o.palette
    return bold(outcome === 'mended' || outcome === 'undone' ? green(outcome) : red(outcome))
  }
}

const mark = (holds: boolean | 'unknown' | undefined): string =>
  holds === true ? '✓' : holds === false ? '✗' : '?'

/** Events as JSON lines; a diagnosis is told by its verdict and its plans. */
function jsonLine(event: RepairAppEvent): string {
  const shown =
    event.kind === 'diagnosed'
      ? { kind: event.kind, verdict: event.report.diagnosis.verdict, plans: event.plans }
      : event
  return `${JSON.stringify(shown)}\n`
}

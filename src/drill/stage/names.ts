import { Trouble } from '#base/trouble.ts'
import type { Look, Scenario, Step } from '#drill/scenario/types.ts'

type Ask = (look: Look) => Promise<{ readonly output: string; readonly code: number }>

/** Fills in what only a running lab can tell: `{node}`, the one that was struck, and the scenario's own names. */
export class Names {
  readonly #scenario: Pick<Scenario, 'names' | 'strike'>
  readonly #ask: Ask

  constructor(scenario: Pick<Scenario, 'names' | 'strike'>, ask: Ask) {
    this.#scenario = scenario
    this.#ask = ask
  }

  /**
   * Asked anew each time: a pod that was deleted has another name. Braces around other words stay as they are (jsonpath, shell).
   * A name that nothing answers to is filled in as `no-NAME`, so that the command says that there is none.
   */
  fill(text: string): Promise<string> {
    return this.#filled(text, (value) => value)
  }

  /** The same in a regular expression, where a name means its very characters. */
  fillPattern(pattern: string): Promise<string> {
    return this.#filled(pattern, (value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  }

  async #filled(text: string, as: (value: string) => string): Promise<string> {
    let filled = ''
    let from = 0
    for (const match of text.matchAll(/\{([a-z][a-z0-9-]*)\}/g)) {
      const value = await this.#valueOf(match[1] ?? '')
      filled += text.slice(from, match.index) + (value === undefined ? match[0] : as(value))
      from = match.index + match[0].length
    }
    return filled + text.slice(from)
  }

  async #valueOf(name: string): Promise<string | undefined> {
    const { names, strike } = this.#scenario
    if (name === 'node') return strike?.node
    const step = names[name]
    if (step === undefined) return undefined
    if (!isLook(step))
      throw new Trouble('bad-scenario', `names.${name}: "${step.text}" shows nothing that could be a name`)
    const { output, code } = await this.#ask(step)
    return code === 0 && output.trim() !== '' ? output.trim().split('\n')[0] : `no-${name}`
  }
}

export const isLook = (step: Step): step is Step & Look =>
  step.act === 'kubectl' || step.act === 'node' || step.act === 'cloud'

import { Trouble } from '#base/trouble.ts'
import type { Expectation, Look, Scenario, Step } from '#drill/scenario/types.ts'

type Ask = (look: Look) => Promise<{ readonly output: string; readonly code: number }>

/** Fills in what only a running lab can tell: `{node}`, the one that was struck, and the scenario's own names. */
export class Names {
  readonly #scenario: Pick<Scenario, 'names' | 'strike'>
  readonly #ask: Ask

  /** `ask`: what a command shows, as it stands. */
  constructor(scenario: Pick<Scenario, 'names' | 'strike'>, ask: Ask) {
    this.#scenario = scenario
    this.#ask = ask
  }

  /**
   * Asked anew each time: a pod that was deleted has another name. Braces around other words stay as they are (jsonpath, shell).
   * A name that nothing answers to is filled in as `no-NAME`, so that the command says that there is none.
   */
  async fill(text: string): Promise<string> {
    return filled(text, await this.#valuesIn(text))
  }

  /** The same for all that a step consists of; each name is asked once. */
  fillStep(step: Step): Promise<Step> {
    return this.#fillStep(step, [])
  }

  async #fillStep(step: Step, within: readonly string[]): Promise<Step> {
    const values = await this.#valuesIn(JSON.stringify(step), within)
    if (values.size === 0) return step
    const text = filled(step.text, values)
    switch (step.act) {
      case 'wait':
        return { ...step, text }
      case 'reboot':
        return { ...step, text, node: filled(step.node, values) }
      case 'expect':
        return { ...step, text, expects: expecting(step.expects, values) }
      default:
        return { ...step, ...looking(step, values), text }
    }
  }

  /** `within`: the names whose own steps are being filled in. */
  async #valuesIn(text: string, within: readonly string[] = []): Promise<Values> {
    const values = new Map<string, string>()
    for (const [, name = ''] of text.matchAll(inBraces)) {
      const value = values.has(name) ? undefined : await this.#valueOf(name, within)
      if (value !== undefined) values.set(name, value)
    }
    return values
  }

  async #valueOf(name: string, within: readonly string[]): Promise<string | undefined> {
    const { names, strike } = this.#scenario
    if (name === 'node') return strike?.node
    const step = names[name]
    if (step === undefined) return undefined
    if (within.includes(name)) throw new Trouble('bad-scenario', `names.${name} asks for itself`)
    const named = await this.#fillStep(step, [...within, name])
    if (!isLook(named))
      throw new Trouble('bad-scenario', `names.${name}: "${step.text}" shows nothing that could be a name`)
    const { output, code } = await this.#ask(named)
    return code === 0 && output.trim() !== '' ? output.trim().split('\n')[0] : `no-${name}`
  }
}

type Values = ReadonlyMap<string, string>

const inBraces = /\{([a-z][a-z0-9-]*)\}/g

const filled = (text: string, values: Values, as = (value: string) => value): string =>
  text.replace(inBraces, (braced, name: string) => {
    const value = values.get(name)
    return value === undefined ? braced : as(value)
  })

function looking(look: Look, values: Values): Look {
  const command = filled(look.command, values)
  if (look.act === 'node') return { ...look, command, nodes: look.nodes.map((node) => filled(node, values)) }
  return { ...look, command, ...(look.filter === undefined ? {} : { filter: filled(look.filter, values) }) }
}

/** In a regular expression a name means its very characters. */
const expecting = (expects: Expectation, values: Values): Expectation =>
  expects.kind === 'shows'
    ? {
        ...expects,
        pattern: filled(expects.pattern, values, (value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
        look: looking(expects.look, values),
      }
    : expects

export const isLook = (step: Step): step is Step & Look =>
  step.act === 'kubectl' || step.act === 'node' || step.act === 'cloud'

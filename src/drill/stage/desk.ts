import { Trouble } from '#base/trouble.ts'
import type { Look, Scenario } from '#drill/scenario/types.ts'
import { Names } from '#drill/stage/names.ts'
import { type PipePart, partsOf } from '#drill/stage/pipe.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import type { Output } from '#lab/host/ports.ts'
import type { Lab } from '#lab/lab.ts'
import { customersMachine } from '#lab/workload/index.ts'

/** What came of a command, as a terminal shows it. */
export interface Shown {
  readonly output: string
  readonly code: number
}

/** Where an engineer sits: kubectl, the provider's command, shells on nodes, and pipes between them. */
export class Desk {
  readonly names: Names
  readonly #lab: Lab
  readonly #backstage: Pick<Backstage, 'kubectl'>

  constructor({
    scenario,
    lab,
    backstage,
  }: {
    readonly scenario: Pick<Scenario, 'names' | 'strike'>
    readonly lab: Lab
    readonly backstage: Pick<Backstage, 'kubectl'>
  }) {
    this.#lab = lab
    this.#backstage = backstage
    this.names = new Names(scenario, (look) => this.look(look))
  }

  /** What a terminal shows, standard error behind standard output. */
  async look(look: Look): Promise<Shown> {
    const command = await this.names.fill(look.command)
    switch (look.act) {
      case 'node':
        return together(await this.#onNodes(look.nodes, command))
      case 'kubectl':
        return this.#filtered(await this.#backstage.kubectl(this.#lab, command), look.filter)
      case 'cloud':
        return this.#filtered(await this.#lab.cloud(command.split(/\s+/)), look.filter)
    }
  }

  async #onNodes(nodes: readonly string[], command: string): Promise<readonly Output[]> {
    const outputs: Output[] = []
    for (const node of await Promise.all(nodes.map((each) => this.names.fill(each))))
      outputs.push(await this.#onNode(node, command))
    return outputs
  }

  async #onNode(node: string, command: string): Promise<Output> {
    try {
      return await this.#lab.run(node, ['bash', '-c', command])
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== 'node-down') throw error
      return { code: 255, stdout: '', stderr: `ssh: connect to host ${node} port 22: No route to host\n` }
    }
  }

  async #filtered(from: Output, filter: string | undefined): Promise<Shown> {
    let [through, said] = [from, from.stderr]
    for (const part of filter === undefined ? [] : partsOf(await this.names.fill(filter))) {
      through = await this.#piped(part, through.stdout)
      said += through.stderr
    }
    return filter === undefined ? together([from]) : { output: said + through.stdout, code: through.code }
  }

  /** The pipeline runs on the desk of whoever looks: a machine outside of the cluster, and kubectl there. */
  #piped({ kubectl, command }: PipePart, stdin: string): Promise<Output> {
    return kubectl
      ? this.#backstage.kubectl(this.#lab, command, { stdin })
      : this.#lab.run(customersMachine, ['bash', '-c', command], { stdin })
  }
}

const together = (outputs: readonly Output[]): Shown => ({
  output: outputs.map(({ stdout, stderr }) => stdout + stderr).join(''),
  code: outputs.find(({ code }) => code !== 0)?.code ?? 0,
})

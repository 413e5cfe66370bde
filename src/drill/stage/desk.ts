import { Trouble } from '#base/trouble.ts'
import type { Look } from '#drill/scenario/types.ts'
import { type PipePart, partsOf } from '#drill/stage/pipe.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import type { ApiRequest } from '#lab/api/http/request.ts'
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
  /** The places in the lab's history of what was done here, by which it is told from what comes from elsewhere. */
  readonly own: Set<number>
  readonly #lab: Lab
  readonly #backstage: Pick<Backstage, 'kubectl'>

  constructor(lab: Lab, backstage: Pick<Backstage, 'kubectl'>, own: Iterable<number>) {
    this.own = new Set(own)
    this.#lab = lab
    this.#backstage = backstage
  }

  /** What a terminal shows, standard error behind standard output. Names must have been filled in. */
  async look(look: Look): Promise<Shown> {
    switch (look.act) {
      case 'node':
        return together(await this.#onNodes(look.nodes, look.command))
      case 'kubectl':
        return this.#filtered(await this.#kubectl(look), look.filter)
      case 'cloud':
        return this.#filtered(await this.#inCloud(look.command), look.filter)
    }
  }

  /** The next input is one of ours. To be called just before it enters. */
  marked(): number {
    const place = this.#lab.history.inputs.length
    this.own.add(place)
    return place
  }

  async #kubectl({ command, as }: Pick<PipePart, 'command' | 'as'>, stdin = ''): Promise<Output> {
    if (as === 'oc' && this.#lab.options.flavour !== 'roks')
      return { code: 127, stdout: '', stderr: 'bash: oc: command not found\n' }
    const from = this.#lab.history.inputs.length
    const output = await this.#backstage.kubectl(this.#lab, command, {
      stdin,
      ...(as === undefined ? {} : { as }),
    })
    for (const [place, { input }] of this.#lab.history.inputs.entries())
      if (place >= from && (input.act === 'api' || input.act === 'stream') && isFromInside(input.asked))
        this.own.add(place)
    return output
  }

  async #inCloud(command: string): Promise<Output> {
    const place = this.marked()
    try {
      return await this.#lab.cloud(command.split(/\s+/))
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== 'no-cloud') throw error
      this.own.delete(place) // nothing came in
      return { code: 127, stdout: '', stderr: 'bash: ibmcloud: command not found\n' }
    }
  }

  async #onNodes(nodes: readonly string[], command: string): Promise<readonly Output[]> {
    const outputs: Output[] = []
    for (const node of nodes) outputs.push(await this.#onNode(node, command))
    return outputs
  }

  async #onNode(node: string, command: string): Promise<Output> {
    const place = this.marked()
    try {
      return await this.#lab.run(node, ['bash', '-c', command])
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== 'node-down') throw error
      this.own.delete(place) // nothing came in
      return { code: 255, stdout: '', stderr: `ssh: connect to host ${node} port 22: No route to host\n` }
    }
  }

  async #filtered(from: Output, filter: string | undefined): Promise<Shown> {
    let [through, said] = [from, from.stderr]
    for (const part of filter === undefined ? [] : partsOf(filter)) {
      through = await this.#piped(part, through.stdout)
      said += through.stderr
    }
    return filter === undefined ? together([from]) : { output: said + through.stdout, code: through.code }
  }

  /** The pipeline runs on the desk of whoever looks: a machine outside of the cluster, and kubectl there. */
  #piped(part: PipePart, stdin: string): Promise<Output> {
    return part.kubectl
      ? this.#kubectl(part, stdin)
      : this.#lab.run(customersMachine, ['bash', '-c', part.command], { stdin })
  }
}

/** Over a socket every request names its host. */
const isFromInside = ({ headers }: ApiRequest): boolean => headers['host'] === undefined

const together = (outputs: readonly Output[]): Shown => ({
  output: outputs.map(({ stdout, stderr }) => stdout + stderr).join(''),
  code: outputs.find(({ code }) => code !== 0)?.code ?? 0,
})

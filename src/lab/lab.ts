import { assert } from '#base/assert.ts'
import { Trouble } from '#base/trouble.ts'
import type { Entrance } from '#lab/api/http/entrance.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { assemble, type LabParts } from '#lab/assembly.ts'
import { type LabDriver, SteppedDriver } from '#lab/driver.ts'
import { recordedEntrance } from '#lab/entrance.ts'
import type { LabControl } from '#lab/fault.ts'
import type { LabHistory, LabInput, LabMoment, RecordedInput } from '#lab/history.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import type { Output } from '#lab/host/ports.ts'
import { Collector } from '#lab/host/process/streams.ts'
import { carryOut, type Inside, type Listener } from '#lab/inputs.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import { markControlPlane } from '#lab/kubeadm.ts'
import type { Underlay, UnderlayRule } from '#lab/network/ports.ts'
import type { UnderlayChange } from '#lab/network/underlay-change.ts'
import { type LabOptions, type LabSettings, withDefaults } from '#lab/options.ts'
import { type OwnerKube, ownerKube } from '#lab/owner-kube.ts'
import { isWell, whatIsMissing } from '#lab/readiness.ts'
import type { LabExec, LabExecAnswer, LabRequest, LabResponse } from '#lab/request.ts'
import type { Session, SessionOptions } from '#lab/session.ts'

const bootLimitMs = 600_000

/**
 * A Kubernetes and Calico cluster in one process, on virtual time. Time passes only while somebody outside waits for
 * something inside (or a driver lets it pass). The outside acts through the doors below and the API server.
 */
export class Lab implements LabControl {
  readonly options: LabSettings
  readonly kernel: Kernel
  readonly kube: OwnerKube = ownerKube((request) => this.request(request))
  readonly #parts: LabParts
  readonly #inside: Inside
  readonly #inputs: RecordedInput[] = []
  /** Of sessions and clients. */
  #lastId = 0
  #driver: LabDriver

  private constructor(options: LabOptions) {
    this.options = withDefaults(options)
    this.kernel = new Kernel({
      seed: this.options.seed,
      startMs: this.options.startMs,
      ...(options.hops === undefined ? {} : { hops: options.hops }),
      ...(options.lazy === undefined ? {} : { lazy: options.lazy }),
      ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    })
    this.#parts = assemble(this.kernel, this.options)
    this.#driver = new SteppedDriver(this.kernel)
    const { api, network, cloud } = this.#parts
    this.#inside = {
      kernel: this.kernel,
      api,
      underlay: network.underlay,
      cloud,
      sessions: new Map(),
      clients: new Map(),
      streams: new Map(),
      machine: (node) => this.machine(node),
    }
  }

  /** A lab in which every machine was just switched on. */
  static powerOn(options: LabOptions): Lab {
    const lab = new Lab(options)
    for (const machine of lab.#parts.machines.values()) machine.boot()
    for (const machine of lab.#parts.others) machine.boot()
    const control = lab.#parts.plan.machines.find(({ controlPlane }) => controlPlane)
    if (control !== undefined)
      lab.kernel.start('kubeadm', (task) => markControlPlane(task, { api: lab.api, node: control.name }))
    return lab
  }

  /**
   * Boots until everything is well: nodes Ready, pods Running and ready, BGP sessions Established. Rejects, naming what
   * is missing, when that takes more than ten virtual minutes.
   */
  static async boot(options: LabOptions): Promise<Lab> {
    const lab = Lab.powerOn(options)
    await lab.untilWell(bootLimitMs)
    return lab
  }

  /**
   * Runs a history again, to its end. Rejects with {@link Trouble} when it does not lead there: it was made by another
   * version of the lab.
   */
  static async replay({ options, inputs, end }: LabHistory): Promise<Lab> {
    const lab = Lab.powerOn(options)
    for (const { input, ...moment } of inputs) {
      await lab.#goTo(moment)
      lab.#enter(input)
    }
    await lab.#goTo(end)
    if (lab.#revision === end.revision) return lab
    await lab.shutdown()
    throw diverged()
  }

  /** A lab that has been through the same, and goes its own way from here. */
  fork(): Promise<Lab> {
    return Lab.replay(this.history)
  }

  get nowMs(): number {
    return this.kernel.nowMs
  }

  get nodes(): readonly string[] {
    return [...this.#parts.machines.keys()]
  }

  get api(): ApiServer {
    return this.#parts.api
  }

  get underlay(): Underlay {
    return this.#parts.network.underlay
  }

  /** Everything that leads from nothing to here; {@link Lab.replay} goes that way again. */
  get history(): LabHistory {
    return {
      options: this.options,
      inputs: [...this.#inputs],
      end: { ...this.#moment, revision: this.#revision },
    }
  }

  /** Hands the passing of time to somebody else (the pacer of a served lab). */
  driveBy(driver: LabDriver): void {
    this.#driver = driver
  }

  /** The machine under a node, or one that is no node (`registry`). Throws {@link Trouble} for one that there is not. */
  machine(node: string): LabMachine {
    const { machines, others } = this.#parts
    const machine = machines.get(node) ?? others.find(({ name }) => name === node)
    if (machine !== undefined) return machine
    throw new Trouble('unknown-node', `the lab has no node "${node}"`, {
      hint: `its nodes: ${this.nodes.join(', ')}`,
    })
  }

  advance(ms: number): Promise<void> {
    return this.#driver.advance(ms)
  }

  /** Lets time pass until everything is well; rejects with what is missing after `limitMs`. */
  async untilWell(limitMs: number): Promise<void> {
    const limit = this.nowMs + limitMs
    let nextLookMs = 0
    let well = false
    this.kernel.mark(limit)
    await this.until(() => {
      if (this.nowMs < nextLookMs) return false
      nextLookMs = this.nowMs + 250
      well = isWell(this)
      return well || this.nowMs >= limit
    })
    if (!well)
      throw new Error(`the lab is not well after ${limitMs / 1000} s: ${whatIsMissing(this).join('; ')}`)
  }

  /** Lets time pass until `done()`, which is asked after every event. */
  until(done: () => boolean): Promise<void> {
    return this.#driver.until(done)
  }

  /**
   * Runs a command as root on a node. Rejects with {@link Trouble} when the node is unknown or down. `hurried`: nobody outside waits
   * for the wall's clock meanwhile, as long as somebody still waits at all.
   */
  async run(
    node: string,
    argv: readonly string[],
    {
      stdin = '',
      hurried,
    }: { readonly stdin?: string; readonly hurried?: { readonly isWanted: () => boolean } } = {},
  ): Promise<Output> {
    const machine = this.#machineUp(node)
    const stdout = new Collector()
    const stderr = new Collector()
    let end: { readonly code: number } | { readonly error: unknown } | undefined
    this.#enter(
      { act: 'exec', node, argv, stdin },
      { stdout, stderr, ended: (code) => (end = { code }), failed: (error) => (end = { error }) },
    )
    const isOver = (): boolean => end !== undefined || !machine.up || hurried?.isWanted() === false
    await (hurried === undefined ? this.until(isOver) : this.#driver.hurry(isOver))
    if (end !== undefined && 'error' in end) throw end.error
    return { code: end?.code ?? 255, stdout: stdout.text, stderr: stderr.text }
  }

  /**
   * Starts a command as root on a node and hands it to somebody outside who watches it while it runs. Rejects with
   * {@link Trouble} when the node is unknown or down.
   */
  async open(node: string, { argv, terminal, env = {}, stdout, stderr }: SessionOptions): Promise<Session> {
    this.#machineUp(node)
    const id = ++this.#lastId
    const session = await this.#answered<Session>(
      { act: 'open', id, node, argv, terminal, env },
      (opened, failed) => ({ stdout, stderr, opened, failed }),
    )
    return {
      type: (text) => this.#enter({ act: 'type', id, text }),
      endInput: () => this.#enter({ act: 'end-input', id }),
      signal: (name) => this.#enter({ act: 'signal', id, name }),
      onExit: (tell) => session.onExit(tell),
    }
  }

  #machineUp(node: string): LabMachine {
    const machine = this.machine(node)
    if (machine.up) return machine
    throw new Trouble('node-down', `${node} is ${machine.state === 'booting' ? 'booting' : 'switched off'}`, {
      hint: 'wait for it: ninelives lab advance 1m',
    })
  }

  /** Runs a shell script as root on a node; throws when it fails. */
  async exec(node: string, script: string): Promise<Output> {
    const output = await this.run(node, ['bash', '-c', script])
    if (output.code !== 0)
      throw new Error(`on ${node}, exit code ${output.code}: ${script}\n${output.stderr}${output.stdout}`)
    return output
  }

  /**
   * One request to the Kubernetes API, answered in virtual time. Rejects with ECONNREFUSED in its message while no
   * kube-apiserver runs.
   */
  async request(request: LabRequest): Promise<LabResponse> {
    const response = await this.#answered<LabResponse | 'broken-off' | undefined>(
      { act: 'request', request },
      (answered) => ({ answered }),
    )
    if (response === undefined) throw new Error('connect ECONNREFUSED: no kube-apiserver runs in the lab')
    if (response === 'broken-off')
      throw Object.assign(new Error('the answer broke off'), { code: 'ECONNRESET' })
    return response
  }

  /** How clients of the served API enter, so that what they ask is part of the lab's history. */
  get entrance(): Entrance {
    return recordedEntrance({
      enter: (input, to) => this.#enter(input, to),
      nextId: () => ++this.#lastId,
    })
  }

  /** A command in a container, as kubectl exec runs it. */
  async execInPod(exec: LabExec): Promise<LabExecAnswer> {
    const answer = await this.#answered<LabExecAnswer | 'broken-off'>(
      { act: 'exec-in-pod', exec },
      (toldByPod) => ({ toldByPod }),
    )
    if (answer === 'broken-off') throw new Error('the connection ended before the command did')
    return answer
  }

  async reboot(node: string, { powerCut = false }: { readonly powerCut?: boolean } = {}): Promise<void> {
    const machine = this.machine(node)
    const before = machine.bootId
    this.#enter({ act: 'reboot', node, powerCut })
    await this.#driver.hurry(() => machine.up && machine.bootId !== before)
  }

  async addUnderlayRule(rule: UnderlayRule): Promise<void> {
    await this.#entered({ act: 'add-rule', rule })
  }

  async removeUnderlayRule(name: string): Promise<void> {
    await this.#entered({ act: 'remove-rule', name })
  }

  /** A port, router, access list or security group is set otherwise. */
  async changeUnderlay(change: UnderlayChange): Promise<void> {
    await this.#entered({ act: 'underlay', change })
  }

  /**
   * A command line of the provider's command, without its name: `ks worker ls --cluster shop`. Rejects with {@link Trouble}
   * where no provider runs the cluster.
   */
  async cloud(argv: readonly string[]): Promise<Output> {
    if (this.#parts.cloud === undefined)
      throw new Trouble('no-cloud', `no cloud provider runs a lab of flavour ${this.options.flavour}`, {
        hint: 'ninelives lab up --flavour iks-classic',
      })
    return this.#answered<Output>({ act: 'cloud', argv }, (toldByCloud, failed) => ({ toldByCloud, failed }))
  }

  /** Ends every process of the lab. */
  async shutdown(): Promise<void> {
    await this.kernel.shutdown()
  }

  get #moment(): LabMoment {
    return { atMs: this.nowMs, ran: this.kernel.ran }
  }

  get #revision(): number {
    return this.api.state.store.revision
  }

  /** Records the input and has it carried out. */
  #enter(input: LabInput, to: Listener = {}): void {
    if ('id' in input) this.#lastId = Math.max(this.#lastId, input.id)
    this.#inputs.push({ ...this.#moment, input })
    carryOut(this.#inside, input, to)
    this.#driver.wake?.() // a paced one looks at once
  }

  /** Lets time pass until somebody inside has answered the input; rejects as it failed. */
  async #answered<T>(
    input: LabInput,
    listener: (answered: (answer: T) => void, failed: (error: unknown) => void) => Listener,
  ): Promise<T> {
    let outcome: { readonly answer: T } | { readonly error: unknown } | undefined
    const to = listener(
      (answer) => (outcome = { answer }),
      (error) => (outcome = { error }),
    )
    this.#enter(input, to)
    await this.until(() => outcome !== undefined)
    assert(outcome !== undefined, 'time passed until there was an answer')
    if ('error' in outcome) throw outcome.error
    return outcome.answer
  }

  /** Waits for the event in which the input is carried out. */
  async #entered(input: LabInput): Promise<void> {
    const { ran } = this.kernel
    this.#enter(input)
    await this.until(() => this.kernel.ran > ran)
  }

  async #goTo({ atMs, ran }: LabMoment): Promise<void> {
    await this.kernel.runUntil(() => this.kernel.ran >= ran, Number.POSITIVE_INFINITY)
    const nextMs = this.kernel.nextEventMs ?? Number.POSITIVE_INFINITY
    if (this.kernel.ran !== ran || this.nowMs > atMs || nextMs < atMs) throw diverged()
    this.kernel.standAt(atMs)
  }
}

const diverged = (): Trouble =>
  new Trouble('lab-diverged', 'run again, the lab took another course than the saved one', {
    hint: 'it was saved by another version of ninelives: use that version, or boot a new lab',
  })

import { assert } from '#base/assert.ts'
import { Trouble } from '#base/trouble.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { assemble, type LabParts } from '#lab/assembly.ts'
import { type LabDriver, SteppedDriver } from '#lab/driver.ts'
import type { LabControl } from '#lab/fault.ts'
import type { Flavour } from '#lab/flavours/names.ts'
import { root } from '#lab/host/credentials.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import type { Output, SignalName } from '#lab/host/ports.ts'
import { Collector } from '#lab/host/process/streams.ts'
import { Kernel, type Task } from '#lab/kernel/kernel.ts'
import { markControlPlane } from '#lab/kubeadm.ts'
import type { Underlay, UnderlayRule } from '#lab/network/ports.ts'
import { type OwnerKube, ownerKube } from '#lab/owner-kube.ts'
import { whatIsMissing } from '#lab/readiness.ts'
import { type LabRequest, requestLab } from '#lab/request.ts'
import { loginEnv, openSession, type Session, type SessionOptions } from '#lab/session.ts'

export interface LabOptions {
  readonly seed: string
  readonly flavour?: Flavour // default plain
  readonly nodes?: number // the control plane included; default 5
  readonly kubernetes?: string // default 1.31.9
  readonly calico?: string // default 3.29.3
  /** Virtual time at power-on. Default 2026-01-07T06:00:00Z, a Wednesday. */
  readonly startMs?: number
  /** For determinism checks: see {@link Kernel}. */
  readonly hops?: number
  readonly onEvent?: (timeMs: number, name: string) => void
}

/** What came in from outside, and when. With the seed it is the whole history of a lab. */
export type LabInput = { readonly atMs: number } & (
  | { readonly act: 'exec'; readonly node: string; readonly argv: readonly string[]; readonly stdin?: string }
  | {
      readonly act: 'open'
      readonly id: number
      readonly node: string
      readonly argv: readonly string[]
      readonly terminal: boolean
      readonly env: Readonly<Record<string, string>>
    }
  | { readonly act: 'type'; readonly id: number; readonly text: string }
  | { readonly act: 'end-input'; readonly id: number }
  | { readonly act: 'signal'; readonly id: number; readonly name: SignalName }
  | { readonly act: 'reboot'; readonly node: string; readonly powerCut: boolean }
  | { readonly act: 'request'; readonly request: LabRequest }
  | { readonly act: 'add-rule'; readonly rule: UnderlayRule }
  | { readonly act: 'remove-rule'; readonly name: string }
)

const defaultStartMs = Date.UTC(2026, 0, 7, 6)
const bootLimitMs = 600_000

/**
 * A Kubernetes and Calico cluster in one process, on virtual time. Time passes only while somebody outside waits for
 * something inside (or a driver lets it pass). The outside acts through the doors below and the API server.
 */
export class Lab implements LabControl {
  readonly options: Required<Omit<LabOptions, 'hops' | 'onEvent'>>
  readonly kernel: Kernel
  readonly kube: OwnerKube = ownerKube((request) => {
    this.#record({ act: 'request', request })
    return requestLab(this, request)
  })
  readonly #parts: LabParts
  readonly #inputs: LabInput[] = []
  #driver: LabDriver
  #sessions = 0

  private constructor(options: LabOptions) {
    this.options = {
      flavour: 'plain',
      nodes: 5,
      kubernetes: '1.31.9',
      calico: '3.29.3',
      startMs: defaultStartMs,
      ...options,
    }
    this.kernel = new Kernel({
      seed: this.options.seed,
      startMs: this.options.startMs,
      ...(options.hops === undefined ? {} : { hops: options.hops }),
      ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    })
    this.#parts = assemble(this.kernel, this.options)
    this.#driver = new SteppedDriver(this.kernel)
  }

  /** A lab in which every machine was just switched on. */
  static powerOn(options: LabOptions): Lab {
    const lab = new Lab(options)
    for (const machine of lab.#parts.machines.values()) machine.boot()
    const [node = ''] = lab.nodes
    lab.kernel.start('kubeadm', (task) => markControlPlane(task, { api: lab.api, node }))
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

  get inputs(): readonly LabInput[] {
    return this.#inputs
  }

  /** Hands the passing of time to somebody else (the pacer of a served lab). */
  driveBy(driver: LabDriver): void {
    this.#driver = driver
  }

  /** The machine under a node. Throws {@link Trouble} for a node that there is not. */
  machine(node: string): LabMachine {
    const machine = this.#parts.machines.get(node)
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
    let missing: readonly string[] = []
    this.kernel.at(limit, 'boot limit', () => {})
    await this.until(() => {
      if (this.nowMs < nextLookMs) return false
      nextLookMs = this.nowMs + 250
      missing = whatIsMissing(this)
      return missing.length === 0 || this.nowMs >= limit
    })
    if (missing.length > 0)
      throw new Error(`the lab is not well after ${limitMs / 1000} s: ${missing.join('; ')}`)
  }

  /** Lets time pass until `done()`, which is asked after every event. */
  until(done: () => boolean): Promise<void> {
    return this.#driver.until(done)
  }

  /** Runs something inside the lab for somebody outside, and lets time pass until it has ended. */
  async inside<T>(name: string, act: (task: Task) => Promise<T>): Promise<T> {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined
    this.kernel.start(name, async (task) => {
      try {
        outcome = { value: await act(task) }
      } catch (error) {
        outcome = { error }
      }
    })
    await this.until(() => outcome !== undefined)
    assert(outcome !== undefined, 'the task has ended')
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }

  /** Runs a command as root on a node. Rejects with {@link Trouble} when the node is unknown or down. */
  async run(
    node: string,
    argv: readonly string[],
    { stdin }: { readonly stdin?: string } = {},
  ): Promise<Output> {
    const machine = this.#machineUp(node)
    this.#record({ act: 'exec', node, argv, ...(stdin === undefined ? {} : { stdin }) })
    const stdout = new Collector()
    const stderr = new Collector()
    let code: number | undefined
    await this.inside(`exec on ${node}`, async () => {
      const child = await machine.start(argv, {
        as: root,
        env: loginEnv,
        cwd: '/root',
        name: 'exec',
        stdin: stdin ?? '',
        stdout,
        stderr,
      })
      child.onExit((status) => {
        code = status.code
      })
    })
    await this.until(() => code !== undefined || !machine.up)
    return { code: code ?? 255, stdout: stdout.text, stderr: stderr.text }
  }

  /**
   * Starts a command as root on a node and hands it to somebody outside who watches it while it runs. Rejects with
   * {@link Trouble} when the node is unknown or down. What is typed is recorded.
   */
  async open(node: string, options: SessionOptions): Promise<Session> {
    const machine = this.#machineUp(node)
    const { argv, terminal, env = {} } = options
    const id = ++this.#sessions
    this.#record({ act: 'open', id, node, argv, terminal, env })
    const session = await this.inside(`session on ${node}`, () => openSession(machine, options))
    return {
      type: (text) => {
        this.#record({ act: 'type', id, text })
        session.type(text)
        this.#woken()
      },
      endInput: () => {
        this.#record({ act: 'end-input', id })
        session.endInput()
        this.#woken()
      },
      signal: (name) => {
        this.#record({ act: 'signal', id, name })
        session.signal(name)
        this.#woken()
      },
      onExit: (tell) => session.onExit(tell),
    }
  }

  /** Something new may be due now: a paced driver looks at once. */
  #woken(): void {
    this.#driver.wake?.()
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

  async reboot(node: string, { powerCut = false }: { readonly powerCut?: boolean } = {}): Promise<void> {
    const machine = this.machine(node)
    this.#record({ act: 'reboot', node, powerCut })
    const before = machine.bootId
    if (powerCut) {
      this.underlay.port(node).up = false
      await machine.halt('power-cut')
      this.underlay.port(node).up = true
      machine.boot()
    } else machine.reboot()
    await this.#driver.hurry(() => machine.up && machine.bootId !== before)
  }

  async addUnderlayRule(rule: UnderlayRule): Promise<void> {
    this.#record({ act: 'add-rule', rule })
    this.underlay.addRule(rule)
  }

  async removeUnderlayRule(name: string): Promise<void> {
    this.#record({ act: 'remove-rule', name })
    this.underlay.removeRule(name)
  }

  /** Ends every process of the lab. */
  async shutdown(): Promise<void> {
    await this.kernel.shutdown()
  }

  #record(input: LabInput extends infer I ? (I extends unknown ? Omit<I, 'atMs'> : never) : never): void {
    this.#inputs.push({ atMs: this.nowMs, ...input } as LabInput) // one of the union's members with its time
  }
}

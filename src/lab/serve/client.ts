import type { z } from 'zod'
import { Trouble } from '#base/trouble.ts'
import {
  advanceResult,
  type ControlRequest,
  controlPath,
  controlReply,
  execResult,
  labStatus,
  labTimePath,
  saveResult,
} from '#lab/serve/protocol.ts'
import { silent } from '#lab/serve/session-client.ts'
import type { LabRecord } from '#lab/serve/state.ts'

/** Talks to a served lab's owner door. Rejects with the {@link Trouble} that the lab answers. */
export class LabClient {
  readonly record: LabRecord
  readonly #signal: AbortSignal | undefined

  constructor(record: LabRecord, o: { readonly signal?: AbortSignal } = {}) {
    this.record = record
    this.#signal = o.signal
  }

  get url(): string {
    return `http://127.0.0.1:${this.record.port}`
  }

  /** Where the Kubernetes API shows the lab's own times. */
  get labTimeUrl(): string {
    return `${this.url}${labTimePath}`
  }

  status(): Promise<z.infer<typeof labStatus>> {
    return this.#call({ act: 'status' }, labStatus)
  }

  /** A command on a node. What it waits for in there (`timeout 30 tcpdump …`), nobody waits for out here. */
  exec(node: string, argv: readonly string[], stdin?: string): Promise<z.infer<typeof execResult>> {
    return this.#call(
      { act: 'exec', node, argv: [...argv], ...(stdin === undefined ? {} : { stdin }) },
      execResult,
    )
  }

  /** A command line of the cloud provider's command. */
  cloud(argv: readonly string[]): Promise<z.infer<typeof execResult>> {
    return this.#call({ act: 'cloud', argv: [...argv] }, execResult)
  }

  async reboot(node: string, { powerCut }: { readonly powerCut: boolean }): Promise<void> {
    await this.#send({ act: 'reboot', node, powerCut })
  }

  /** Answers the lab's time after the jump, ms since 1970. */
  async advance(ms: number): Promise<number> {
    return (await this.#call({ act: 'advance', ms: Math.ceil(ms) }, advanceResult)).nowMs
  }

  async break(o: {
    readonly mode: string
    readonly node?: string
    readonly variant?: string
    readonly force: boolean
  }): Promise<unknown> {
    return this.#send({ act: 'break', ...o })
  }

  async mend(): Promise<unknown> {
    return this.#send({ act: 'mend' })
  }

  /** What a file must hold for the lab to be brought up again as it is now. */
  save(): Promise<z.infer<typeof saveResult>> {
    return this.#call({ act: 'save' }, saveResult)
  }

  async down(): Promise<void> {
    await this.#send({ act: 'down' })
  }

  async #call<T>(request: ControlRequest, shape: z.ZodType<T>): Promise<T> {
    return shape.parse(await this.#send(request))
  }

  async #send(request: ControlRequest): Promise<unknown> {
    const response = await this.#post(request)
    const parsed = controlReply.safeParse(await response.json())
    if (!parsed.success)
      throw new Trouble('lab-garbled', `the lab "${this.record.name}" answered something that is no answer`)
    const reply = parsed.data
    if (reply.ok) return reply.value
    throw new Trouble(reply.code, reply.message, {
      exit: reply.exit,
      ...(reply.hint === undefined ? {} : { hint: reply.hint }),
    })
  }

  async #post(request: ControlRequest): Promise<Response> {
    try {
      return await fetch(`${this.url}${controlPath}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.record.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(request),
        ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      })
    } catch (cause) {
      if (this.#signal?.aborted) throw this.#signal.reason
      throw silent(this.record, cause)
    }
  }
}

/**
 * The webhooks of one request, and whatever else lets it wait ({@link LookAgain}). Verbs are synchronous, webhooks take time:
 * a verb that comes to a webhook is broken off ({@link Suspended}), the webhook is asked in virtual time, and the verb runs
 * again with the answer at hand. What it reads from the store is then read again, as a real server reads again before it writes.
 */
import { assert } from '#base/assert.ts'
import { Quiet } from '#base/quiet.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { judge } from '#lab/api/policies/judge.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { conflict, LookAgain, modified, Refusal } from '#lab/api/status.ts'
import type { AdmissionChain, Attributes } from '#lab/api/webhooks/attributes.ts'
import { type Dispatch, mutate, validate } from '#lab/api/webhooks/dispatch.ts'
import { concerns, isIntercepted } from '#lab/api/webhooks/match.ts'
import type { Process } from '#lab/host/ports.ts'

/** Thrown through a verb: it goes on when {@link Admission.proceed} has asked. */
export class Suspended extends Quiet {
  readonly admission: Admission

  constructor(admission: Admission) {
    super('waits for a webhook')
    this.admission = admission
  }
}

interface Asked {
  readonly phase: 'mutating' | 'validating'
  readonly asked: Attributes
  readonly complete: (object: JsonObject) => JsonObject
}

interface Known {
  readonly phase: Asked['phase']
  /** What the answer was given about: another version of the object asks for another answer. */
  readonly old: JsonObject | undefined
  readonly object: JsonObject | undefined
}

/** Whether a request that writes has anybody to ask: webhooks, or policies of the cluster's own. */
export function hasWebhooks(api: ApiServer): boolean {
  const { mutating, validating } = api.webhooks()
  return mutating.length + validating.length + api.policies().length > 0
}

/** staging:apiserver/pkg/endpoints/handlers/rest.go: requestTimeoutUpperBound. */
const requestMs = 34_000
/** How often a request may ask, so that one whose object others keep changing ends; the deletion of a collection asks often. */
const roundsMax = 1000

export class Admission implements AdmissionChain {
  readonly #api: ApiServer
  readonly #deadlineMs: number
  readonly #warn: (text: string) => void
  readonly #known: Known[] = []
  #next = 0
  #waiting: Asked | undefined
  #rounds = 0

  constructor(
    api: ApiServer,
    o: { readonly timeoutMs?: number; readonly warn?: (text: string) => void } = {},
  ) {
    this.#api = api
    this.#deadlineMs = api.kernel.nowMs + Math.min(requestMs, o.timeoutMs ?? requestMs)
    this.#warn = o.warn ?? (() => {})
  }

  /** The object as mutating webhooks leave it. `complete` does what the server's own plugins do, again after a change. */
  mutate(asked: Attributes, complete: (object: JsonObject) => JsonObject): JsonObject | undefined {
    return this.#answer({ phase: 'mutating', asked, complete })?.object ?? asked.object
  }

  /** Throws Refusal when a policy or a validating webhook does not want it. */
  validate(asked: Attributes): void {
    const policies = this.#api.policies()
    if (policies.length > 0 && isIntercepted(asked))
      judge(policies, asked, { state: this.#api.state, warn: this.#warn })
    this.#answer({ phase: 'validating', asked, complete: (object) => object })
  }

  /** Asks what the verb came to. Rejects with Refusal. */
  async proceed(self: Process): Promise<void> {
    const waiting = this.#waiting
    if (waiting === undefined) return
    if (++this.#rounds > roundsMax) throw conflict(waiting.asked.def, waiting.asked.name, modified)
    const { phase, asked, complete } = waiting
    const dispatch: Dispatch = { asked, deadlineMs: this.#deadlineMs, warn: this.#warn, complete }
    const object =
      phase === 'mutating' ? await mutate(self, this.#api, dispatch) : await this.#validated(self, dispatch)
    this.#known.push({ phase, old: asked.old, object })
    this.#next = 0
    this.#waiting = undefined
  }

  async #validated(self: Process, dispatch: Dispatch): Promise<undefined> {
    await validate(self, this.#api, dispatch)
  }

  #answer(question: Asked): Known | undefined {
    const { asked, phase } = question
    const hooks = this.#api.webhooks()[phase]
    if (hooks.length === 0 || !isIntercepted(asked)) return undefined
    const known = this.#known[this.#next]
    if (known !== undefined && known.phase === phase && known.old === asked.old) {
      this.#next++
      return known
    }
    if (!hooks.some((hook) => concerns(hook, asked, this.#api.state))) return undefined
    this.#known.length = this.#next // answers about what is no longer so
    this.#waiting = question
    throw new Suspended(this)
  }
}

interface Outcomes<T> {
  readonly done: (value: T) => void
  readonly failed: (refusal: Refusal) => void
}

/**
 * Runs a verb to its end, now if it meets no webhook, else in a thread of the server's process. `done` hears of its result,
 * `failed` of its Refusal. Answers how to give up one that still waits; what it would have written is then not written.
 */
export function admitted<T>(api: ApiServer, run: () => T, o: Outcomes<T>): (() => void) | undefined {
  try {
    o.done(run())
  } catch (error) {
    if (error instanceof Suspended) return later(api, error, run, o)
    if (error instanceof LookAgain && api.process !== undefined) return later(api, error, run, o)
    if (!(error instanceof Refusal)) throw error
    o.failed(error)
  }
  return undefined
}

/** Why a verb was broken off. */
type BrokenOff = Suspended | LookAgain

function later<T>(api: ApiServer, why: BrokenOff, run: () => T, o: Outcomes<T>): () => void {
  assert(api.process !== undefined, 'a request came through the process that serves')
  const thread = api.process.thread('admission', (self) => finish(self, why, run, o))
  return () => thread.stop()
}

async function finish<T>(self: Process, why: BrokenOff, run: () => T, o: Outcomes<T>): Promise<void> {
  let waits = why
  let looked = 0
  for (;;) {
    try {
      if (waits instanceof Suspended) await waits.admission.proceed(self)
      else await self.sleep(waits.everyMs)
      return o.done(run())
    } catch (error) {
      const again = error instanceof LookAgain && ++looked < error.times
      if (error instanceof Suspended || again) waits = error as BrokenOff
      else if (error instanceof Refusal) return o.failed(error)
      else throw error
    }
  }
}

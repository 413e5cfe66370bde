/** Asks the webhooks that a request concerns: staging:apiserver/pkg/admission/plugin/webhook/{mutating,validating}/dispatcher.go. */
import { isObject, type JsonObject } from '#lab/api/json.ts'
import { jsonPatch } from '#lab/api/patch/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { internalError, Refusal } from '#lab/api/status.ts'
import type { Attributes } from '#lab/api/webhooks/attributes.ts'
import { callWebhook, type Question } from '#lab/api/webhooks/call.ts'
import { concerns } from '#lab/api/webhooks/match.ts'
import type { Webhook } from '#lab/api/webhooks/registered.ts'
import type { Answer } from '#lab/api/webhooks/review.ts'
import type { Process } from '#lab/host/ports.ts'
import { Mailbox } from '#lab/kernel/mailbox.ts'

export interface Dispatch {
  readonly asked: Attributes
  readonly deadlineMs: number
  /** Hears what webhooks want the client to be warned of. */
  readonly warn: (text: string) => void
  /** Completes the object again after a change, as the plugins before the webhooks do. */
  readonly complete: (object: JsonObject) => JsonObject
}

/** Asks one after the other; answers the object as they left it. Rejects with Refusal. */
export async function mutate(self: Process, api: ApiServer, o: Dispatch): Promise<JsonObject | undefined> {
  let { object } = o.asked
  const again = new Set<Webhook>()
  const mayRepeat: Webhook[] = []
  let changed = false
  const round = async (hooks: readonly Webhook[]): Promise<void> => {
    for (const hook of hooks) {
      const asked = { ...o.asked, object }
      if (!concerns(hook, asked, api.state)) continue
      const next = await changedBy(self, api, hook, { ...o, asked })
      if (next !== object) {
        object = next
        changed = true
        for (const each of mayRepeat.splice(0)) if (each !== hook) again.add(each)
      }
      if (hook.reinvoke) mayRepeat.push(hook)
    }
  }
  const { mutating } = api.webhooks()
  await round(mutating)
  if (changed && object !== undefined) object = o.complete(object)
  if (again.size > 0) await round(mutating.filter((hook) => again.has(hook)))
  return object
}

async function changedBy(
  self: Process,
  api: ApiServer,
  hook: Webhook,
  { asked, deadlineMs, warn }: Dispatch,
): Promise<JsonObject | undefined> {
  const answer = await callWebhook(self, api, hook, { asked, deadlineMs, mutating: true })
  for (const text of answer?.warnings ?? []) warn(text)
  if (answer === undefined || answer.patch.length === 0) return asked.object
  if (asked.object === undefined)
    throw internalError(
      `admission webhook ${JSON.stringify(hook.name)} attempted to modify the object, which is not supported for this operation`,
    )
  try {
    const next = jsonPatch(asked.object, answer.patch)
    return isObject(next) ? next : asked.object
  } catch (error) {
    throw error instanceof Refusal ? internalError(error.message) : error
  }
}

/** Asks all at once and waits for all; rejects with the first Refusal in their order. */
export async function validate(self: Process, api: ApiServer, o: Dispatch): Promise<void> {
  const hooks = api.webhooks().validating.filter((hook) => concerns(hook, o.asked, api.state))
  const question = { asked: o.asked, deadlineMs: o.deadlineMs, mutating: false }
  const outcomes = await askAll(self, api, hooks, question)
  for (const outcome of outcomes) {
    if (outcome instanceof Refusal) throw outcome
    for (const text of outcome?.warnings ?? []) o.warn(text)
  }
}

type Outcome = Answer | Refusal | undefined

async function askAll(
  self: Process,
  api: ApiServer,
  hooks: readonly Webhook[],
  question: Question,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const done = new Mailbox<'done'>(api.kernel)
  hooks.forEach((hook, index) => {
    self.thread(`webhook ${hook.name}`, async (thread) => {
      outcomes[index] = await outcomeOf(thread, api, hook, question)
      done.put('done')
    })
  })
  for (let left = hooks.length; left > 0; ) left -= (await done.take(self.task)).length
  return outcomes
}

async function outcomeOf(self: Process, api: ApiServer, hook: Webhook, question: Question): Promise<Outcome> {
  try {
    return await callWebhook(self, api, hook, question)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

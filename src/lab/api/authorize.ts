/** Refuses who may not, in the words of staging:apiserver/pkg/endpoints/handlers/responsewriters/errors.go. */
import { type Attributes, combined, type ResourceAttributes } from '#lab/api/authorization/attributes.ts'
import { forbidden, Refusal } from '#lab/api/status.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import type { ApiState, Identity } from '#lab/api/verbs/state.ts'

export interface Act {
  readonly verb: string
  readonly def: ResourceDef
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly subresource?: string | undefined
  readonly fieldSelector?: string | undefined
}

/** Throws Forbidden, with what the authorizers add to it. */
export const authorize = (state: ApiState, user: Identity, act: Act): void =>
  authorizeAttributes(state, user, attributesOf(act))

/** The same for what is asked for beside a request's own object: impersonation. */
export function authorizeAttributes(
  { access }: ApiState,
  user: Identity,
  attributes: ResourceAttributes,
): void {
  const { allowed, reason } = access.decide(user, attributes)
  if (allowed) return
  const why = `${sanitized(forbiddenWords(user, attributes))}${reason === '' ? '' : `: ${reason}`}`
  throw forbidden(attributes, attributes.name ?? '', why)
}

/** Throws Forbidden for a path that is no resource. `method` in any case. */
export function authorizePath({ access }: ApiState, user: Identity, method: string, path: string): void {
  const attributes = { kind: 'path', verb: method.toLowerCase(), path } as const
  const { allowed, reason } = access.decide(user, attributes)
  if (allowed) return
  const why = `${sanitized(forbiddenWords(user, attributes))}${reason === '' ? '' : `: ${reason}`}`
  throw new Refusal(403, 'Forbidden', `forbidden: ${why}`, {})
}

/** What a request to a resource asks for: staging:apiserver/pkg/endpoints/request/requestinfo.go. */
export function attributesOf({
  verb,
  def,
  namespace,
  name,
  subresource,
  fieldSelector,
}: Act): ResourceAttributes {
  const { group, resource } = def
  return {
    kind: 'resource',
    verb,
    group,
    resource,
    subresource,
    // A namespace is in itself.
    namespace: def.namespaced ? namespace : group === '' && resource === 'namespaces' ? name : undefined,
    name: name ?? nameIn(fieldSelector),
  }
}

/** A collection that is narrowed to one name counts as that object, so that rules with names may allow it. */
const nameIn = (fieldSelector: string | undefined): string | undefined =>
  fieldSelector === undefined
    ? undefined
    : /(?:^|,)metadata\.name==?([^,!=]+)(?:,|$)/.exec(fieldSelector)?.[1]

function forbiddenWords(user: Identity, attributes: Attributes): string {
  const who = `User ${JSON.stringify(user.username)} cannot ${attributes.verb}`
  if (attributes.kind === 'path') return `${who} path ${JSON.stringify(attributes.path)}`
  const what = `resource ${JSON.stringify(combined(attributes))} in API group ${JSON.stringify(attributes.group)}`
  const where = attributes.namespace
    ? `in the namespace ${JSON.stringify(attributes.namespace)}`
    : 'at the cluster scope'
  return `${who} ${what} ${where}`
}

const sanitized = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

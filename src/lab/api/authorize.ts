/** Who may: everybody who is authenticated. RBAC is not evaluated; `system:anonymous` may read health and version only. */
import { forbidden, Refusal } from '#lab/api/status.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

export interface Act {
  readonly verb: string
  readonly def: ResourceDef
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly subresource?: string | undefined
}

const isAnonymous = ({ username }: Identity): boolean => username === 'system:anonymous'

/** Throws Forbidden in the words of staging:apiserver/pkg/endpoints/handlers/responsewriters/errors.go. */
export function authorize(user: Identity, { verb, def, namespace, name, subresource }: Act): void {
  if (!isAnonymous(user)) return
  const resource = subresource === undefined ? def.resource : `${def.resource}/${subresource}`
  const where =
    def.namespaced && namespace !== undefined
      ? `in the namespace ${JSON.stringify(namespace)}`
      : 'at the cluster scope'
  const who = `User ${JSON.stringify(user.username)} cannot ${verb} resource ${JSON.stringify(resource)}`
  throw forbidden(def, name ?? '', `${who} in API group ${JSON.stringify(def.group)} ${where}`)
}

/** Throws Forbidden for a path that is no resource. */
export function authorizePath(user: Identity, verb: string, path: string): void {
  if (!isAnonymous(user) || /^\/(healthz|livez|readyz|version)(\/|$)/.test(path)) return
  const who = `User ${JSON.stringify(user.username)}`
  throw new Refusal(403, 'Forbidden', `forbidden: ${who} cannot ${verb} path ${JSON.stringify(path)}`, {})
}

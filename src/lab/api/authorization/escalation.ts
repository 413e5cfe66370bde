/**
 * Nobody gives away more than they have: who writes a role needs all that it allows, or the verb `escalate`; who binds one
 * needs all that it allows, or the verb `bind`. kubernetes/kubernetes:pkg/registry/rbac/{role,rolebinding}/policybased/storage.go,
 * pkg/registry/rbac/validation/{rule,policy_comparator,policy_compact}.go.
 */
import type { GuardedChange } from '#lab/api/admission/guard.ts'
import { isMaster } from '#lab/api/authorization/authorizer.ts'
import { type PolicyRule, ruleOf, rulesOf } from '#lab/api/authorization/rules.ts'
import { asObject, type JsonObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { forbidden, notFound } from '#lab/api/status.ts'
import { keyOf } from '#lab/api/store.ts'
import type { ApiState, Identity } from '#lab/api/verbs/state.ts'

type Written = GuardedChange & { readonly next: JsonObject }

/** Throws Forbidden, naming the permissions that the writer lacks. */
export function checkEscalation(state: ApiState, user: Identity, written: Written): void {
  if (isMaster(user)) return
  const binds = written.def.resource.endsWith('bindings')
  const { old, next } = written
  if (
    old !== undefined &&
    ['rules', 'aggregationRule', 'roleRef', 'subjects'].every((key) => deepEqual(old[key], next[key]))
  )
    return
  if (mayAnyway(state, user, written, binds ? 'bind' : 'escalate')) return
  const wanted = binds ? boundRules(state, written) : [...rulesOf(next), ...gatheredRules(next)]
  const { rules, errors } = state.access.rbac.rulesFor(user, written.namespace ?? '')
  const missing = wanted.flatMap(brokenDown).filter((rule) => !rules.some((have) => includes(have, rule)))
  if (missing.length === 0) return
  const groups = user.groups.map((each) => JSON.stringify(each)).join(' ')
  const who = `user ${JSON.stringify(user.username)} (groups=[${groups}])`
  const words = `${who} is attempting to grant RBAC permissions not currently held:\n${compacted(missing).join('\n')}`
  const unresolved = errors.length === 0 ? '' : `; resolution errors: [${errors.join(' ')}]`
  throw forbidden(written.def, written.name, `${words}${unresolved}`)
}

function mayAnyway(
  { access }: ApiState,
  user: Identity,
  { def, namespace, name, next }: Written,
  verb: string,
): boolean {
  const { kind, name: role } = asObject(next.roleRef)
  const binds = verb === 'bind'
  return access.decide(user, {
    kind: 'resource',
    verb,
    group: def.group,
    resource: binds ? `${String(kind).toLowerCase()}s` : def.resource,
    namespace: namespace ?? '',
    name: binds ? String(role) : name,
  }).allowed
}

function boundRules({ store }: ApiState, { def, namespace, next }: Written): readonly PolicyRule[] {
  const { kind, name } = asObject(next.roleRef)
  const resource = `${String(kind).toLowerCase()}s`
  const key = kind === 'Role' ? keyOf(namespace, String(name)) : String(name)
  const role = store.get(`${def.group}/${resource}`, key)
  if (role === undefined)
    throw notFound({ group: def.group, resource: String(kind).toLowerCase() }, String(name))
  return rulesOf(role)
}

/** A role that gathers others could come to allow anything. */
const gatheredRules = ({ aggregationRule }: JsonObject): readonly PolicyRule[] =>
  aggregationRule === undefined || aggregationRule === null
    ? []
    : [
        ruleOf({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }),
        ruleOf({ verbs: ['*'], nonResourceURLs: ['*'] }),
      ]

/** One rule for each verb, group, resource and name. */
function brokenDown(rule: PolicyRule): readonly PolicyRule[] {
  const empty = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] }
  const forResources = rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        (rule.resourceNames.length === 0 ? [[]] : rule.resourceNames.map((name) => [name])).map(
          (resourceNames) => ({
            ...empty,
            verbs: [verb],
            apiGroups: [group],
            resources: [resource],
            resourceNames,
          }),
        ),
      ),
    ),
  )
  const forPaths = rule.nonResourceURLs.flatMap((url) =>
    rule.verbs.map((verb) => ({ ...empty, verbs: [verb], nonResourceURLs: [url] })),
  )
  return [...forResources, ...forPaths]
}

/** Whether `have` allows all that the broken-down `rule` does. */
function includes(have: PolicyRule, rule: PolicyRule): boolean {
  const all = (list: readonly string[], wanted: readonly string[]): boolean =>
    list.includes('*') || wanted.every((each) => list.includes(each))
  if (!all(have.verbs, rule.verbs)) return false
  if (rule.nonResourceURLs.length > 0)
    return rule.nonResourceURLs.every((url) =>
      have.nonResourceURLs.some(
        (own) => own === '*' || own === url || (own.endsWith('*') && url.startsWith(own.replace(/\*+$/, ''))),
      ),
    )
  if (!all(have.apiGroups, rule.apiGroups)) return false
  const [resource = ''] = rule.resources
  const part = resource.includes('/') ? `*/${resource.split('/')[1]}` : undefined
  if (!all(have.resources, rule.resources) && !(part !== undefined && have.resources.includes(part)))
    return false
  if (have.resourceNames.length === 0) return true
  return (
    rule.resourceNames.length > 0 && rule.resourceNames.every((name) => have.resourceNames.includes(name))
  )
}

/** One line for each group and resource, with all its verbs; sorted. */
function compacted(rules: readonly PolicyRule[]): readonly string[] {
  const lines = new Map<string, PolicyRule>()
  for (const rule of rules) {
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs])
    const before = rule.nonResourceURLs.length > 0 ? undefined : lines.get(key)
    const id = rule.nonResourceURLs.length > 0 ? `${key} ${rule.verbs[0]}` : key
    lines.set(id, { ...rule, verbs: [...(before?.verbs ?? []), ...rule.verbs] })
  }
  return [...lines.values()].map(written).sort()
}

function written(rule: PolicyRule): string {
  const parts = (
    [
      ['APIGroups', rule.apiGroups],
      ['Resources', rule.resources],
      ['NonResourceURLs', rule.nonResourceURLs],
      ['ResourceNames', rule.resourceNames],
      ['Verbs', rule.verbs],
    ] as const
  ).filter(([, list]) => list.length > 0)
  return `{${parts.map(([name, list]) => `${name}:[${list.map((each) => JSON.stringify(each)).join(' ')}]`).join(', ')}}`
}

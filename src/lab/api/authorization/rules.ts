/** Whether one rule of a role covers a request: kubernetes/kubernetes:pkg/apis/rbac/v1/evaluation_helpers.go. */
import { combined, type PathAttributes, type ResourceAttributes } from '#lab/api/authorization/attributes.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'

export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

const fields = ['verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs'] as const

/** The rules of a stored Role or ClusterRole, with every list there. */
export const rulesOf = (role: JsonObject): readonly PolicyRule[] => asList(role.rules).map(ruleOf)

/** A rule as it stands in an object. */
export function ruleOf(rule: unknown): PolicyRule {
  const given = asObject(rule)
  const list = (field: (typeof fields)[number]): readonly string[] => asList(given[field]).map(String)
  return {
    verbs: list('verbs'),
    apiGroups: list('apiGroups'),
    resources: list('resources'),
    resourceNames: list('resourceNames'),
    nonResourceURLs: list('nonResourceURLs'),
  }
}

/** A rule as answers show it: without the lists that say nothing. */
export const shownRule = (rule: PolicyRule): JsonObject =>
  Object.fromEntries(fields.filter((field) => rule[field].length > 0).map((field) => [field, rule[field]]))

const has = (list: readonly string[], wanted: string): boolean => list.includes('*') || list.includes(wanted)

/** Whether a rule speaks of a request's verb, group and resource, whatever object it names. */
export function covers(rule: PolicyRule, attributes: ResourceAttributes): boolean {
  return (
    has(rule.verbs, attributes.verb) &&
    has(rule.apiGroups, attributes.group) &&
    coversResource(rule.resources, combined(attributes), attributes.subresource ?? '')
  )
}

/** `*` is everything, `*` + `/scale` is the scale of everything. */
function coversResource(resources: readonly string[], wanted: string, subresource: string): boolean {
  if (has(resources, wanted)) return true
  return subresource !== '' && resources.includes(`*/${subresource}`)
}

/** Whether a rule lets a path be asked for that is no resource. A trailing `*` stands for any ending. */
export const coversPath = (rule: PolicyRule, { verb, path }: PathAttributes): boolean =>
  has(rule.verbs, verb) &&
  rule.nonResourceURLs.some(
    (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, ''))),
  )

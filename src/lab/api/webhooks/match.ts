/**
 * Which webhooks a request concerns: staging:apiserver/pkg/admission/plugin/webhook/{generic,predicates}.
 *
 * Not imitated: `matchPolicy: Equivalent` finds other versions of the same group only.
 */
import { holds, variablesOf } from '#lab/api/cel/conditions.ts'
import { at } from '#lab/api/json.ts'
import type { Labels, LabelTest } from '#lab/api/selectors.ts'
import { forbidden } from '#lab/api/status.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'
import type { Attributes } from '#lab/api/webhooks/attributes.ts'
import type { Rule, Webhook } from '#lab/api/webhooks/registered.ts'

/** Whether admission webhooks hear of a resource at all: pkg/kubeapiserver/admission/exclusion/resources.go, and their own configurations. */
export const isIntercepted = ({ def }: Attributes): boolean =>
  !def.review &&
  !(
    def.group === 'admissionregistration.k8s.io' &&
    /^(validating|mutating)(webhookconfigurations|admissionpolic)/.test(def.resource)
  )

/** Whether a webhook is to be asked about a request. Throws Refusal where that cannot be told, and nothing passes without it. */
export const concerns = (webhook: Webhook, asked: Attributes, state: ApiState): boolean =>
  webhook.rules.some((rule) => ruleMatches(rule, asked, webhook.equivalent)) &&
  selects(webhook, asked, state) &&
  meetsConditions(webhook, asked)

function meetsConditions({ conditions, failOpen }: Webhook, asked: Attributes): boolean {
  if (conditions.length === 0) return true
  const met = holds(conditions, variablesOf(asked))
  if (typeof met === 'boolean') return met
  if (failOpen) return false
  throw forbidden(asked.def, asked.name, met.error)
}

/** Whether the labels of a request's namespace and object are those that are wanted. */
export const selects = (
  { namespaceTest, objectTest }: Pick<Webhook, 'namespaceTest' | 'objectTest'>,
  asked: Attributes,
  state: ApiState,
): boolean => namespaceMatches(namespaceTest, asked, state) && objectMatches(objectTest, asked)

export function ruleMatches(
  rule: Rule,
  { def, subresource, operation }: Attributes,
  equivalent: boolean,
): boolean {
  const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value)
  return (
    scopeMatches(rule.scope, def.namespaced) &&
    has(rule.operations, operation) &&
    has(rule.apiGroups, def.group) &&
    (equivalent || has(rule.apiVersions, def.version)) &&
    rule.resources.some((resource) => resourceMatches(resource, def.resource, subresource ?? ''))
  )
}

const scopeMatches = (scope: string, namespaced: boolean): boolean =>
  scope === '*' || (scope === 'Namespaced') === namespaced

// A pattern is a resource, perhaps with a part of it (`pods/status`); either may be a star.
function resourceMatches(pattern: string, resource: string, subresource: string): boolean {
  const [wanted = '', part = ''] = pattern.split('/')
  return (wanted === '*' || wanted === resource) && (part === '*' || part === subresource)
}

/** A Namespace is judged by its own labels, what has no namespace always matches. */
function namespaceMatches(test: LabelTest, asked: Attributes, { store }: ApiState): boolean {
  const { def, namespace, name, object, operation, subresource } = asked
  if (def.bucket === '/namespaces') {
    if (subresource === undefined && operation !== 'DELETE') return test(labelsOf(object))
    return test(store.get('/namespaces', name)?.metadata.labels)
  }
  return namespace === undefined || test(store.get('/namespaces', namespace)?.metadata.labels)
}

const objectMatches = (test: LabelTest, { object, old }: Attributes): boolean =>
  (object === undefined && old === undefined) ||
  (object !== undefined && test(labelsOf(object))) ||
  (old !== undefined && test(labelsOf(old)))

const labelsOf = (object: unknown): Labels => at(object, 'metadata.labels') as Labels // of ObjectMeta

/** ValidatingAdmissionPolicies and their bindings, read once per change. */
import { type Expression, expressionsOf } from '#lab/api/cel/conditions.ts'
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import type { LabelSelector } from '#lab/api/objects.ts'
import { type LabelTest, selectorTest } from '#lab/api/selectors.ts'
import type { Store, Stored } from '#lab/api/store.ts'
import { type Rule, ruleOf } from '#lab/api/webhooks/registered.ts'

interface NamedRule extends Rule {
  /** Empty: whatever it is called. */
  readonly names: readonly string[]
}

/** What a policy or a binding is about: staging:api/admissionregistration/v1 (MatchResources). */
export interface Matching {
  /** Undefined: everything. */
  readonly rules: readonly NamedRule[] | undefined
  readonly excludes: readonly NamedRule[]
  readonly equivalent: boolean
  readonly namespaceTest: LabelTest
  readonly objectTest: LabelTest
}

export interface Validation {
  readonly expression: string
  readonly message: string
  readonly messageExpression: string
  readonly reason: string
}

export interface Policy {
  readonly name: string
  readonly matching: Matching
  readonly conditions: readonly Expression[]
  readonly variables: readonly Expression[]
  readonly validations: readonly Validation[]
  readonly failOpen: boolean
  readonly paramKind: ParamKind | undefined
}

/** The kind of what a policy may be given with a binding. */
export interface ParamKind {
  readonly apiVersion: string
  readonly kind: string
}

/** Which objects of that kind a binding gives. */
export interface ParamRef {
  readonly name: string
  readonly namespace: string
  readonly selects: LabelTest | undefined
  readonly denies: boolean
}

export interface Binding {
  readonly name: string
  readonly matching: Matching
  readonly actions: readonly string[]
  readonly paramRef: ParamRef | undefined
}

/** A policy with those that put it in force. */
export interface BoundPolicy {
  readonly policy: Policy
  readonly bindings: readonly Binding[]
}

export const policyBucket = 'admissionregistration.k8s.io/validatingadmissionpolicies'
export const bindingBucket = 'admissionregistration.k8s.io/validatingadmissionpolicybindings'

/** Keeps the policies of a store that are bound up to date; answers how to get them.  */
export function registeredPolicies(store: Store): () => readonly BoundPolicy[] {
  let known: readonly BoundPolicy[] | undefined
  for (const bucket of [policyBucket, bindingBucket])
    store.watch(bucket, {}, store.revision, () => {
      known = undefined
    })
  return () => {
    known ??= bound(store.list(policyBucket), store.list(bindingBucket))
    return known
  }
}

function bound(policies: readonly Stored[], bindings: readonly Stored[]): readonly BoundPolicy[] {
  return policies
    .map((policy) => ({
      policy: policyOf(policy),
      bindings: bindings
        .filter(({ spec }) => asObject(spec).policyName === policy.metadata.name)
        .map(bindingOf),
    }))
    .filter((each) => each.bindings.length > 0)
}

function policyOf({ metadata, spec }: Stored): Policy {
  const { matchConstraints, matchConditions, variables, validations, failurePolicy, paramKind } =
    asObject(spec)
  return {
    name: metadata.name,
    matching: matchingOf(asObject(matchConstraints)),
    conditions: expressionsOf(matchConditions),
    variables: expressionsOf(variables),
    validations: asList(validations).filter(isObject).map(validationOf),
    failOpen: failurePolicy === 'Ignore',
    paramKind: isObject(paramKind)
      ? { apiVersion: text(paramKind.apiVersion), kind: text(paramKind.kind) }
      : undefined,
  }
}

function bindingOf({ metadata, spec }: Stored): Binding {
  const { matchResources, validationActions, paramRef } = asObject(spec)
  return {
    name: metadata.name,
    matching: matchingOf(asObject(matchResources)),
    actions: asList(validationActions).map(String),
    paramRef: isObject(paramRef) ? paramRefOf(paramRef) : undefined,
  }
}

const paramRefOf = ({ name, namespace, selector, parameterNotFoundAction }: JsonObject): ParamRef => ({
  name: text(name),
  namespace: text(namespace),
  selects: isObject(selector) ? selectorTest(selector as LabelSelector) : undefined, // of the binding's schema
  denies: parameterNotFoundAction !== 'Allow',
})

const text = (value: unknown): string => (asText(value) ?? '').trim()

const validationOf = ({ expression, message, messageExpression, reason }: JsonObject): Validation => ({
  expression: text(expression),
  message: text(message),
  messageExpression: text(messageExpression),
  reason: text(reason) || 'Invalid',
})

function matchingOf(resources: JsonObject): Matching {
  const { resourceRules, excludeResourceRules, matchPolicy, namespaceSelector, objectSelector } = resources
  const test = (value: unknown): LabelTest =>
    isObject(value) ? selectorTest(value as LabelSelector) : () => true // of the policy's schema
  const rules = namedRulesOf(resourceRules)
  return {
    rules: rules.length === 0 ? undefined : rules,
    excludes: namedRulesOf(excludeResourceRules),
    equivalent: matchPolicy !== 'Exact',
    namespaceTest: test(namespaceSelector),
    objectTest: test(objectSelector),
  }
}

const namedRulesOf = (rules: unknown): readonly NamedRule[] =>
  asList(rules)
    .filter(isObject)
    .map((rule) => ({ ...ruleOf(rule), names: asList(rule.resourceNames).map(String) }))

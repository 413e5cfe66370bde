/** What policies say of a request: staging:apiserver/pkg/admission/plugin/policy/validating/{dispatcher,validator}.go. */
import { celValue, evaluate, type Outcome } from '#lab/api/cel/cel.ts'
import { errorText, holds, type Variables, variablesOf } from '#lab/api/cel/conditions.ts'
import { fail } from '#lab/api/cel/failure.ts'
import { Authorizer } from '#lab/api/cel/library/authorizer.ts'
import { asText, at, type JsonObject } from '#lab/api/json.ts'
import { paramsOf, unknownKind } from '#lab/api/policies/params.ts'
import type { Binding, BoundPolicy, Matching, Policy, Validation } from '#lab/api/policies/registered.ts'
import { forbidden, Refusal } from '#lab/api/status.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'
import type { Attributes } from '#lab/api/webhooks/attributes.ts'
import { ruleMatches, selects } from '#lab/api/webhooks/match.ts'

interface Decision {
  readonly message: string
  readonly reason: string
}

/** Throws the first Refusal; `warn` hears of what bindings only warn of. */
export function judge(
  policies: readonly BoundPolicy[],
  asked: Attributes,
  { state, warn }: { readonly state: ApiState; readonly warn: (text: string) => void },
): void {
  let refusal: Refusal | undefined
  const refuse = (why: Denied): void => {
    refusal ??= refusalOf(asked, why)
  }
  for (const { policy, bindings } of policies) {
    if (!isAbout(policy.matching, asked, state)) continue
    const unknown = unknownKind(policy.paramKind, state)
    if (unknown !== undefined) {
      if (!policy.failOpen) refuse({ policy, denial: misconfigured('policy', unknown) })
      continue
    }
    for (const binding of bindings.filter(({ matching }) => isAbout(matching, asked, state)))
      for (const { denial, configures } of denialsBy({ policy, binding }, asked, state)) {
        if (!configures && binding.actions.includes('Warn')) warn(warningOf(policy, binding, denial))
        if (configures || binding.actions.includes('Deny')) refuse({ policy, binding, denial })
      }
  }
  if (refusal !== undefined) throw refusal
}

interface Denied {
  readonly policy: Policy
  readonly binding?: Binding
  readonly denial: Decision
}

/** What a policy that is bound has against a request, with each of the parameters that the binding gives. */
function denialsBy(
  { policy, binding }: { readonly policy: Policy; readonly binding: Binding },
  asked: Attributes,
  state: ApiState,
): readonly { readonly denial: Decision; readonly configures?: boolean }[] {
  const found = paramsOf(policy.paramKind, binding.paramRef, asked.namespace, state)
  if ('error' in found)
    return policy.failOpen ? [] : [{ denial: misconfigured('binding', found.error), configures: true }]
  return found.params.flatMap((params) =>
    denialsOf(policy, policyVariables(policy, asked, { state, params })).map((denial) => ({ denial })),
  )
}

const misconfigured = (what: 'policy' | 'binding', why: string): Decision => ({
  message: `failed to configure ${what}: ${why}`,
  reason: 'Invalid',
})

function isAbout(matching: Matching, asked: Attributes, state: ApiState): boolean {
  const { rules, excludes, equivalent } = matching
  const among = (list: Matching['excludes']): boolean =>
    list.some(
      (rule) =>
        ruleMatches(rule, asked, equivalent) && (rule.names.length === 0 || rule.names.includes(asked.name)),
    )
  return selects(matching, asked, state) && !among(excludes) && (rules === undefined || among(rules))
}

/** Each is worked out when it is asked for, those that the policy names too. */
function policyVariables(
  { variables }: Policy,
  asked: Attributes,
  { state, params }: { readonly state: ApiState; readonly params: JsonObject | null },
): Variables {
  const { def, namespace, name, subresource, user } = asked
  const space = def.bucket === '/namespaces' ? name : namespace
  const known: Record<string, unknown> = {
    ...variablesOf(asked),
    namespaceObject: celValue(space === undefined ? undefined : state.store.get('/namespaces', space)),
    params: celValue(params),
    authorizer: new Authorizer(state.access, user, {
      group: def.group,
      resource: def.resource,
      subresource,
      namespace,
      name,
    }),
  }
  const own: Record<string, unknown> = {}
  for (const each of variables)
    Object.defineProperty(own, each.name, {
      enumerable: true,
      get: () => resultOf(each, evaluate(each.expression, known)),
    })
  known.variables = own
  return known
}

/** An error of a variable is one of the expression that asks for it. */
const resultOf = ({ name }: { readonly name: string }, outcome: Outcome): unknown =>
  'value' in outcome
    ? outcome.value
    : fail(`composited variable ${JSON.stringify(name)} fails to evaluate: ${outcome.error}`)

function denialsOf(policy: Policy, variables: Variables): readonly Decision[] {
  const met = holds(policy.conditions, variables)
  if (met === false) return []
  if (met !== true) return policy.failOpen ? [] : [{ message: met.error, reason: 'Invalid' }]
  return policy.validations.flatMap((validation) => {
    const outcome = evaluate(validation.expression, variables)
    if ('error' in outcome)
      return policy.failOpen
        ? []
        : [{ message: errorText(validation.expression, outcome.error), reason: 'Invalid' }]
    if (outcome.value === true) return []
    return [{ message: messageOf(validation, variables), reason: validation.reason }]
  })
}

function messageOf({ expression, message, messageExpression }: Validation, variables: Variables): string {
  const outcome = messageExpression === '' ? undefined : evaluate(messageExpression, variables)
  const said = outcome !== undefined && 'value' in outcome ? (asText(outcome.value)?.trim() ?? '') : ''
  const isUsable = said !== '' && !said.includes('\n')
  return isUsable ? said : message || `failed expression: ${expression}`
}

const warningOf = (policy: Policy, binding: Binding, { message }: Decision): string =>
  `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}': ${message}`

const codes: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
}

function refusalOf({ def, name, object }: Attributes, { policy, binding, denial }: Denied): Refusal {
  const by = binding === undefined ? '' : ` with binding '${binding.name}'`
  const why = `ValidatingAdmissionPolicy '${policy.name}'${by} denied request: ${denial.message}`
  const { message, details } = forbidden(def, nameOf(name, object), why)
  return new Refusal(codes[denial.reason] ?? 422, denial.reason, message, {
    ...details,
    causes: [{ message: why }],
  })
}

/** staging:apiserver/pkg/admission/errors.go (extractResourceName) */
const nameOf = (name: string, object: JsonObject | undefined): string =>
  name || String(at(object, 'metadata.name') ?? at(object, 'metadata.generateName') ?? 'Unknown')

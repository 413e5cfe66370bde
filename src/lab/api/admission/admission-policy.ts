/** ValidatingAdmissionPolicies: pkg/apis/admissionregistration/v1/defaults.go, …/validation/validation.go. */
import { change, changeEach, fill } from '#lab/api/admission/pod-defaults.ts'
import { syntaxError } from '#lab/api/cel/cel.ts'
import { asList, asObject, asText, type JsonObject } from '#lab/api/json.ts'
import { type FieldError, forbiddenField, invalidValue, required } from '#lab/api/status.ts'

const matchDefaults = (resources: JsonObject): JsonObject => {
  const filled = fill(resources, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} })
  const scoped = (of: JsonObject, key: string): JsonObject =>
    changeEach(of, key, (rule) => fill(rule, { scope: '*' }))
  return scoped(scoped(filled, 'resourceRules'), 'excludeResourceRules')
}

export const policyDefaults = (spec: JsonObject): JsonObject =>
  change(fill(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matchDefaults)

export const bindingDefaults = (spec: JsonObject): JsonObject => change(spec, 'matchResources', matchDefaults)

export function policyErrors({ spec }: JsonObject): FieldError[] {
  const { matchConstraints, validations, auditAnnotations, variables, matchConditions, paramKind } =
    asObject(spec)
  const said = [...asList(validations), ...asList(auditAnnotations)]
  return [
    ...paramKindErrors(paramKind),
    ...(matchConstraints === undefined ? [required('spec.matchConstraints', '')] : []),
    ...(matchConstraints !== undefined && asList(asObject(matchConstraints).resourceRules).length === 0
      ? [required('spec.matchConstraints.resourceRules', '')]
      : []),
    ...(said.length === 0
      ? [required('spec.validations', 'validations or auditAnnotations must be specified')]
      : []),
    ...expressionErrors('spec.variables', variables),
    ...expressionErrors('spec.matchConditions', matchConditions),
    ...expressionErrors('spec.validations', validations),
  ]
}

/** What is wrong with a list of expressions. */
export function expressionErrors(field: string, list: unknown): readonly FieldError[] {
  return asList(list).flatMap((each, at) => {
    const expression = asText(asObject(each).expression)?.trim() ?? ''
    const path = `${field}[${at}].expression`
    if (expression === '') return [required(path, 'expression is not specified')]
    const error = syntaxError(expression)
    return error === undefined ? [] : [invalidValue(path, expression, `compilation failed: ${error}`)]
  })
}

/** pkg/apis/admissionregistration/validation/validation.go (validateParamKind, validateParamRef). */
function paramKindErrors(kind: unknown): readonly FieldError[] {
  if (kind === undefined) return []
  const { apiVersion, kind: name } = asObject(kind)
  return [
    ...((asText(apiVersion) ?? '') === '' ? [required('spec.paramKind.apiVersion')] : []),
    ...((asText(name) ?? '') === '' ? [required('spec.paramKind.kind')] : []),
  ]
}

function paramRefErrors(ref: unknown): readonly FieldError[] {
  if (ref === undefined) return []
  const { name, selector, parameterNotFoundAction } = asObject(ref)
  const isNamed = (asText(name) ?? '') !== ''
  const exclusive = 'name and selector are mutually exclusive'
  return [
    ...(isNamed && selector !== undefined
      ? [forbiddenField('spec.paramRef.name', exclusive), forbiddenField('spec.paramRef.selector', exclusive)]
      : []),
    ...(!isNamed && selector === undefined
      ? [required('spec.paramRef', 'one of name or selector must be specified')]
      : []),
    ...(parameterNotFoundAction === undefined ? [required('spec.paramRef.parameterNotFoundAction')] : []),
  ]
}

export function bindingErrors({ spec }: JsonObject): FieldError[] {
  const { policyName, validationActions, paramRef } = asObject(spec)
  return [
    ...((asText(policyName) ?? '') === '' ? [required('spec.policyName', '')] : []),
    ...paramRefErrors(paramRef),
    ...(asList(validationActions).length === 0
      ? [required('spec.validationActions', 'at least one validation action is required')]
      : []),
  ]
}

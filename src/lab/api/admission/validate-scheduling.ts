/**
 * What is wrong with what a pod says of where it may run: pkg/apis/core/validation/validation.go (ValidateTolerations, validateAffinity,
 * ValidateNodeSelector, validateTopologySpreadConstraints). Not imitated: label selectors of other pods, minDomains.
 */

import { keyErrors, labelErrors } from '#lab/api/admission/names.ts'
import { each, oneOf } from '#lab/api/admission/validate-container.ts'
import { asList, asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import { type FieldError, forbiddenField, invalidValue, required } from '#lab/api/status.ts'

export const schedulingErrors = (field: string, spec: JsonObject): FieldError[] => [
  ...labelErrors(`${field}.nodeSelector`, spec.nodeSelector),
  ...affinityErrors(`${field}.affinity`, asObject(spec.affinity)),
  ...each(spec.topologySpreadConstraints, `${field}.topologySpreadConstraints`, spreadErrors),
  ...each(spec.tolerations, `${field}.tolerations`, tolerationErrors),
]

export const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

function tolerationErrors(toleration: JsonObject, field: string): FieldError[] {
  const { key, operator, effect, value, tolerationSeconds } = toleration
  const errors: FieldError[] = key ? keyErrors(`${field}.key`, String(key)) : []
  if (!key && operator !== 'Exists')
    errors.push(
      invalidValue(
        `${field}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    )
  if (tolerationSeconds !== undefined && effect !== 'NoExecute')
    errors.push(
      invalidValue(
        `${field}.effect`,
        effect ?? '',
        "effect must be 'NoExecute' when `tolerationSeconds` is set",
      ),
    )
  if (operator === 'Exists' && value)
    errors.push({
      field: `${field}.operator`,
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(value)}: value must be empty when \`operator\` is 'Exists'`,
    })
  errors.push(...oneOf(`${field}.operator`, operator, ['Equal', 'Exists']))
  if (effect) errors.push(...oneOf(`${field}.effect`, effect, taintEffects))
  return errors
}

const hard = 'requiredDuringSchedulingIgnoredDuringExecution'
const soft = 'preferredDuringSchedulingIgnoredDuringExecution'

function affinityErrors(
  field: string,
  { nodeAffinity, podAffinity, podAntiAffinity }: JsonObject,
): FieldError[] {
  const node = asObject(nodeAffinity)
  const terms = `${field}.nodeAffinity.${hard}.nodeSelectorTerms`
  const given = asList(asObject(node[hard]).nodeSelectorTerms)
  return [
    ...(isObject(node[hard]) && given.length === 0
      ? [required(terms, 'must have at least one node selector term')]
      : []),
    ...each(given, terms, termErrors),
    ...each(node[soft], `${field}.nodeAffinity.${soft}`, (preferred, at) => [
      ...weightErrors(`${at}.weight`, preferred.weight),
      ...termErrors(asObject(preferred.preference), `${at}.preference`),
    ]),
    ...neighbourErrors(`${field}.podAffinity`, asObject(podAffinity)),
    ...neighbourErrors(`${field}.podAntiAffinity`, asObject(podAntiAffinity)),
  ]
}

const weightErrors = (field: string, weight: unknown): FieldError[] =>
  Number(weight ?? 0) < 1 || Number(weight) > 100
    ? [invalidValue(field, weight ?? 0, 'must be in the range 1-100')]
    : []

const neighbourErrors = (field: string, affinity: JsonObject): FieldError[] => [
  ...each(affinity[hard], `${field}.${hard}`, topologyErrors),
  ...each(affinity[soft], `${field}.${soft}`, (preferred, at) => [
    ...weightErrors(`${at}.weight`, preferred.weight),
    ...topologyErrors(asObject(preferred.podAffinityTerm), `${at}.podAffinityTerm`),
  ]),
]

const topologyErrors = ({ topologyKey }: JsonObject, field: string): FieldError[] =>
  topologyKey
    ? keyErrors(`${field}.topologyKey`, String(topologyKey))
    : [required(`${field}.topologyKey`, 'can not be empty')]

const termErrors = (term: JsonObject, field: string): FieldError[] =>
  each(term.matchExpressions, `${field}.matchExpressions`, ({ key, operator, values }, at) => {
    const count = asList(values).length
    const errors: FieldError[] = []
    if (operator === 'In' || operator === 'NotIn') {
      if (count === 0)
        errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (count > 0)
        errors.push(
          forbiddenField(
            `${at}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          ),
        )
    } else if (operator === 'Gt' || operator === 'Lt') {
      if (count !== 1)
        errors.push(
          required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"),
        )
    } else errors.push(invalidValue(`${at}.operator`, operator ?? '', 'not a valid selector operator'))
    return [...errors, ...keyErrors(`${at}.key`, String(key ?? ''))]
  })

function spreadErrors(constraint: JsonObject, field: string): FieldError[] {
  const { maxSkew, topologyKey, whenUnsatisfiable } = constraint
  return [
    ...(Number(maxSkew ?? 0) > 0
      ? []
      : [invalidValue(`${field}.maxSkew`, maxSkew ?? 0, 'must be greater than zero')]),
    ...topologyErrors({ topologyKey }, field),
    ...oneOf(`${field}.whenUnsatisfiable`, whenUnsatisfiable ?? '', ['DoNotSchedule', 'ScheduleAnyway']),
  ]
}

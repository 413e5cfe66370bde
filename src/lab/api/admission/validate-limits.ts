/**
 * What is wrong with what limits and scales others: ResourceQuota and LimitRange (pkg/apis/core/validation/validation.go),
 * PriorityClass, PodDisruptionBudget, HorizontalPodAutoscaler. Not imitated: scopes of quotas, metrics of autoscalers.
 */
import { qualifiedNameFaults } from '#lab/api/admission/names.ts'
import { each, notNegative } from '#lab/api/admission/validate-container.ts'
import { asObject, type JsonObject } from '#lab/api/json.ts'
import { quantity } from '#lab/api/quantity.ts'
import { type FieldError, forbiddenField, invalidGo, invalidValue, required } from '#lab/api/status.ts'

const amount = (value: unknown): number => quantity(value as string | number) // by the type's schema

const ofQuotas =
  /^(cpu|memory|ephemeral-storage|hugepages-\S+|(requests|limits)\.(cpu|memory|ephemeral-storage|storage|hugepages-\S+)|pods|resourcequotas|services|replicationcontrollers|secrets|persistentvolumeclaims|configmaps|services\.(nodeports|loadbalancers))$/
const standard = /^(storage|requests\.|limits\.)/

export const quotaErrors = ({ spec }: JsonObject): FieldError[] =>
  Object.entries(asObject(asObject(spec).hard)).flatMap(([name, value]) => {
    const field = `spec.hard[${name}]`
    const own = !name.includes('/')
    return [
      ...qualifiedNameFaults(name).map((fault) => invalidValue(field, name, fault)),
      ...(own && !ofQuotas.test(name) && !standard.test(name)
        ? [invalidValue(field, name, 'must be a standard resource type or fully qualified')]
        : []),
      ...(own && !ofQuotas.test(name)
        ? [invalidValue(field, name, 'must be a standard resource for quota')]
        : []),
      ...(amount(value) < 0 ? [invalidValue(field, value, 'must be greater than or equal to 0')] : []),
    ]
  })

export const limitRangeErrors = ({ spec }: JsonObject): FieldError[] =>
  each(asObject(spec).limits, 'spec.limits', ({ type, ...limit }, at) => {
    const of = (field: string): JsonObject => asObject(limit[field])
    const names = new Set(['min', 'max', 'default', 'defaultRequest'].flatMap((f) => Object.keys(of(f))))
    const defaults = type === 'Pod' ? ['default', 'defaultRequest'].filter((f) => limit[f] !== undefined) : []
    return [
      ...defaults.map((field) =>
        forbiddenField(`${at}.${field}`, "may not be specified when `type` is 'Pod'"),
      ),
      ...[...names].flatMap((name) => orderErrors(at, name, of)),
    ]
  })

/** In each pair the first may not be above the second. */
function orderErrors(at: string, name: string, of: (field: string) => JsonObject): FieldError[] {
  const pairs = [
    ['min', 'max', 'min', 'min value', 'max value'],
    ['min', 'defaultRequest', 'defaultRequest', 'min value', 'default request value'],
    ['defaultRequest', 'max', 'defaultRequest', 'default request value', 'max value'],
    ['min', 'default', 'default', 'min value', 'default value'],
    ['default', 'max', 'default', 'default value', 'max value'],
    ['defaultRequest', 'default', 'defaultRequest', 'default request value', 'default value'],
  ] as const
  return pairs.flatMap(([low, high, field, lowText, highText]) => {
    const [less, more] = [of(low)[name], of(high)[name]]
    if (less === undefined || more === undefined || amount(less) <= amount(more)) return []
    const says = `${lowText} ${String(less)} is greater than ${highText} ${String(more)}`
    return [invalidValue(`${at}.${field}[${name}]`, String(of(field)[name]), says)]
  })
}

const priorityMax = 1_000_000_000

export function priorityClassErrors({ metadata, value }: JsonObject): FieldError[] {
  const name = String(asObject(metadata).name)
  if (name === 'system-node-critical' || name === 'system-cluster-critical') return []
  return [
    ...(name.startsWith('system-')
      ? [
          forbiddenField(
            'metadata.name',
            "priority class names with 'system-' prefix are reserved for system use only",
          ),
        ]
      : []),
    ...(Number(value) > priorityMax
      ? [forbiddenField('value', `maximum allowed value of a user defined priority is ${priorityMax}`)]
      : []),
  ]
}

export function budgetErrors({ spec: given }: JsonObject): FieldError[] {
  const { minAvailable, maxUnavailable } = asObject(given)
  const both = minAvailable !== undefined && maxUnavailable !== undefined
  // Pointers are shown by their addresses.
  const value =
    'policy.PodDisruptionBudgetSpec{MinAvailable:(*intstr.IntOrString)(0xc000000000), Selector:(*v1.LabelSelector)(0xc000000000), MaxUnavailable:(*intstr.IntOrString)(0xc000000000), UnhealthyPodEvictionPolicy:(*policy.UnhealthyPodEvictionPolicyType)(nil)}'
  return [
    ...(both ? [invalidGo('spec', value, 'minAvailable and maxUnavailable cannot be both set')] : []),
    ...notNegative('spec.minAvailable', minAvailable),
    ...notNegative('spec.maxUnavailable', maxUnavailable),
  ]
}

export function autoscalerErrors({ spec: given }: JsonObject): FieldError[] {
  const { scaleTargetRef, minReplicas, maxReplicas } = asObject(given)
  const { kind, name } = asObject(scaleTargetRef)
  const [most, least] = [Number(maxReplicas ?? 0), Number(minReplicas ?? 1)]
  return [
    ...(least < 1 ? [invalidValue('spec.minReplicas', least, 'must be greater than or equal to 1')] : []),
    ...(most < 1 ? [invalidValue('spec.maxReplicas', most, 'must be greater than 0')] : []),
    ...(most < least
      ? [invalidValue('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`')]
      : []),
    ...(kind ? [] : [required('spec.scaleTargetRef.kind')]),
    ...(name ? [] : [required('spec.scaleTargetRef.name')]),
  ]
}

/**
 * What is wrong with what makes pods of a template: pkg/apis/apps/validation/validation.go.
 * Not imitated: expressions of label selectors, collision counts.
 */
import { ephemeralTooEarly } from '#lab/api/admission/ephemeral-containers.ts'
import { goIntOrString, goMap, goSelector, goStrategy } from '#lab/api/admission/go-values.ts'
import { labelErrors } from '#lab/api/admission/names.ts'
import { notNegative, oneOf } from '#lab/api/admission/validate-container.ts'
import { podSpecErrors } from '#lab/api/admission/validate-pod-spec.ts'
import { asObject, at, type JsonObject } from '#lab/api/json.ts'
import type { LabelSelector } from '#lab/api/objects.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import { type FieldError, forbiddenField, invalidGo, invalidValue, required } from '#lab/api/status.ts'

export function deploymentErrors({ spec: given }: JsonObject): FieldError[] {
  const spec = asObject(given)
  const { replicas, minReadySeconds, progressDeadlineSeconds: deadline } = spec
  return [
    ...notNegative('spec.replicas', replicas),
    ...templateErrors(spec, 'deployment'),
    ...deploymentStrategyErrors(asObject(spec.strategy)),
    ...notNegative('spec.minReadySeconds', minReadySeconds),
    ...notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...notNegative('spec.progressDeadlineSeconds', deadline),
    ...(typeof deadline === 'number' && deadline <= Number(minReadySeconds ?? 0)
      ? [invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
  ]
}

export function daemonSetErrors({ spec: given }: JsonObject): FieldError[] {
  const spec = asObject(given)
  const strategy = asObject(spec.updateStrategy)
  return [
    ...templateErrors(spec, 'daemonset'),
    ...notNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...(strategy.type === 'RollingUpdate'
      ? bothZero('spec.updateStrategy.rollingUpdate.maxUnavailable', strategy, (field) =>
          required(field, 'cannot be 0 when maxSurge is 0'),
        )
      : strategy.type === 'OnDelete'
        ? []
        : [
            unsupportedStrategy('spec.updateStrategy', 'DaemonSetUpdateStrategy', strategy, [
              'RollingUpdate',
              'OnDelete',
            ]),
          ]),
    ...notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ]
}

export function replicaSetErrors({ spec: given }: JsonObject): FieldError[] {
  const spec = asObject(given)
  return [
    ...notNegative('spec.replicas', spec.replicas),
    ...notNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...templateErrors(spec, 'replicaset'),
  ]
}

export function statefulSetErrors({ spec: given }: JsonObject): FieldError[] {
  const spec = asObject(given)
  const policy = spec.podManagementPolicy
  const strategy = asObject(spec.updateStrategy)
  return [
    ...(policy === 'OrderedReady' || policy === 'Parallel'
      ? []
      : [invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")]),
    ...(strategy.type === 'RollingUpdate' || strategy.type === 'OnDelete'
      ? []
      : [
          invalidGo(
            'spec.updateStrategy',
            goStrategy('StatefulSetUpdateStrategy', 'RollingUpdateStatefulSetStrategy', strategy),
            "must be 'RollingUpdate' or 'OnDelete'",
          ),
        ]),
    ...notNegative('spec.replicas', spec.replicas),
    ...notNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...templateErrors(spec, 'statefulset'),
  ]
}

/** A selector and the template that it has to match. */
function templateErrors(spec: JsonObject, kind: string): FieldError[] {
  const labels = at(spec, 'template.metadata.labels') as Readonly<Record<string, string>> | undefined // of metadata
  const selector = spec.selector as LabelSelector | undefined // of the spec
  const podSpec = asObject(at(spec, 'template.spec'))
  const empty = selector !== undefined && Object.keys(selector).length === 0
  const mismatch = invalidGo(
    'spec.template.metadata.labels',
    goMap(labels),
    '`selector` does not match template `labels`',
  )
  return [
    ...(selector === undefined && kind !== 'daemonset' ? [required('spec.selector')] : []),
    ...(empty ? [invalidGo('spec.selector', goSelector({}), `empty selector is invalid for ${kind}`)] : []),
    ...labelErrors('spec.template.labels', labels),
    ...(selector === undefined || !selectorTest(selector)(labels) ? [mismatch] : []),
    // A StatefulSet's pods have volumes beyond those of its template: nobody looks at that (ValidatePodTemplateSpecForStatefulSet).
    ...(kind === 'statefulset'
      ? oneOf('spec.template.spec.restartPolicy', podSpec.restartPolicy, ['Always'])
      : podSpecErrors('spec.template.spec', podSpec, ['Always'])),
    ...ephemeralTooEarly('spec.template.spec', podSpec, 'ephemeral containers not allowed in pod template'),
  ]
}

function deploymentStrategyErrors(strategy: JsonObject): FieldError[] {
  const field = 'spec.strategy'
  if (strategy.type === 'Recreate')
    return strategy.rollingUpdate === undefined
      ? []
      : [forbiddenField(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")]
  if (strategy.type !== 'RollingUpdate')
    return [unsupportedStrategy(field, 'DeploymentStrategy', strategy, ['Recreate', 'RollingUpdate'])]
  const { maxUnavailable } = asObject(strategy.rollingUpdate)
  return bothZero(`${field}.rollingUpdate.maxUnavailable`, strategy, (at) =>
    invalidGo(at, goIntOrString(maxUnavailable), 'may not be 0 when `maxSurge` is 0'),
  )
}

const isZero = (value: unknown): boolean => value === 0 || value === '0' || value === '0%'

function bothZero(
  field: string,
  { rollingUpdate }: JsonObject,
  error: (field: string) => FieldError,
): FieldError[] {
  const { maxSurge, maxUnavailable } = asObject(rollingUpdate)
  return isZero(maxSurge) && isZero(maxUnavailable) ? [error(field)] : []
}

const unsupportedStrategy = (
  field: string,
  type: string,
  strategy: JsonObject,
  known: readonly string[],
): FieldError => ({
  field,
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${goStrategy(type, `RollingUpdate${type.replace(/(Update)?Strategy$/, '')}`, strategy)}: supported values: ${known.map((each) => JSON.stringify(each)).join(', ')}`,
})

/** What of a StatefulSet may change (ValidateStatefulSetUpdate). `minor`: of the server. */
export function statefulSetChange(old: JsonObject, next: JsonObject, minor: number): FieldError[] {
  const mutable = [
    'replicas',
    ...(minor >= 26 ? ['ordinals'] : []),
    'template',
    'updateStrategy',
    ...(minor >= 33 ? ['revisionHistoryLimit'] : []),
    'persistentVolumeClaimRetentionPolicy',
    'minReadySeconds',
  ]
  const fixed = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(asObject(object.spec)).filter(([key]) => !mutable.includes(key)))
  if (deepEqual(fixed(old), fixed(next))) return []
  const named = mutable.map((each) => `'${each}'`)
  return [
    forbiddenField(
      'spec',
      `updates to statefulset spec for fields other than ${named.slice(0, -1).join(', ')} and ${named.at(-1)} are forbidden`,
    ),
  ]
}

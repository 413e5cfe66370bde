/**
 * The checks of the stored types that operators meet. pkg/apis/core/validation/validation.go and its neighbours.
 *
 * Not imitated: most of validation (volumes, probes, node selectors …).
 */

import { bindingErrors, policyErrors } from '#lab/api/admission/admission-policy.ts'
import { jobErrors, scheduleErrors } from '#lab/api/admission/batch.ts'
import {
  ephemeralChange,
  ephemeralErrors,
  ephemeralTooEarly,
} from '#lab/api/admission/ephemeral-containers.ts'
import { goMap, goRoleRef, goSelector } from '#lab/api/admission/go-values.ts'
import { labelErrors, metadataErrors } from '#lab/api/admission/names.ts'
import { podSpecErrors } from '#lab/api/admission/validate-pod-spec.ts'
import { serviceErrors } from '#lab/api/admission/validate-service.ts'
import { webhookErrors } from '#lab/api/admission/webhook-configuration.ts'
import { definitionErrors } from '#lab/api/custom/definition.ts'
import { expressionErrors, type Terms } from '#lab/api/custom/expressions.ts'
import { schemaErrors } from '#lab/api/custom/validate.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import type { LabelSelector } from '#lab/api/objects.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import { type FieldError, forbiddenField, invalid, invalidGo, required } from '#lab/api/status.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'

/** Throws Invalid (422) when a new object may not be stored. */
export function validateNew(def: ResourceDef, object: JsonObject, terms: Terms): void {
  const early =
    def.bucket === '/pods' ? ephemeralTooEarly('spec', asObject(object.spec), 'cannot be set on create') : []
  refuse(def, object, [...metadataErrors(def, object), ...ownErrors(def, { next: object }, terms), ...early])
}

/** Throws Invalid (422) when an object may not become `next`, by a write to the whole or to a part of it. */
export function validateChange(
  def: ResourceDef,
  { old, next, subresource }: { readonly old: JsonObject; readonly next: JsonObject } & Part,
  terms: Terms,
): void {
  const errors: FieldError[] = []
  if (old.metadata !== next.metadata)
    errors.push(...labelErrors('metadata.labels', at(next, 'metadata.labels')))
  if (def.schema !== undefined || old.spec !== next.spec || old['webhooks'] !== next['webhooks'])
    errors.push(...ownErrors(def, { old, next }, terms))
  const change = subresource === 'ephemeralcontainers' ? ephemeralChange : fixed[def.bucket]
  errors.push(...(change?.(old, next) ?? []))
  refuse(def, next, errors)
}

interface Part {
  readonly subresource?: string | undefined
}

function refuse(def: ResourceDef, object: JsonObject, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(def, String(at(object, 'metadata.name') ?? ''), errors)
}

function ownErrors(
  { schema, bucket }: ResourceDef,
  change: { readonly old?: JsonObject; readonly next: JsonObject },
  terms: Terms,
): readonly FieldError[] {
  if (schema === undefined) return checks[bucket]?.(change.next) ?? []
  const found = schemaErrors(schema, change.next)
  return [...found, ...expressionErrors(schema, { ...change, found }, terms)]
}

type Check = (object: JsonObject) => FieldError[]

const checks: Readonly<Record<string, Check>> = {
  '/pods': ({ spec }) => [...podSpecErrors('spec', asObject(spec)), ...ephemeralErrors(asObject(spec))],
  'apiextensions.k8s.io/customresourcedefinitions': definitionErrors,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhookErrors,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhookErrors,
  'admissionregistration.k8s.io/validatingadmissionpolicies': policyErrors,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': bindingErrors,
  'apps/daemonsets': workload,
  'apps/deployments': workload,
  'apps/replicasets': workload,
  'batch/jobs': ({ spec }) => [
    ...podSpecErrors('spec.template.spec', asObject(at(spec, 'template.spec'))),
    ...jobErrors('spec', asObject(spec)),
  ],
  'batch/cronjobs': ({ spec }) => {
    const [job, { schedule }] = [asObject(at(spec, 'jobTemplate.spec')), asObject(spec)]
    return [
      ...scheduleErrors(schedule),
      ...podSpecErrors('spec.jobTemplate.spec.template.spec', asObject(at(job, 'template.spec'))),
      ...jobErrors('spec.jobTemplate.spec', job),
    ]
  },
  '/services': serviceErrors,
}

function workload(object: JsonObject): FieldError[] {
  const spec = asObject(object.spec)
  const labels = at(spec, 'template.metadata.labels') as Readonly<Record<string, string>> | undefined // of metadata
  const selector = spec.selector as LabelSelector | undefined // of the spec
  const podSpec = asObject(at(spec, 'template.spec'))
  const errors = [
    ...podSpecErrors('spec.template.spec', podSpec, ['Always']),
    ...ephemeralTooEarly('spec.template.spec', podSpec, 'ephemeral containers not allowed in pod template'),
  ]
  if (selector === undefined) errors.unshift(required('spec.selector'))
  else if (!selectorTest(selector)(labels))
    errors.unshift(
      invalidGo(
        'spec.template.metadata.labels',
        goMap(labels ?? {}),
        '`selector` does not match template `labels`',
      ),
    )
  return errors
}

type Fixed = (old: JsonObject, next: JsonObject) => FieldError[]

const fixedSelector: Fixed = (old, next) =>
  deepEqual(at(old, 'spec.selector'), at(next, 'spec.selector'))
    ? []
    : [invalidGo('spec.selector', goSelector(asObject(at(next, 'spec.selector'))), 'field is immutable')]

const fixedRole: Fixed = (old, next) =>
  deepEqual(old.roleRef, next.roleRef)
    ? []
    : [invalidGo('roleRef', goRoleRef(asObject(next.roleRef)), 'cannot change roleRef')]

const fixed: Readonly<Record<string, Fixed>> = {
  '/pods': podChange,
  '/configmaps': immutable,
  '/secrets': immutable,
  '/services': fixedAddress,
  'apps/daemonsets': fixedSelector,
  'apps/deployments': fixedSelector,
  'apps/replicasets': fixedSelector,
  'rbac.authorization.k8s.io/rolebindings': fixedRole,
  'rbac.authorization.k8s.io/clusterrolebindings': fixedRole,
}

/** pkg/apis/core/validation/validation.go (ValidateConfigMapUpdate, ValidateSecretUpdate). */
function immutable(old: JsonObject, next: JsonObject): FieldError[] {
  if (old.immutable !== true) return []
  const text = 'field is immutable when `immutable` is set'
  const changed = (field: string): boolean => !deepEqual(old[field] ?? {}, next[field] ?? {})
  return [
    ...(next.immutable === true ? [] : [forbiddenField('immutable', text)]),
    ...['data', 'binaryData'].filter(changed).map((field) => forbiddenField(field, text)),
  ]
}

/** pkg/apis/core/validation/validation.go (ValidateServiceClusterIPsRelatedFields, upgrades of its address). */
function fixedAddress(old: JsonObject, next: JsonObject): FieldError[] {
  const [before, after] = [asObject(old.spec), asObject(next.spec)]
  if (!before.clusterIP || before.clusterIP === after.clusterIP) return []
  if (before.type === 'ExternalName' || after.type === 'ExternalName') return []
  const value = `[]string{${JSON.stringify(after.clusterIP)}}`
  return [
    {
      field: 'spec.clusterIPs[0]',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${value}: may not change once set`,
    },
  ]
}

/** pkg/apis/core/validation/validation.go (ValidatePodUpdate): what of a pod's spec may change. */
const podText =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

function podChange(old: JsonObject, next: JsonObject): FieldError[] {
  if (old.spec === next.spec) return []
  const before = asObject(old.spec)
  const after = asObject(next.spec)
  const added = asList(before.tolerations).every((toleration) =>
    asList(after.tolerations).some((each) => deepEqual(each, toleration)),
  )
  return added && deepEqual(fixedPart(before), fixedPart(after)) ? [] : [forbiddenField('spec', podText)]
}

function fixedPart(spec: JsonObject): JsonObject {
  const imageless = (list: unknown): unknown =>
    asList(list).map((container) => ({ ...asObject(container), image: '' }))
  const { activeDeadlineSeconds: _a, tolerations: _t, ...rest } = spec
  return {
    ...rest,
    containers: imageless(spec.containers),
    initContainers: imageless(spec.initContainers),
  }
}

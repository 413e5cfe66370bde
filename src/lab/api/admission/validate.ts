/**
 * The checks of the stored types that operators meet. pkg/apis/core/validation/validation.go and its neighbours.
 *
 * Not imitated: what each of the files that it asks names.
 */

import { bindingErrors, policyErrors } from '#lab/api/admission/admission-policy.ts'
import { jobErrors, scheduleErrors, timeZoneErrors } from '#lab/api/admission/batch.ts'
import {
  ephemeralChange,
  ephemeralErrors,
  ephemeralTooEarly,
} from '#lab/api/admission/ephemeral-containers.ts'
import { fixedJob, fixedPriority, fixedType } from '#lab/api/admission/fixed-fields.ts'
import { goRoleRef, goSelector } from '#lab/api/admission/go-values.ts'
import { finalizerErrors, labelErrors, metadataErrors } from '#lab/api/admission/names.ts'
import { oneOf } from '#lab/api/admission/validate-container.ts'
import {
  autoscalerErrors,
  budgetErrors,
  limitRangeErrors,
  priorityClassErrors,
  quotaErrors,
} from '#lab/api/admission/validate-limits.ts'
import { ingressErrors, networkPolicyErrors } from '#lab/api/admission/validate-network.ts'
import {
  configMapErrors,
  nodeErrors,
  roleErrors,
  secretErrors,
  signingRequestErrors,
} from '#lab/api/admission/validate-other.ts'
import { podSpecErrors } from '#lab/api/admission/validate-pod-spec.ts'
import { endpointsErrors, serviceErrors } from '#lab/api/admission/validate-service.ts'
import {
  claimChange,
  claimErrors,
  classChange,
  classErrors,
  volumeChange,
  volumeObjectErrors,
} from '#lab/api/admission/validate-storage.ts'
import {
  daemonSetErrors,
  deploymentErrors,
  replicaSetErrors,
  statefulSetChange,
  statefulSetErrors,
} from '#lab/api/admission/validate-workload.ts'
import { webhookErrors } from '#lab/api/admission/webhook-configuration.ts'
import { definitionErrors } from '#lab/api/custom/definition.ts'
import { expressionErrors, type Terms } from '#lab/api/custom/expressions.ts'
import { schemaErrors } from '#lab/api/custom/validate.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { type FieldError, forbiddenField, invalid, invalidGo } from '#lab/api/status.ts'
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
    errors.push(
      ...labelErrors('metadata.labels', at(next, 'metadata.labels')),
      ...(def.schema === undefined ? finalizerErrors(at(next, 'metadata.finalizers')) : []),
    )
  if (def.schema !== undefined || parts.some((part) => old[part] !== next[part]))
    errors.push(...ownErrors(def, { old, next }, terms))
  const change = subresource === 'ephemeralcontainers' ? ephemeralChange : fixed[def.bucket]
  errors.push(...(change?.(old, next, terms.minor) ?? []))
  refuse(def, next, errors)
}

/** Where what is checked stands. */
const parts = ['spec', 'webhooks', 'data', 'binaryData', 'subsets', 'rules', 'value']

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
  'apps/daemonsets': daemonSetErrors,
  'apps/deployments': deploymentErrors,
  'apps/replicasets': replicaSetErrors,
  'apps/statefulsets': statefulSetErrors,
  'autoscaling/horizontalpodautoscalers': autoscalerErrors,
  'batch/jobs': ({ spec }) => [
    ...podSpecErrors('spec.template.spec', asObject(at(spec, 'template.spec'))),
    ...jobErrors('spec', asObject(spec)),
  ],
  'batch/cronjobs': ({ spec }) => {
    const [job, { schedule, concurrencyPolicy, timeZone }] = [
      asObject(at(spec, 'jobTemplate.spec')),
      asObject(spec),
    ]
    return [
      ...scheduleErrors(schedule),
      ...timeZoneErrors(timeZone),
      ...oneOf('spec.concurrencyPolicy', concurrencyPolicy, ['Allow', 'Forbid', 'Replace']),
      ...podSpecErrors('spec.jobTemplate.spec.template.spec', asObject(at(job, 'template.spec'))),
      ...jobErrors('spec.jobTemplate.spec', job),
    ]
  },
  '/configmaps': configMapErrors,
  '/endpoints': endpointsErrors,
  '/limitranges': limitRangeErrors,
  '/nodes': nodeErrors,
  '/persistentvolumeclaims': claimErrors,
  '/persistentvolumes': volumeObjectErrors,
  '/resourcequotas': quotaErrors,
  '/secrets': secretErrors,
  '/services': serviceErrors,
  'certificates.k8s.io/certificatesigningrequests': signingRequestErrors,
  'networking.k8s.io/ingresses': ingressErrors,
  'networking.k8s.io/networkpolicies': networkPolicyErrors,
  'policy/poddisruptionbudgets': budgetErrors,
  'rbac.authorization.k8s.io/clusterroles': roleErrors,
  'rbac.authorization.k8s.io/roles': roleErrors,
  'scheduling.k8s.io/priorityclasses': priorityClassErrors,
  'storage.k8s.io/storageclasses': classErrors,
}

type Fixed = (old: JsonObject, next: JsonObject, minor: number) => FieldError[]

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
  '/persistentvolumes': volumeChange,
  '/secrets': (old, next) => [...immutable(old, next), ...fixedType(old, next)],
  '/persistentvolumeclaims': claimChange,
  '/services': fixedAddress,
  'apps/daemonsets': fixedSelector,
  'apps/deployments': fixedSelector,
  'apps/replicasets': fixedSelector,
  'apps/statefulsets': statefulSetChange,
  'batch/jobs': fixedJob,
  'scheduling.k8s.io/priorityclasses': fixedPriority,
  'storage.k8s.io/storageclasses': classChange,
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

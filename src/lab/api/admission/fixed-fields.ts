/** What of objects of some types may not change: ValidateSecretUpdate, ValidateJobUpdate, ValidatePriorityClassUpdate. */
import { asObject, type JsonObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { type FieldError, forbiddenField, invalidGo, invalidValue } from '#lab/api/status.ts'

const fixed = 'field is immutable'

export const fixedType = (old: JsonObject, next: JsonObject): FieldError[] =>
  old.type === next.type ? [] : [invalidValue('type', next.type, fixed)]

export const fixedPriority = (old: JsonObject, next: JsonObject): FieldError[] => [
  ...(old.value === next.value ? [] : [forbiddenField('value', 'may not be changed in an update.')]),
  ...(old.preemptionPolicy === next.preemptionPolicy
    ? []
    : [invalidValue('preemptionPolicy', next.preemptionPolicy, fixed)]),
]

/** The template of a suspended Job may change in part; nobody asks that here. */
export function fixedJob(old: JsonObject, next: JsonObject): FieldError[] {
  const [before, after] = [asObject(old.spec), asObject(next.spec)]
  const differs = (field: string): boolean => !deepEqual(before[field], after[field])
  return [
    ...(differs('completions') ? [invalidValue('spec.completions', after.completions, fixed)] : []),
    ...(differs('selector') ? [invalidGo('spec.selector', '{}', fixed)] : []),
    // Go shows the whole template there, with the addresses of what it points to.
    ...(differs('template') && before.suspend !== true
      ? [invalidGo('spec.template', 'core.PodTemplateSpec{…}', fixed)]
      : []),
    ...(differs('completionMode') ? [invalidValue('spec.completionMode', after.completionMode, fixed)] : []),
    ...(differs('podFailurePolicy') ? [invalidGo('spec.podFailurePolicy', '{}', fixed)] : []),
  ]
}

/**
 * The containers that are added to a pod while it runs: pkg/apis/core/validation/validation.go (validateEphemeralContainers,
 * ValidatePodEphemeralContainersUpdate, ValidatePodCreate, ValidatePodTemplateSpec).
 *
 * Not imitated: what is told of the difference between a container and what it may not become.
 */
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { type FieldError, forbiddenField } from '#lab/api/status.ts'

const containersOf = (spec: JsonObject, list: string): readonly JsonObject[] =>
  asList(spec[list]).map(asObject)

/** What is wrong with those of a pod's spec, besides what could be of any container. */
export function ephemeralErrors(spec: JsonObject): FieldError[] {
  const others = new Set(
    ['containers', 'initContainers'].flatMap((list) => containersOf(spec, list).map(({ name }) => name)),
  )
  const taken = new Set(others)
  return containersOf(spec, 'ephemeralContainers').flatMap((container, index) => {
    const { name, targetContainerName: target } = container
    const field = `spec.ephemeralContainers[${index}]`
    const errors: FieldError[] = []
    if (taken.has(name))
      errors.push({
        field: `${field}.name`,
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${JSON.stringify(name)}`,
      })
    taken.add(name)
    if (target !== undefined && target !== '' && !others.has(target))
      errors.push({
        field: `${field}.targetContainerName`,
        reason: 'FieldValueNotFound',
        message: `Not found: ${JSON.stringify(target)}`,
      })
    return [...errors, ...lookingOnly(field, container)]
  })
}

const ofServices = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
]

/** No service may come to depend on them. */
function lookingOnly(field: string, container: JsonObject): FieldError[] {
  const text = 'cannot be set for an Ephemeral Container'
  const isSet = (key: string): boolean => Object.keys(Object(container[key] ?? {})).length > 0
  return [
    ...ofServices.filter(isSet).map((key) => forbiddenField(`${field}.${key}`, text)),
    ...asList(container.volumeMounts).flatMap((mount, index) =>
      ['subPath', 'subPathExpr']
        .filter((key) => asObject(mount)[key])
        .map((key) => forbiddenField(`${field}.volumeMounts[${index}].${key}`, text)),
    ),
  ]
}

/** Those that are there stay as they are. */
export function ephemeralChange(old: JsonObject, next: JsonObject): FieldError[] {
  if (asObject(at(old, 'metadata.annotations'))['kubernetes.io/config.mirror'] !== undefined)
    return [forbiddenField('[]', 'static pods do not support ephemeral containers')]
  const after = containersOf(asObject(next.spec), 'ephemeralContainers')
  return containersOf(asObject(old.spec), 'ephemeralContainers').flatMap((container) => {
    const now = after.find(({ name }) => name === container.name)
    if (now !== undefined && deepEqual(container, now)) return []
    const what = now === undefined ? 'removed' : 'changed'
    return [
      forbiddenField(
        'spec.ephemeralContainers',
        `existing ephemeral containers ${JSON.stringify(container.name)} may not be ${what}\n`,
      ),
    ]
  })
}

/** They come with the subresource alone: no pod, and no template of pods, is made with any. */
export function ephemeralTooEarly(field: string, spec: JsonObject, text: string): FieldError[] {
  const some = asList(spec.ephemeralContainers).length > 0
  return some ? [forbiddenField(`${field}.ephemeralContainers`, text)] : []
}

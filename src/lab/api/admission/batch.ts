/**
 * Jobs and CronJobs as the server takes them: pkg/apis/batch/v1/defaults.go, pkg/apis/batch/validation/validation.go,
 * pkg/registry/batch/job/strategy.go. Not imitated: the labels without a prefix alone, as they were before 1.27; most of validation.
 */
import { isTimeZone } from '#base/time-zone.ts'
import { change, changeEach, fill } from '#lab/api/admission/pod-defaults.ts'
import { parseSchedule } from '#lab/api/admission/schedule.ts'
import { asObject, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { type FieldError, invalidValue, required } from '#lab/api/status.ts'

/** Of a Job's spec. Where somebody says how many run at a time and not how many shall succeed, they share a queue. */
export const jobDefaults = (spec: JsonObject): JsonObject =>
  fill(spec, {
    // One that counts the failures of each index does not count them together.
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : 2_147_483_647,
    ...(spec.parallelism === undefined ? { completions: 1 } : {}),
    parallelism: 1,
    completionMode: 'NonIndexed',
    suspend: false,
    ...(isObject(spec.podFailurePolicy)
      ? { podFailurePolicy: failurePolicyDefaults(spec.podFailurePolicy) }
      : {}),
  })

const failurePolicyDefaults = (policy: JsonObject): JsonObject =>
  changeEach(policy, 'rules', (rule) =>
    changeEach(rule, 'onPodConditions', (condition) => fill(condition, { status: 'True' })),
  )

/** A Job that is to be stored selects its pods by its own uid, and says so in its template and, where it has no labels, in those. */
export function selectingJob(job: JsonObject): JsonObject {
  const { uid, name, labels } = asObject(job.metadata)
  if (at(job, 'spec.manualSelector') === true) return job
  const own = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  const template = asObject(at(job, 'spec.template'))
  const metadata = asObject(template.metadata)
  const marked = { ...asObject(metadata.labels), ...own }
  return {
    ...job,
    metadata: {
      ...asObject(job.metadata),
      labels: Object.keys(asObject(labels)).length > 0 ? labels : marked,
    },
    spec: {
      ...asObject(job.spec),
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      template: { ...template, metadata: { ...metadata, labels: marked } },
    },
  }
}

const endingPolicies = ['OnFailure', 'Never']

/** Of the template of a Job whose spec is at `field`. */
export function jobErrors(field: string, spec: JsonObject): readonly FieldError[] {
  const isIndexed = spec.completionMode === 'Indexed'
  const policy = String(at(spec, 'template.spec.restartPolicy'))
  return [
    ...(isIndexed && spec.completions === undefined
      ? [required(`${field}.completions`, 'when completion mode is Indexed')]
      : []),
    ...(spec.backoffLimitPerIndex !== undefined && !isIndexed
      ? [
          invalidValue(
            `${field}.backoffLimitPerIndex`,
            spec.backoffLimitPerIndex,
            'requires indexed completion mode',
          ),
        ]
      : []),
    ...(spec.podFailurePolicy !== undefined && policy === 'OnFailure'
      ? [
          invalidValue(
            `${field}.template.spec.restartPolicy`,
            policy,
            'only "Never" is supported when podFailurePolicy is specified',
          ),
        ]
      : []),
    ...(endingPolicies.includes(policy)
      ? []
      : [
          required(
            `${field}.template.spec.restartPolicy`,
            `valid values: ${endingPolicies.map((each) => JSON.stringify(each)).join(', ')}`,
          ),
        ]),
  ]
}

/** Of a CronJob's schedule, in the words of its parser. */
export function scheduleErrors(schedule: unknown): readonly FieldError[] {
  if (schedule === undefined || schedule === '') return [required('spec.schedule')]
  try {
    parseSchedule(String(schedule))
    return []
  } catch (error) {
    return [invalidValue('spec.schedule', schedule, error instanceof Error ? error.message : String(error))]
  }
}

/** A zone is named as the IANA database names it; where none is, the controller manager's counts. */
export function timeZoneErrors(zone: unknown): readonly FieldError[] {
  if (zone === undefined || zone === null) return []
  const invalid = (why: string): readonly FieldError[] => [invalidValue('spec.timeZone', zone, why)]
  if (zone === '') return invalid('timeZone must be nil or non-empty string')
  if (String(zone).toLowerCase() === 'local')
    return invalid('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  return isTimeZone(String(zone)) ? [] : invalid(`unknown time zone ${String(zone)}`)
}

/** With the defaults of a CronJob that are not its Job's. */
export const cronJobDefaults = (spec: JsonObject, ofTemplate: (job: JsonObject) => JsonObject): JsonObject =>
  change(
    fill(spec, {
      concurrencyPolicy: 'Allow',
      failedJobsHistoryLimit: 1,
      successfulJobsHistoryLimit: 3,
      suspend: false,
    }),
    'jobTemplate',
    (job) => change(job, 'spec', ofTemplate),
  )

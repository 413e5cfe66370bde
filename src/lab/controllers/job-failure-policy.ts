/** What a Job's policy makes of a failed pod: kubernetes/kubernetes:pkg/controller/job/pod_failure_policy.go. */
import type { Job, Pod, PodFailureRule } from '#lab/api/objects.ts'

export interface FailureMatch {
  readonly action: PodFailureRule['action']
  /** Of one that ends the Job: why. */
  readonly fatal?: string
}

/** The first rule that a failed pod meets; `undefined` without one. */
export function failureMatch({ spec }: Job, pod: Pod): FailureMatch | undefined {
  if (pod.status.phase !== 'Failed') return undefined
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const found = metBy(rule, pod)
    if (found === undefined) continue
    const { action } = rule
    return {
      action,
      ...(action === 'FailJob' && { fatal: `${found} matching FailJob rule at index ${index}` }),
    }
  }
  return undefined
}

/** Whether a failed pod counts towards the limits. */
export const isCounted = (job: Job, pod: Pod): boolean => failureMatch(job, pod)?.action !== 'Ignore'

function metBy(
  { onExitCodes, onPodConditions }: PodFailureRule,
  { metadata, status }: Pod,
): string | undefined {
  const pod = `${metadata.namespace}/${metadata.name}`
  if (onExitCodes !== undefined) {
    const { containerName, operator, values } = onExitCodes
    const found = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(
      ({ name, state }) => {
        const code = state.terminated?.exitCode ?? 0
        if (code === 0 || (containerName !== undefined && containerName !== name)) return false
        return values.includes(code) === (operator === 'In')
      },
    )
    return found === undefined
      ? undefined
      : `Container ${found.name} for pod ${pod} failed with exit code ${found.state.terminated?.exitCode}`
  }
  const condition = status.conditions?.find(({ type, status: is }) =>
    onPodConditions?.some((each) => each.type === type && (each.status ?? 'True') === is),
  )
  return condition === undefined ? undefined : `Pod ${pod} has condition ${condition.type}`
}

/**
 * Conditions that others write and that a pod's readiness waits for (kubernetes/kubernetes:pkg/kubelet/status/generate.go,
 * GeneratePodReadyCondition).
 */
import type { Pod } from '#lab/api/objects.ts'

const statusOf = (pod: Pod, type: string): string | undefined =>
  pod.status?.conditions?.find((each) => each.type === type)?.status

/** What stands against the pod's readiness; empty where nothing does, or no gate is asked for. */
export const closedGates = (pod: Pod): readonly string[] =>
  (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const status = statusOf(pod, conditionType)
    if (status === 'True') return []
    const gate = `pod readiness gate ${JSON.stringify(conditionType)}`
    return [
      status === undefined
        ? `corresponding condition of ${gate} does not exist.`
        : `the status of ${gate} is not "True", but ${status}`,
    ]
  })

/** Whether somebody opened or closed a gate. */
export const gatesMoved = (before: Pod, now: Pod): boolean =>
  (now.spec.readinessGates ?? []).some(
    ({ conditionType }) => statusOf(before, conditionType) !== statusOf(now, conditionType),
  )

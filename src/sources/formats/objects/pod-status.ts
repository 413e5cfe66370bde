import type { ContainerStatus, PodObject } from '#sources/formats/shapes.ts'

/**
 * kubectl's STATUS column, e.g. `Running`, `CrashLoopBackOff`, `Init:Error`, `Terminating`.
 *
 * @see kubernetes/kubernetes:pkg/printers/internalversion/printers.go (printPod)
 */
export function podStatus(pod: PodObject): string | undefined {
  const { metadata, spec, status } = pod
  if (typeof metadata.deletionTimestamp === 'string')
    return status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating'
  const first = status?.reason ?? status?.phase ?? undefined
  const init = initStatus(status?.initContainerStatuses ?? [], spec?.initContainers ?? [])
  if (init !== undefined && !isTrue(pod, 'Initialized')) return init
  return mainStatus(pod, first)
}

type InitSpecs = NonNullable<NonNullable<PodObject['spec']>['initContainers']>

function initStatus(statuses: readonly ContainerStatus[], specs: InitSpecs): string | undefined {
  for (const [index, { name, state, started }] of statuses.entries()) {
    if (state?.terminated?.exitCode === 0) continue
    const restartable = specs.find((spec) => spec.name === name)?.restartPolicy === 'Always'
    if (restartable && started === true) continue
    if (state?.terminated) return `Init:${ended(state.terminated)}`
    const waiting = state?.waiting?.reason
    if (waiting && waiting !== 'PodInitializing') return `Init:${waiting}`
    return `Init:${index}/${specs.length}`
  }
  return undefined
}

function mainStatus(pod: PodObject, first: string | undefined): string | undefined {
  const statuses = pod.status?.containerStatuses ?? []
  const reasons = statuses.map(({ state }) =>
    state?.waiting?.reason ? state.waiting.reason : state?.terminated ? ended(state.terminated) : undefined,
  )
  // printPod walks from the last container to the first, and the first one's word stays.
  const reason = reasons.find((each) => each !== undefined) ?? first
  const running = statuses.some(({ ready, state }) => ready === true && state?.running)
  if (reason === 'Completed' && running) return isTrue(pod, 'Ready') ? 'Running' : 'NotReady'
  return reason
}

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>

const ended = ({ reason, signal, exitCode }: Terminated): string =>
  reason ? reason : signal ? `Signal:${signal}` : `ExitCode:${exitCode}`

const isTrue = (pod: PodObject, type: string): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true

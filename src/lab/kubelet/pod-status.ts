import { rfc3339 } from '#base/clock.ts'
import type { Condition, ContainerDef, ContainerState, ContainerStatus, Pod } from '#lab/api/objects.ts'
import { closedGates } from '#lab/kubelet/readiness-gates.ts'
import { isSidecar, sidecarsOf } from '#lab/kubelet/sidecars.ts'
import { imageId } from '#lab/runtime/images.ts'
import type { ContainerInstance, Sandbox } from '#lab/runtime/records.ts'

/** Why a container does not run although it should, as the last attempt to start it ended. */
export interface StartTrouble {
  readonly reason: string // CrashLoopBackOff, ErrImagePull, CreateContainerConfigError …
  readonly message: string
}

/** Why the kubelet ended a pod by itself, or would not take it. */
export interface PodFailure {
  readonly reason: string // Evicted, NodeAffinity …
  readonly message: string
  /** The event's text, where it is not the status's. */
  readonly event?: string
  /** A running pod was ended. */
  readonly disrupted: boolean
  /** It ran out of its own time: it gets its grace, and no condition DisruptionTarget. */
  readonly late?: boolean
}

/** Everything a pod's status follows from. */
export interface PodView {
  readonly pod: Pod
  readonly failure: PodFailure | undefined
  readonly hostIp: string
  /** `containerd`, `cri-o` */
  readonly runtime: string
  /** Of its release: 31. */
  readonly minor: number
  readonly nowMs: number
  readonly startTimeMs: number
  /** The newest sandbox. */
  readonly sandbox: Sandbox | undefined
  /** All instances, newest first. */
  readonly instances: readonly ContainerInstance[]
  readonly troubles: ReadonlyMap<string, StartTrouble>
  readonly isStarted: (instance: ContainerInstance) => boolean
  readonly isReady: (instance: ContainerInstance) => boolean
  /** What was told last; undefined at the first time. */
  readonly previous: Pod['status'] | undefined
}

/**
 * The status that a kubelet reports (kubernetes/kubernetes:pkg/kubelet/kubelet_pods.go `generateAPIPodStatus`,
 * `convertToAPIContainerStatuses`, `getPhase`; pkg/kubelet/status/generate.go), and whether the pod is over: while a sidecar still
 * runs, nobody is told so. Not imitated: resize.
 */
export function podStatus(view: PodView): { readonly status: Pod['status']; readonly isOver: boolean } {
  const { pod, sandbox, hostIp } = view
  const hasInit = (pod.spec.initContainers?.length ?? 0) > 0
  const waitingFor = hasInit ? 'PodInitializing' : 'ContainerCreating'
  const initStatuses = pod.spec.initContainers?.map((def) =>
    isSidecar(def, view.minor) ? containerStatus(view, def, 'PodInitializing') : initStatus(view, def),
  )
  const statuses = pod.spec.containers.map((def) => containerStatus(view, def, waitingFor))
  const { failure } = view
  if (failure !== undefined && !failure.disrupted) return { status: refused(view, failure), isOver: true }
  const actual = failure === undefined ? podPhase(view, initStatuses ?? [], statuses) : 'Failed'
  const isOver = actual === 'Succeeded' || actual === 'Failed'
  const sidecars = sidecarsOf(pod, view.minor).map(({ name }) => name)
  const waits =
    isOver && view.instances.some(({ name, state }) => state === 'running' && sidecars.includes(name))
  const phase = waits ? 'Running' : actual
  const address = pod.spec.hostNetwork ? hostIp : sandbox?.ready ? sandbox.address : undefined
  const podIp = address ?? view.previous?.podIP
  const status = {
    phase,
    conditions: conditions(view, phase, initStatuses ?? [], statuses),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(podIp === undefined ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] }),
    startTime: rfc3339(view.startTimeMs),
    ...(failure === undefined ? {} : { reason: failure.reason, message: failure.message }),
    ...(initStatuses === undefined || !hasInit ? {} : { initContainerStatuses: initStatuses }),
    containerStatuses: statuses,
    ...ephemeralStatuses(view),
    ...(pod.status?.qosClass === undefined ? {} : { qosClass: pod.status.qosClass }),
  }
  return { status, isOver }
}

/** Of a pod that was never taken nothing is known but that. */
const refused = ({ pod, startTimeMs }: PodView, { reason, message }: PodFailure): Pod['status'] => ({
  phase: 'Failed',
  reason,
  message,
  startTime: rfc3339(startTimeMs),
  ...(pod.status?.qosClass === undefined ? {} : { qosClass: pod.status.qosClass }),
})

/** They are never restarted and never ready. */
function ephemeralStatuses(view: PodView): Pick<Pod['status'], 'ephemeralContainerStatuses'> {
  const defs = view.pod.spec.ephemeralContainers ?? []
  if (defs.length === 0) return {}
  return {
    ephemeralContainerStatuses: defs.map((def) => {
      const { started: _started, ...status } = containerStatus(view, def, 'ContainerCreating')
      return { ...status, ready: false }
    }),
  }
}

/** The newest instance of a container, and the one before it. */
export const instancesOf = (
  instances: readonly ContainerInstance[],
  name: string,
): readonly [ContainerInstance | undefined, ContainerInstance | undefined] => {
  const [newest, before] = instances.filter((instance) => instance.name === name)
  return [newest, before]
}

function containerStatus(view: PodView, def: ContainerDef, waitingFor: string): ContainerStatus {
  const [newest, before] = instancesOf(view.instances, def.name)
  const trouble = view.troubles.get(def.name)
  const volumeMounts = mountStatuses(def, view.minor)
  if (newest === undefined)
    return { ...neverStarted(def, trouble ?? { reason: waitingFor, message: '' }), ...volumeMounts }
  const running = newest.state === 'running'
  const waits = !running && trouble !== undefined
  const started = running && view.isStarted(newest)
  return {
    name: def.name,
    state: waits ? waiting(trouble) : stateOf(view, newest, waitingFor),
    lastState: waits ? lastStateOf(view, newest) : lastStateOf(view, before),
    ready: started && view.isReady(newest),
    restartCount: newest.attempt,
    image: newest.image,
    imageID: imageId(newest.image),
    containerID: `${view.runtime}://${newest.id}`,
    started,
    ...volumeMounts,
  }
}

const mounted = new WeakMap<ContainerDef, Pick<ContainerStatus, 'volumeMounts'>>()

/** RecursiveReadOnlyMounts, on from 1.31: no runtime of a lab makes what is mounted below read-only. */
function mountStatuses(def: ContainerDef, minor: number): Pick<ContainerStatus, 'volumeMounts'> {
  if (minor < 31 || (def.volumeMounts ?? []).length === 0) return {}
  let known = mounted.get(def)
  if (known === undefined) {
    known = {
      volumeMounts: (def.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
        mountPath,
        name,
        ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
      })),
    }
    mounted.set(def, known)
  }
  return known
}

/** An init container of an earlier sandbox counts as not run yet; its restarts stay. */
function initStatus(view: PodView, def: ContainerDef): ContainerStatus {
  const [newest, before] = instancesOf(view.instances, def.name)
  const trouble = view.troubles.get(def.name)
  const stale = newest !== undefined && view.sandbox?.ready === true && newest.sandboxId !== view.sandbox.id
  const volumeMounts = mountStatuses(def, view.minor)
  if (newest === undefined)
    return { ...neverStarted(def, trouble ?? { reason: 'PodInitializing', message: '' }), ...volumeMounts }
  const waits = (newest.state === 'exited' && trouble !== undefined) || stale
  const done = newest.state === 'exited' && newest.exitCode === 0 && !stale
  return {
    name: def.name,
    state: waits
      ? waiting(trouble ?? { reason: 'PodInitializing', message: '' })
      : stateOf(view, newest, 'PodInitializing'),
    lastState: waits ? lastStateOf(view, newest) : lastStateOf(view, before),
    ready: done,
    restartCount: newest.attempt,
    image: newest.image,
    imageID: imageId(newest.image),
    containerID: `${view.runtime}://${newest.id}`,
    started: newest.state === 'running',
    ...volumeMounts,
  }
}

const neverStarted = (def: ContainerDef, trouble: StartTrouble): ContainerStatus => ({
  name: def.name,
  state: waiting(trouble),
  lastState: {},
  ready: false,
  restartCount: 0,
  image: def.image,
  imageID: '',
  started: false,
})

const waiting = ({ reason, message }: StartTrouble): ContainerState => ({
  waiting: message === '' ? { reason } : { reason, message },
})

function stateOf({ runtime }: PodView, instance: ContainerInstance, waitingFor: string): ContainerState {
  if (instance.state === 'running') return { running: { startedAt: rfc3339(instance.startedMs) } }
  if (instance.state === 'created') return { waiting: { reason: waitingFor } }
  return terminated(runtime, instance)
}

const lastStateOf = ({ runtime }: PodView, instance: ContainerInstance | undefined): ContainerState =>
  instance?.state === 'exited' ? terminated(runtime, instance) : {}

const terminated = (runtime: string, instance: ContainerInstance): ContainerState => ({
  terminated: {
    exitCode: instance.exitCode,
    reason: instance.reason,
    ...(instance.message === '' ? {} : { message: instance.message }),
    startedAt: rfc3339(instance.startedMs),
    finishedAt: rfc3339(instance.finishedMs),
    containerID: `${runtime}://${instance.id}`,
  },
})

function podPhase(
  { pod, minor }: PodView,
  init: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): Pod['status']['phase'] {
  const policy = pod.spec.restartPolicy ?? 'Always'
  const stays = sidecarsOf(pod, minor).map(({ name }) => name)
  const initFailed = init.some(
    ({ name, state }) =>
      !stays.includes(name) && state.terminated !== undefined && state.terminated.exitCode !== 0,
  )
  if (initFailed && policy === 'Never') return 'Failed'
  const begun = anyStarted(statuses)
  if (!begun && init.some((status) => !isInitialized(status, stays))) return 'Pending'
  if (statuses.some(({ state, lastState }) => state.waiting && !lastState.terminated)) return 'Pending'
  if (statuses.some(({ state }) => state.running) || policy === 'Always') return 'Running'
  const codes = statuses.map(({ state, lastState }) => (state.terminated ?? lastState.terminated)?.exitCode)
  if (codes.every((code) => code === 0)) return 'Succeeded'
  return policy === 'Never' ? 'Failed' : 'Running'
}

/** One that stays only has to have begun. */
const isInitialized = ({ name, ready, started }: ContainerStatus, stays: readonly string[]): boolean =>
  stays.includes(name) ? started === true : ready

const anyStarted = (statuses: readonly ContainerStatus[]): boolean =>
  statuses.some(({ state }) => state.running !== undefined || state.terminated !== undefined)

function conditions(
  view: PodView,
  phase: Pod['status']['phase'],
  init: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): readonly Condition[] {
  const stays = sidecarsOf(view.pod, view.minor).map(({ name }) => name)
  const counted = [...init.filter(({ name }) => stays.includes(name)), ...statuses]
  const unready = counted.filter(({ ready }) => !ready).map(({ name }) => name)
  const ended = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined
  const allReady = ended
    ? ({ status: 'False', reason: ended } as const)
    : unready.length === 0
      ? ({ status: 'True' } as const)
      : ({
          status: 'False',
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${unready.join(' ')}]`,
        } as const)
  const { sandbox, pod } = view
  const hasSandbox =
    sandbox?.ready === true && (pod.spec.hostNetwork === true || sandbox.address !== undefined)
  const wanted: readonly Omit<Condition, 'lastTransitionTime'>[] = [
    ...(view.minor >= 29
      ? [{ type: 'PodReadyToStartContainers', status: hasSandbox ? 'True' : 'False' } as const]
      : []),
    { type: 'Initialized', ...initialized(init, { statuses, stays, ended }) },
    { type: 'Ready', ...(allReady.status === 'True' ? gated(pod) : allReady) },
    { type: 'ContainersReady', ...allReady },
    { type: 'PodScheduled', status: 'True' },
    ...(view.failure === undefined || view.failure.late === true
      ? []
      : [
          {
            type: 'DisruptionTarget',
            status: 'True',
            reason: 'TerminationByKubelet',
            message: view.failure.message,
          } as const,
        ]),
  ]
  return wanted.map((condition) => withTransition(view, condition))
}

/** Of a pod whose containers are all ready. */
function gated(pod: Pod): Pick<Condition, 'status' | 'reason' | 'message'> {
  const closed = closedGates(pod)
  return closed.length === 0
    ? { status: 'True' }
    : { status: 'False', reason: 'ReadinessGatesNotReady', message: closed.join(', ') }
}

function initialized(
  init: readonly ContainerStatus[],
  {
    statuses,
    stays,
    ended,
  }: {
    readonly statuses: readonly ContainerStatus[]
    readonly stays: readonly string[]
    readonly ended: string | undefined
  },
): { readonly status: 'True' | 'False'; readonly reason?: string; readonly message?: string } {
  const incomplete = init.filter((status) => !isInitialized(status, stays)).map(({ name }) => name)
  if (ended === 'PodCompleted') return { status: 'True', reason: ended }
  if (incomplete.length === 0 || anyStarted(statuses)) return { status: 'True' }
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${incomplete.join(' ')}]`,
  }
}

function withTransition(view: PodView, condition: Omit<Condition, 'lastTransitionTime'>): Condition {
  const known = (view.previous ?? view.pod.status)?.conditions?.find(({ type }) => type === condition.type)
  const since = known?.status === condition.status ? known.lastTransitionTime : undefined
  return { ...condition, lastProbeTime: null, lastTransitionTime: since ?? rfc3339(view.nowMs) }
}

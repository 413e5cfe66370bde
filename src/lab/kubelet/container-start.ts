import type { ContainerDef, Pod } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'
import { goDuration } from '#lab/kubelet/backoff.ts'
import { containerConfig } from '#lab/kubelet/container-config.ts'
import { stopContainer } from '#lab/kubelet/container-stop.ts'
import { type ContainerList, fieldPath, type Kubelet, podReference, podText } from '#lab/kubelet/context.ts'
import { runHook } from '#lab/kubelet/hooks.ts'
import { ensureImage } from '#lab/kubelet/image-pull.ts'
import { ObjectTrouble } from '#lab/kubelet/object-cache.ts'
import { ConfigTrouble, type EnvContext } from '#lab/kubelet/pod-env.ts'
import { instancesOf, type StartTrouble } from '#lab/kubelet/pod-status.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { Image } from '#lab/runtime/ports.ts'
import type { ContainerInstance, Sandbox } from '#lab/runtime/records.ts'

export interface StartContext extends EnvContext {
  readonly sandbox: Sandbox
  readonly volumes: ReadonlyMap<string, string>
  /** When the newest instance of each container that had ended when the sync began had ended: the back-off counts from there. */
  readonly finishedMs: ReadonlyMap<string, number>
  readonly list: ContainerList
}

/**
 * Starts one container: back-off, image, configuration, creation, start, with their events. Answers what kept it from
 * starting, `undefined` when it runs (kubernetes/kubernetes:pkg/kubelet/kuberuntime/{kuberuntime_manager,kuberuntime_container}.go,
 * pkg/kubelet/images/image_manager.go).
 */
export async function startContainer(
  kubelet: Kubelet,
  self: Process,
  def: ContainerDef,
  context: StartContext,
): Promise<StartTrouble | undefined> {
  const tell = teller(kubelet, context.pod, def, context.list)
  const waits = crashBackoff(kubelet, def, context, tell)
  if (waits !== undefined) return waits
  const image = await ensureImage(kubelet, self, { def, pod: context.pod, objects: context.objects, tell })
  if ('reason' in image) {
    tell('Warning', 'Failed', `Error: ${image.reason}`)
    return image
  }
  const started = await createAndStart(kubelet, def, { ...context, image }, tell)
  if (!('id' in started)) return started
  return afterStart(kubelet, self, { def, context, instance: started, tell })
}

/**
 * By container, when its newest ended instance ended. A container that is killed and restarted in one sync is not among them when
 * they are asked for before, so the back-off of a liveness failure counts from the end of the instance before.
 */
export function endTimes(instances: readonly ContainerInstance[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>()
  for (const { name, state, finishedMs } of instances) {
    if (state === 'exited' && !ends.has(name)) ends.set(name, finishedMs)
  }
  return ends
}

/** The container is not counted as started before its hook is done, and does not live when that fails. */
async function afterStart(
  kubelet: Kubelet,
  self: Process,
  o: {
    readonly def: ContainerDef
    readonly context: StartContext
    readonly instance: ContainerInstance
    readonly tell: Tell
  },
): Promise<StartTrouble | undefined> {
  const { def, context, instance, tell } = o
  const hook = def.lifecycle?.postStart
  if (hook === undefined) return undefined
  const { podIp, pod } = context
  const { runtime } = kubelet
  const limitMs = Number.POSITIVE_INFINITY
  if (await runHook(self, hook, { runtime, instanceId: instance.id, def, podIp, limitMs })) return undefined
  const message = 'PostStartHook failed'
  tell('Warning', 'FailedPostStartHook', message)
  await stopContainer(kubelet, self, { pod, instance, message: 'FailedPostStartHook' })
  return { reason: 'PostStartHookError', message }
}

/** The text changed with 1.29 and 1.35. */
const createdText = (minor: number, name: string): string =>
  minor >= 35 ? 'Container created' : `Created container${minor >= 29 ? ':' : ''} ${name}`

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void

const teller =
  (kubelet: Kubelet, pod: Pod, def: ContainerDef, list: ContainerList): Tell =>
  (type, reason, message) =>
    kubelet.events.record({ about: podReference(pod, fieldPath(def, list)), type, reason, message })

function crashBackoff(
  kubelet: Kubelet,
  def: ContainerDef,
  { pod, finishedMs }: StartContext,
  tell: Tell,
): StartTrouble | undefined {
  const sinceMs = finishedMs.get(def.name)
  if (sinceMs === undefined) return undefined
  const key = `${pod.metadata.uid} ${def.name} ${def.image}`
  const times = { sinceMs, nowMs: kubelet.kernel.nowMs }
  if (kubelet.backoff.isWaiting(key, times)) {
    const delay = goDuration(kubelet.backoff.delayMs(key))
    const which = kubelet.minor >= 26 ? ` ${def.name} in pod ${podText(pod)}` : ''
    tell('Warning', 'BackOff', `Back-off restarting failed container${which}`)
    return {
      reason: 'CrashLoopBackOff',
      message: `back-off ${delay} restarting failed container=${def.name} pod=${podText(pod)}`,
    }
  }
  kubelet.backoff.next(key, times)
  return undefined
}

async function createAndStart(
  kubelet: Kubelet,
  def: ContainerDef,
  context: StartContext & { readonly image: Image },
  tell: Tell,
): Promise<StartTrouble | ContainerInstance> {
  const { runtime, config, machine } = kubelet
  const [newest] = instancesOf(runtime.containers(context.pod.metadata.uid), def.name)
  let step: StartTrouble['reason'] = 'CreateContainerConfigError'
  try {
    const wanted = await containerConfig(def, {
      ...context,
      attempt: newest === undefined ? 0 : newest.attempt + 1,
      files: machine.files,
      dns: { servers: config.clusterDns, domain: config.clusterDomain },
    })
    step = 'CreateContainerError'
    const instance = await runtime.createContainer(context.sandbox.id, wanted)
    tell('Normal', 'Created', createdText(kubelet.minor, def.name))
    step = 'RunContainerError'
    await runtime.startContainer(instance.id)
    tell('Normal', 'Started', kubelet.minor >= 35 ? 'Container started' : `Started container ${def.name}`)
    return instance
  } catch (error) {
    if (!isStartFailure(error)) throw error
    const message = error instanceof CriError ? error.description : error.message
    tell('Warning', 'Failed', `Error: ${message}`)
    return { reason: step, message }
  }
}

const isStartFailure = (error: unknown): error is Error =>
  error instanceof CriError || error instanceof ConfigTrouble || error instanceof ObjectTrouble

import type { ContainerDef, Pod } from '#lab/api/objects.ts'
import { KubeError, KubeUnreachable } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import { goDuration } from '#lab/kubelet/backoff.ts'
import { containerConfig } from '#lab/kubelet/container-config.ts'
import { type Kubelet, podReference, podText } from '#lab/kubelet/context.ts'
import { ConfigTrouble, type EnvContext } from '#lab/kubelet/pod-env.ts'
import { instancesOf, type StartTrouble } from '#lab/kubelet/pod-status.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { fullImageName } from '#lab/runtime/images.ts'
import type { Image } from '#lab/runtime/ports.ts'
import type { Sandbox } from '#lab/runtime/records.ts'

export interface StartContext extends EnvContext {
  readonly sandbox: Sandbox
  readonly volumes: ReadonlyMap<string, string>
  /** When the newest instance of each container that had ended when the sync began had ended: the back-off counts from there. */
  readonly finishedMs: ReadonlyMap<string, number>
  readonly init: boolean
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
  const tell = teller(kubelet, context.pod, def, context.init)
  const waits = crashBackoff(kubelet, def, context, tell)
  if (waits !== undefined) return waits
  const image = await ensureImage(kubelet, self, def, context.pod, tell)
  if ('reason' in image) {
    tell('Warning', 'Failed', `Error: ${image.reason}`)
    return image
  }
  return createAndStart(kubelet, def, { ...context, image }, tell)
}

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void

export const fieldPath = (def: ContainerDef, init: boolean): string =>
  `spec.${init ? 'initContainers' : 'containers'}{${def.name}}`

const teller =
  (kubelet: Kubelet, pod: Pod, def: ContainerDef, init: boolean): Tell =>
  (type, reason, message) =>
    kubelet.events.record({ about: podReference(pod, fieldPath(def, init)), type, reason, message })

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
    tell('Warning', 'BackOff', `Back-off restarting failed container ${def.name} in pod ${podText(pod)}`)
    return {
      reason: 'CrashLoopBackOff',
      message: `back-off ${delay} restarting failed container=${def.name} pod=${podText(pod)}`,
    }
  }
  kubelet.backoff.next(key, times)
  return undefined
}

async function ensureImage(
  kubelet: Kubelet,
  self: Process,
  def: ContainerDef,
  pod: Pod,
  tell: Tell,
): Promise<Image | StartTrouble> {
  const { runtime, imageBackoff, kernel } = kubelet
  const present = runtime.images.find(def.image)
  const policy =
    def.imagePullPolicy ?? (/:latest$/.test(fullImageName(def.image)) ? 'Always' : 'IfNotPresent')
  if (present !== undefined && policy !== 'Always') {
    tell('Normal', 'Pulled', `Container image "${def.image}" already present on machine`)
    return present
  }
  if (policy === 'Never') {
    const message = `Container image "${def.image}" is not present with pull policy of Never`
    tell('Warning', 'ErrImageNeverPull', message)
    return { reason: 'ErrImageNeverPull', message }
  }
  const key = `${pod.metadata.uid}_${def.image}`
  const lastMs = imageFailures.get(kubelet)?.get(key) ?? 0
  if (imageBackoff.isWaiting(key, { sinceMs: lastMs, nowMs: kernel.nowMs })) {
    const message = `Back-off pulling image "${def.image}"`
    tell('Normal', 'BackOff', message)
    return { reason: 'ImagePullBackOff', message }
  }
  tell('Normal', 'Pulling', `Pulling image "${def.image}"`)
  try {
    const { image, tookMs } = await runtime.pull(self.task, def.image)
    const took = goDuration(tookMs)
    const size = `Image size: ${image.sizeBytes} bytes.`
    tell(
      'Normal',
      'Pulled',
      `Successfully pulled image "${def.image}" in ${took} (${took} including waiting). ${size}`,
    )
    imageBackoff.forget(key)
    return image
  } catch (error) {
    if (!(error instanceof CriError)) throw error
    tell('Warning', 'Failed', `Failed to pull image "${def.image}": ${error.message}`)
    imageBackoff.next(key, { sinceMs: kernel.nowMs, nowMs: kernel.nowMs })
    rememberFailure(kubelet, key)
    return { reason: 'ErrImagePull', message: error.message }
  }
}

/** When pulls failed last: the back-off of images counts from there, not from a container's end. */
const imageFailures = new WeakMap<Kubelet, Map<string, number>>()

function rememberFailure(kubelet: Kubelet, key: string): void {
  const known = imageFailures.get(kubelet) ?? new Map<string, number>()
  imageFailures.set(kubelet, known)
  known.set(key, kubelet.kernel.nowMs)
}

async function createAndStart(
  kubelet: Kubelet,
  def: ContainerDef,
  context: StartContext & { readonly image: Image },
  tell: Tell,
): Promise<StartTrouble | undefined> {
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
    tell('Normal', 'Created', `Created container: ${def.name}`)
    step = 'RunContainerError'
    await runtime.startContainer(instance.id)
    tell('Normal', 'Started', `Started container ${def.name}`)
    return undefined
  } catch (error) {
    if (!isStartFailure(error)) throw error
    const message = error instanceof CriError ? error.description : error.message
    tell('Warning', 'Failed', `Error: ${message}`)
    return { reason: step, message }
  }
}

const isStartFailure = (error: unknown): error is Error =>
  error instanceof CriError ||
  error instanceof ConfigTrouble ||
  error instanceof KubeError ||
  error instanceof KubeUnreachable

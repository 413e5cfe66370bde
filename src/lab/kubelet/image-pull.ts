/**
 * How a container gets its image: kubernetes/kubernetes:pkg/kubelet/images/{image_manager,puller}.go. Images are pulled one after the
 * other (serializeImagePulls). Not imitated: credential providers, verification of who may use what is present (1.33), progress deadlines.
 */
import type { ContainerDef, Pod } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'
import { Notice } from '#lab/kernel/mailbox.ts'
import { goDuration } from '#lab/kubelet/backoff.ts'
import { type Kubelet, podReference } from '#lab/kubelet/context.ts'
import type { PodObjects } from '#lab/kubelet/pod-objects.ts'
import type { StartTrouble } from '#lab/kubelet/pod-status.ts'
import { pullLogins } from '#lab/kubelet/pull-secrets.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { fullImageName } from '#lab/runtime/images.ts'
import type { Image } from '#lab/runtime/ports.ts'
import { imageReference, invalidReference } from '#lab/runtime/reference.ts'

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void

export interface ImageWish {
  readonly def: ContainerDef
  readonly pod: Pod
  readonly objects: PodObjects
  readonly tell: Tell
}

export async function ensureImage(
  kubelet: Kubelet,
  self: Process,
  { def, pod, objects, tell }: ImageWish,
): Promise<Image | StartTrouble> {
  const { runtime, imageBackoff, kernel } = kubelet
  const invalid = invalidReference(def.image)
  if (invalid !== undefined) {
    const message = `Failed to apply default image tag "${def.image}": couldn't parse image name "${def.image}": ${invalid}`
    tell('Warning', 'InspectFailed', message)
    return { reason: 'InvalidImageName', message }
  }
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
  if (imageBackoff.waitsSinceTry(key, kernel.nowMs)) {
    const message = `Back-off pulling image "${def.image}"`
    tell('Normal', 'BackOff', message)
    const why = kubelet.minor >= 32 ? pullErrors.get(kubelet)?.get(key) : undefined
    return {
      reason: 'ImagePullBackOff',
      message: why === undefined ? message : `${message}: ErrImagePull: ${why}`,
    }
  }
  tell('Normal', 'Pulling', `Pulling image "${def.image}"`)
  try {
    const image = await pulled(kubelet, self, { def, pod, objects, tell })
    imageBackoff.forget(key)
    return image
  } catch (error) {
    if (!(error instanceof CriError)) throw error
    tell('Warning', 'Failed', `Failed to pull image "${def.image}": ${error.message}`)
    rememberError(kubelet, key, error.message)
    imageBackoff.next(key, { sinceMs: kernel.nowMs, nowMs: kernel.nowMs })
    return { reason: 'ErrImagePull', message: error.message }
  }
}

async function pulled(
  kubelet: Kubelet,
  self: Process,
  { def, pod, objects, tell }: ImageWish,
): Promise<Image> {
  const { kernel, runtime } = kubelet
  const sinceMs = kernel.nowMs
  const { logins, missing } = await pullLogins(pod, objects)
  if (missing.length > 0)
    kubelet.events.record({
      about: podReference(pod),
      type: 'Warning',
      reason: 'FailedToRetrieveImagePullSecret',
      message: `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`,
    })
  const { host } = imageReference(fullImageName(def.image))
  const { image, tookMs } = await inTurn(kubelet, self, () =>
    runtime.pull(
      self,
      def.image,
      logins.find((login) => login.host === host),
    ),
  )
  const waited = goDuration(Math.floor(kernel.nowMs - sinceMs))
  const { minor } = kubelet
  const including = minor >= 25 ? ` (${waited} including waiting)` : ''
  const size = minor >= 31 ? `. Image size: ${image.sizeBytes} bytes.` : ''
  tell(
    'Normal',
    'Pulled',
    `Successfully pulled image "${def.image}" in ${goDuration(Math.floor(tookMs))}${including}${size}`,
  )
  return image
}

/** Why pulls failed last: from 1.32 on the back-off says so too. */
const pullErrors = new WeakMap<Kubelet, Map<string, string>>()

function rememberError(kubelet: Kubelet, key: string, message: string): void {
  const known = pullErrors.get(kubelet) ?? new Map<string, string>()
  pullErrors.set(kubelet, known)
  known.set(key, message)
}

/** Who pulls now, on each kubelet. */
const pulling = new WeakMap<Kubelet, { busy: boolean; readonly free: Notice }>()

async function inTurn<T>(kubelet: Kubelet, self: Process, pull: () => Promise<T>): Promise<T> {
  const turn = pulling.get(kubelet) ?? { busy: false, free: new Notice() }
  pulling.set(kubelet, turn)
  while (turn.busy) await turn.free.wait(self.task)
  turn.busy = true
  try {
    return await pull()
  } finally {
    // Also when the worker is stopped meanwhile.
    turn.busy = false
    turn.free.tell()
  }
}

import type { ContainerDef, Pod } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'
import { fieldPath, type Kubelet, podReference } from '#lab/kubelet/context.ts'
import { runHook } from '#lab/kubelet/hooks.ts'
import type { ContainerInstance } from '#lab/runtime/records.ts'

/** A container always gets this long, whatever the pod's grace period is (pkg/kubelet/kuberuntime, minimumGracePeriodInSeconds). */
const minimumGraceMs = 2000

/**
 * Stops a container: event, preStop hook, SIGTERM, SIGKILL after what is left of the grace period. The hook runs only when there is
 * a grace period; with 0 (Calico's manifest) it does not. `graceMs` overrides the pod's own, as a deletion does.
 */
export async function stopContainer(
  kubelet: Kubelet,
  self: Process,
  o: {
    readonly pod: Pod
    readonly instance: ContainerInstance
    readonly message: string
    readonly graceMs?: number | undefined
  },
): Promise<void> {
  const { kernel, runtime } = kubelet
  const { pod, instance } = o
  const def = definitionOf(pod, instance.name)
  const init = pod.spec.initContainers?.some(({ name }) => name === instance.name) ?? false
  const about = podReference(
    pod,
    def === undefined ? undefined : fieldPath(def, init ? 'initContainers' : 'containers'),
  )
  kubelet.events.record({ about, type: 'Normal', reason: 'Killing', message: o.message })
  let graceMs = o.graceMs ?? (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000
  const hook = def?.lifecycle?.preStop
  if (def !== undefined && hook !== undefined && graceMs > 0) {
    const beganMs = kernel.nowMs
    const podIp = pod.spec.hostNetwork ? kubelet.hostIp : runtime.sandboxes(pod.metadata.uid)[0]?.address
    const went = await runHook(self, hook, {
      runtime,
      instanceId: instance.id,
      def,
      podIp,
      limitMs: graceMs,
    })
    if (!went)
      kubelet.events.record({
        about,
        type: 'Warning',
        reason: 'FailedPreStopHook',
        message: 'PreStopHook failed',
      })
    graceMs -= kernel.nowMs - beganMs
  }
  await runtime.stop(self.task, instance.id, Math.max(graceMs, o.graceMs === undefined ? minimumGraceMs : 0))
}

/** Of a container, or of an init container: an ephemeral one has no hooks. */
const definitionOf = ({ spec }: Pod, container: string): ContainerDef | undefined =>
  [...spec.containers, ...(spec.initContainers ?? [])].find(({ name }) => name === container)

/**
 * What a pod's containers run in: its control group and its sandbox, made when they are missing, killed when they are not as they
 * should be (kubernetes/kubernetes:pkg/kubelet/kuberuntime/kuberuntime_manager.go `SyncPod`).
 */
import type { Pod } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'
import { stopContainer } from '#lab/kubelet/container-stop.ts'
import { type Kubelet, podReference } from '#lab/kubelet/context.ts'
import { cgroupParentOf, podCgroupTrouble } from '#lab/kubelet/pod-cgroup.ts'
import { stopSandboxes } from '#lab/kubelet/sandbox-stop.ts'
import { isSlice } from '#lab/runtime/cgroup-driver.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { Sandbox } from '#lab/runtime/records.ts'

/** Answers why a pod that does not run yet cannot have a control group. Of one that runs it is there. */
export async function ensureCgroup(kubelet: Kubelet, pod: Pod): Promise<string | undefined> {
  if (kubelet.runtime.sandboxes(pod.metadata.uid)[0]?.ready) return undefined
  const trouble = await podCgroupTrouble(kubelet, pod)
  if (trouble === undefined) return undefined
  const message = `unable to ensure pod container exists: ${trouble}`
  tell(kubelet, pod, { type: 'Warning', reason: 'FailedCreatePodContainer', message })
  return `failed to ensure that the pod: ${pod.metadata.uid} cgroups exist and are correctly applied: ${trouble}`
}

/**
 * Kills a pod that runs, and whose control group is not where this kubelet looks for it: another driver had made it. It is made anew
 * afterwards (pkg/kubelet/kubelet.go: SyncPod, `!pcm.Exists(pod) && !firstSync`). Answers what failed.
 */
export async function killWithoutCgroup(
  kubelet: Kubelet,
  self: Process,
  pod: Pod,
): Promise<string | undefined> {
  const { runtime, config } = kubelet
  const [sandbox] = runtime.sandboxes(pod.metadata.uid)
  if (!sandbox?.ready || isSlice(sandbox.cgroupParent) === (config.cgroupDriver === 'systemd'))
    return undefined
  return killPod(kubelet, self, pod)
}

/** Stops the containers, one after the other, and the newest sandbox. `graceMs` overrides the pod's own. Answers what failed. */
export async function killPod(
  kubelet: Kubelet,
  self: Process,
  pod: Pod,
  { graceMs }: { readonly graceMs?: number | undefined } = {},
): Promise<string | undefined> {
  for (const instance of kubelet.runtime.containers(pod.metadata.uid)) {
    const message = `Stopping container ${instance.name}`
    if (instance.state === 'running') await stopContainer(kubelet, self, { pod, instance, message, graceMs })
  }
  return stopSandboxes(kubelet, self, pod, 'newest')
}

/** The pod's sandbox: the one that is ready, or a new one after the old ones were stopped; or what failed. */
export async function ensureSandbox(
  kubelet: Kubelet,
  self: Process,
  pod: Pod,
): Promise<{ readonly sandbox: Sandbox } | { readonly says: string }> {
  const [newest] = kubelet.runtime.sandboxes(pod.metadata.uid)
  if (newest?.ready) return { sandbox: newest }
  if (newest !== undefined) {
    const message = 'Pod sandbox changed, it will be killed and re-created.'
    tell(kubelet, pod, { type: 'Normal', reason: 'SandboxChanged', message })
    const says = await stopSandboxes(kubelet, self, pod)
    if (says !== undefined) return { says }
  }
  const attempt = newest === undefined ? 0 : newest.attempt + 1
  try {
    return { sandbox: await runSandbox(kubelet, self, pod, attempt) }
  } catch (error) {
    if (!(error instanceof CriError)) throw error
    return { says: sandboxFailed(kubelet, pod, error) }
  }
}

const runSandbox = (
  { runtime, p, config }: Kubelet,
  self: Process,
  pod: Pod,
  attempt: number,
): Promise<Sandbox> =>
  runtime.runSandbox(self.task, {
    pod: {
      namespace: pod.metadata.namespace ?? 'default',
      name: pod.metadata.name,
      uid: pod.metadata.uid,
    },
    attempt,
    hostNetwork: pod.spec.hostNetwork === true,
    hostPid: pod.spec.hostPID === true,
    hostname: pod.spec.hostNetwork ? p.hostname : pod.metadata.name,
    cgroupParent: cgroupParentOf(pod, config.cgroupDriver),
  })

/** Logs it and records the event; answers the error that the sync ends with. */
function sandboxFailed(kubelet: Kubelet, pod: Pod, { message: err }: CriError): string {
  // Since 1.31 in a module of its own: k8s.io/cri-client.
  const at = kubelet.minor >= 31 ? 'log.go:32' : 'remote_runtime.go:193'
  kubelet.klog.error(at, 'RunPodSandbox from runtime service failed', { err })
  const message = `Failed to create pod sandbox: ${err}`
  tell(kubelet, pod, { type: 'Warning', reason: 'FailedCreatePodSandBox', message })
  const id = `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`
  const says = `Failed to create sandbox for pod \\"${id}\\": ${err}`
  return `failed to "CreatePodSandbox" for "${id}" with CreatePodSandboxError: "${says}"`
}

const tell = (
  { events }: Kubelet,
  pod: Pod,
  event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
): void => events.record({ about: podReference(pod), ...event })

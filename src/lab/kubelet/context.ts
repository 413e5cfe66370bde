import type { KubeClient } from '#lab/api/client.ts'
import type { Pod } from '#lab/api/objects.ts'
import type { Machine, Process } from '#lab/host/ports.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import type { Backoff } from '#lab/kubelet/backoff.ts'
import type { KubeletConfig } from '#lab/kubelet/config.ts'
import type { EventRecorder, Involved } from '#lab/kubelet/event-recorder.ts'
import type { Klog } from '#lab/kubelet/klog.ts'
import type { ObjectCache } from '#lab/kubelet/object-cache.ts'
import type { PodFailure } from '#lab/kubelet/pod-status.ts'
import type { StatusManager } from '#lab/kubelet/status-manager.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

/** What the parts of one running kubelet share. */
export interface Kubelet {
  readonly p: Process
  readonly kernel: Kernel
  readonly machine: Machine
  readonly runtime: ContainerRuntime
  readonly config: KubeletConfig
  readonly hostIp: string
  /** Of its release: 31. */
  readonly minor: number
  readonly startedMs: number
  readonly klog: Klog
  readonly events: EventRecorder
  readonly statuses: StatusManager
  /** The ConfigMaps and Secrets of its pods. */
  readonly objects: ObjectCache
  /** Restarts of containers, and pulls of images, that keep failing. */
  readonly backoff: Backoff
  readonly imageBackoff: Backoff
  /** As polled every 5 s; empty when the network is ready. */
  readonly networkTrouble: () => string
  /** Variables of Services that every pod gets; undefined until Services were read once. */
  readonly serviceEnv: () => Readonly<Record<string, string>> | undefined
  /** Those of this node. */
  readonly pods: () => readonly Pod[]
  /** Why a pod may not start here now. */
  readonly refuses: (pod: Pod) => PodFailure | undefined
  /** A client whose calls wait in `self`. */
  kubeFor(self: Process): KubeClient
}

export const isStaticPod = (pod: Pod): boolean =>
  pod.metadata.annotations?.['kubernetes.io/config.source'] === 'file'

/** The field of the pod's spec in which a container stands. */
export type ContainerList = 'containers' | 'initContainers' | 'ephemeralContainers'

export const fieldPath = ({ name }: { readonly name: string }, list: ContainerList): string =>
  `spec.${list}{${name}}`

/** `calico-node-x7k2p_kube-system(0b1e…)`: how kubelet's messages name a pod (pkg/kubelet/util/format/pod.go). */
export const podText = ({ metadata }: Pod): string =>
  `${metadata.name}_${metadata.namespace ?? 'default'}(${metadata.uid})`

export const podReference = ({ metadata }: Pod, fieldPath?: string): Involved => ({
  kind: 'Pod',
  namespace: metadata.namespace ?? 'default',
  name: metadata.name,
  uid: metadata.uid,
  apiVersion: 'v1',
  ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
  ...(fieldPath === undefined ? {} : { fieldPath }),
})

/** When the kubelet next looks at its containers: once a second (pkg/kubelet/pleg). */
export function nextRelistMs(kubelet: Pick<Kubelet, 'kernel' | 'startedMs'>): number {
  const { nowMs } = kubelet.kernel
  return nowMs + 1000 - ((nowMs - kubelet.startedMs) % 1000)
}

import { parseTime } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, type InformerChange, informer } from '#lab/api/informer.ts'
import type { Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Mailbox } from '#lab/kernel/mailbox.ts'
import { isStaticPod, type Kubelet } from '#lab/kubelet/context.ts'
import { PodEnd } from '#lab/kubelet/pod-end.ts'
import type { PodFailure } from '#lab/kubelet/pod-status.ts'
import { PodWorker } from '#lab/kubelet/pod-worker.ts'
import { reflectorLog } from '#lab/kubelet/reflector-log.ts'
import { deleteMirror, isApiTrouble, mirrorAnnotation, syncMirror } from '#lab/kubelet/static-pods.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { PodIdentity } from '#lab/runtime/records.ts'

const retryMs = 10_000

/**
 * The pods that should run on this machine, from the API and from manifests, each with its worker
 * (kubernetes/kubernetes:pkg/kubelet/{kubelet.go,pod/pod_manager.go}).
 */
export class Pods {
  readonly #kubelet: () => Kubelet
  readonly #kube: KubeClient
  readonly #workers = new Map<string, PodWorker>()
  /** Mirror pods by `namespace/name`. */
  readonly #mirrors = new Map<string, Pod>()
  readonly #mirrorWork: Mailbox<string>
  #statics: readonly Pod[] = []
  #informer: Informer<Pod> | undefined

  /** `kubelet` is complete by the time {@link start} is called. */
  constructor(o: {
    readonly kubelet: () => Kubelet
    readonly kube: KubeClient
    readonly mailbox: Mailbox<string>
  }) {
    this.#kubelet = o.kubelet
    this.#kube = o.kube
    this.#mirrorWork = o.mailbox
  }

  start(p: Process): void {
    const { runtime, config, klog, minor } = this.#kubelet()
    p.task.onEnd(runtime.onChange((uid) => this.#workers.get(uid)?.relist()))
    this.#informer = informer<Pod>(
      p,
      this.#kube,
      { type: resources.pods, fieldSelector: `spec.nodeName=${config.nodeName}` },
      {
        onChange: (change) => this.#onChange(p, change),
        onError: reflectorLog(klog, minor, { name: 'pkg/kubelet/config/apiserver.go:66', type: '*v1.Pod' }),
      },
    )
    p.thread('mirrors', (self) => this.#keepMirrors(self))
    p.thread('housekeeping', (self) => this.#endOrphans(self))
  }

  find(namespace: string, name: string): Pod | undefined {
    const worker = [...this.#workers.values()].find(
      ({ pod: { metadata } }) => metadata.name === name && (metadata.namespace ?? 'default') === namespace,
    )
    if (worker === undefined) return undefined
    // The status is what this kubelet says, not what the API has got so far.
    const status = this.#kubelet().statuses.get(worker.pod.metadata.uid)
    return status === undefined ? worker.pod : { ...worker.pod, status }
  }

  /** Every pod that this machine should run or still has to end, with what this kubelet says of it. */
  list(): readonly Pod[] {
    const { statuses } = this.#kubelet()
    return [...this.#workers.values()].map(({ pod }) => {
      const status = statuses.get(pod.metadata.uid)
      return status === undefined ? pod : { ...pod, status }
    })
  }

  fail(pod: Pod, failure: PodFailure): void {
    this.#workers.get(pod.metadata.uid)?.fail(failure)
  }

  /** The uid under which the API knows a pod: a static one by its mirror, undefined while it has none. */
  apiUid(pod: Pod): string | undefined {
    if (!isStaticPod(pod)) return pod.metadata.uid
    const mirror = this.#mirrors.get(keyOf(pod))
    return mirror?.metadata.annotations?.[mirrorAnnotation] === pod.metadata.uid
      ? mirror.metadata.uid
      : undefined
  }

  /** All static pods, each time the manifests changed. */
  setStatics(p: Process, pods: readonly Pod[]): void {
    const before = this.#statics
    this.#statics = pods
    for (const pod of before) {
      if (pods.some(({ metadata }) => metadata.uid === pod.metadata.uid)) continue
      this.#workers
        .get(pod.metadata.uid)
        ?.remove({ graceMs: (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000 })
      this.#mirrorWork.put(keyOf(pod))
    }
    for (const pod of pods) {
      if (!this.#workers.has(pod.metadata.uid)) this.#add(p, pod)
      this.#mirrorWork.put(keyOf(pod))
    }
  }

  #onChange(p: Process, { type, object, previous }: InformerChange<Pod>): void {
    if (object.metadata.annotations?.[mirrorAnnotation] !== undefined) {
      this.#onMirror(type, object)
      return
    }
    // Deleted and made again while nobody watched: two pods that share a name.
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
      this.#workers.get(previous.metadata.uid)?.remove()
    }
    const worker = this.#workers.get(object.metadata.uid)
    if (type === 'DELETED') {
      worker?.remove({ graceMs: Math.max(1, object.metadata.deletionGracePeriodSeconds ?? 0) * 1000 })
    } else if (worker === undefined) this.#add(p, object)
    else {
      worker.update(object)
      this.#kubelet().statuses.reconcile(object.metadata.uid, object)
    }
  }

  #onMirror(type: InformerChange<Pod>['type'], mirror: Pod): void {
    const key = keyOf(mirror)
    if (type === 'DELETED') this.#mirrors.delete(key)
    else this.#mirrors.set(key, mirror)
    const pod = this.#statics.find((each) => keyOf(each) === key)
    if (pod !== undefined && type === 'ADDED') this.#kubelet().statuses.resend(pod.metadata.uid)
    if (pod !== undefined && type === 'MODIFIED') this.#kubelet().statuses.reconcile(pod.metadata.uid, mirror)
    if (type !== 'MODIFIED' || mirror.metadata.deletionTimestamp !== undefined) this.#mirrorWork.put(key)
  }

  #add(p: Process, pod: Pod): void {
    const kubelet = this.#kubelet()
    const { uid } = pod.metadata
    const began = pod.status?.startTime === undefined ? undefined : parseTime(pod.status.startTime)
    const worker = new PodWorker(kubelet, pod, began ?? kubelet.p.now())
    this.#workers.set(uid, worker)
    worker.start(p, () => this.#workers.delete(uid))
    if (pod.metadata.deletionTimestamp !== undefined) worker.update(pod)
  }

  async #keepMirrors(self: Process): Promise<void> {
    const kube = this.#kube.by(self)
    let again = new Set<string>()
    for (;;) {
      const fresh = await this.#mirrorWork.take(self.task, again.size > 0 ? { timeoutMs: retryMs } : {})
      const due = new Set([...again, ...fresh])
      again = new Set()
      for (const key of due) if (!(await this.#keepMirror(kube, key))) again.add(key)
    }
  }

  async #keepMirror(kube: KubeClient, key: string): Promise<boolean> {
    const pod = this.#statics.find((each) => keyOf(each) === key)
    const mirror = this.#mirrors.get(key)
    try {
      if (pod !== undefined) await syncMirror(kube, pod, mirror)
      else if (mirror !== undefined) await deleteMirror(kube, mirror)
      return true
    } catch (error) {
      if (!isApiTrouble(error)) throw error
      return false
    }
  }

  /** Ends what runs on this machine and that nobody wants any more: pods that were deleted while the kubelet was away. */
  async #endOrphans(self: Process): Promise<void> {
    const kubelet = this.#kubelet()
    await this.#informer?.untilSynced(self.task)
    while (!kubelet.runtime.isServing) await self.sleep(2000)
    const seen = new Set<string>()
    for (const { pod } of kubelet.runtime.sandboxes()) {
      if (this.#workers.has(pod.uid) || seen.has(pod.uid)) continue
      seen.add(pod.uid)
      self.thread(`orphan ${pod.name}`, (by) => endOrphan(kubelet, by, pod))
    }
    // What was spawned here ends with this thread, so it stays.
    if (seen.size > 0) await self.task.wait<void>(() => undefined)
  }
}

async function endOrphan(
  kubelet: Kubelet,
  self: Process,
  { namespace, name, uid }: PodIdentity,
): Promise<void> {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, uid, resourceVersion: '', creationTimestamp: '' },
    spec: { containers: [] },
    status: { phase: 'Running' },
  }
  const end = new PodEnd(kubelet, undefined)
  for (;;) {
    try {
      const outcome = await end.run(self, pod, { graceMs: 30_000, tellApi: false })
      if (outcome.kind === 'settled') return
    } catch (error) {
      if (!(error instanceof CriError)) throw error
    }
    await self.sleep(retryMs)
  }
}

const keyOf = ({ metadata }: Pod): string => `${metadata.namespace ?? 'default'}/${metadata.name}`

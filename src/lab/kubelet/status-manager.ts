import { equal } from '#base/equal.ts'
import type { Pod } from '#lab/api/objects.ts'
import { isKubeError, type Kube, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { Mailbox } from '#lab/kernel/mailbox.ts'

interface Known {
  pod: Pod
  status: Pod['status']
  /** The one that the API has; nothing when it may have another. */
  sent: Pod['status'] | undefined
  sentTo: string
  sentIp: string | undefined
  /** The version of the pod that our last write made. */
  sentVersion: number
  finish: boolean
}

/**
 * Writes pod statuses to the API, the newest only and only when they differ; deletes pods that have ended
 * (kubernetes/kubernetes:pkg/kubelet/status/status_manager.go). What cannot be written is tried again every 10 s.
 */
export class StatusManager {
  readonly #known = new Map<string, Known>()
  readonly #dirty: Mailbox<string>
  readonly #apiUid: (pod: Pod) => string | undefined

  /** `apiUid`: the uid under which the API knows a pod; a static pod's is that of its mirror, undefined while it has none. */
  constructor(o: {
    readonly kernel: Kernel
    readonly p: Process
    readonly kubeFor: (self: Process) => Kube
    readonly apiUid: (pod: Pod) => string | undefined
  }) {
    this.#dirty = new Mailbox(o.kernel)
    this.#apiUid = o.apiUid
    o.p.thread('status', (self) => this.#run(self, o.kubeFor(self)))
  }

  get(uid: string): Pod['status'] | undefined {
    return this.#known.get(uid)?.status
  }

  set(pod: Pod, status: Pod['status']): void {
    const known = this.#known.get(pod.metadata.uid)
    if (known === undefined) {
      this.#known.set(pod.metadata.uid, {
        pod,
        status,
        sent: undefined,
        sentTo: '',
        sentIp: pod.status?.podIP,
        sentVersion: 0,
        finish: false,
      })
    } else {
      known.pod = pod
      if (equal(known.status, status)) return
      // What was sent before is that again.
      known.status = known.sent !== undefined && equal(known.sent, status) ? known.sent : status
    }
    this.#dirty.put(pod.metadata.uid)
  }

  /**
   * The API has another version of the pod that this kubelet knows as `uid`: where somebody else changed what is the kubelet's to say (the node lifecycle controller
   * makes pods of a silent node not ready), it says it again.
   */
  reconcile(uid: string, pod: Pod): void {
    const known = this.#known.get(uid)
    if (known === undefined || known.status !== known.sent) return
    if (Number(pod.metadata.resourceVersion) <= known.sentVersion) return
    if (ownWords(pod.status) === ownWords(known.status)) return
    known.sent = undefined
    this.#dirty.put(uid)
  }

  /** The pod has ended: once its last status is written, it is deleted for good. */
  finish(pod: Pod): void {
    const known = this.#known.get(pod.metadata.uid)
    if (known === undefined) return
    known.finish = true
    this.#dirty.put(pod.metadata.uid)
  }

  /** The API knows this pod anew (a mirror pod was created): its status has to be written again. */
  resend(uid: string): void {
    if (this.#known.has(uid)) this.#dirty.put(uid)
  }

  forget(uid: string): void {
    this.#known.delete(uid)
  }

  async #run(self: Process, kube: Kube): Promise<void> {
    let again = new Set<string>()
    for (;;) {
      const fresh = await this.#dirty.take(self.task, again.size > 0 ? { timeoutMs: retryMs } : {})
      // Mail that comes early does not hurry what has to wait, unless it is about the same pod.
      const due = fresh.length > 0 ? new Set(fresh) : again
      if (fresh.length === 0) again = new Set()
      for (const uid of due) if (!(await this.#sync(kube, uid))) again.add(uid)
    }
  }

  /** Answers whether it is done. */
  async #sync(kube: Kube, uid: string): Promise<boolean> {
    const known = this.#known.get(uid)
    if (known === undefined) return true
    const { pod } = known
    const apiUid = this.#apiUid(pod)
    if (apiUid === undefined) return false
    const ref = {
      type: resources.pods,
      namespace: pod.metadata.namespace ?? 'default',
      name: pod.metadata.name,
    }
    try {
      if (known.status !== known.sent || known.sentTo !== apiUid) {
        const { status } = known
        const patch = { type: 'strategic', body: patchOf(apiUid, known) } as const
        const written = await kube.patch<Pod>(ref, patch, { subresource: 'status' })
        known.sentVersion = Number(written.metadata.resourceVersion)
        known.sent = status
        known.sentTo = apiUid
        known.sentIp = status.podIP
      }
      if (known.finish) await kube.delete(ref, { gracePeriodSeconds: 0, uid: apiUid })
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
      if (!isKubeError(error, 'NotFound') && !isKubeError(error, 'Conflict')) return false
    }
    // Of a pod that is gone from here and from the API nothing is left to say.
    if (known.finish) this.forget(uid)
    return true
  }
}

const retryMs = 10_000

const ownConditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady']

const ownWords = ({ phase, conditions }: Pod['status']): string =>
  JSON.stringify([phase, ownConditions.map((type) => conditions?.find((each) => each.type === type)?.status)])

/**
 * The patch between two statuses names what is no more, and in which order conditions stand (strategicpatch.CreateTwoWayMergePatch, by
 * pkg/util/pod/pod.go). Lists that merge by key (podIPs by ip) would keep an address that changed: it is deleted by name.
 */
function patchOf(uid: string, { status, sentIp }: Known): unknown {
  const stale = sentIp !== undefined && sentIp !== status.podIP ? [{ $patch: 'delete', ip: sentIp }] : []
  const { conditions = [] } = status
  return {
    metadata: { uid },
    status: {
      ...status,
      ...(status.podIPs === undefined ? {} : { podIPs: [...stale, ...status.podIPs] }),
      ...(conditions.length === 0
        ? {}
        : {
            '$setElementOrder/conditions': conditions.map(({ type }) => ({ type })),
            conditions: conditions.map((each) => ({ reason: null, message: null, ...each })),
          }),
    },
  }
}

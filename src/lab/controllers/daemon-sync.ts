import type { KubeClient } from '#lab/api/client.ts'
import type { ControllerRevision, DaemonSet, Node, Pod } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import { type KubeError, resources } from '#lab/api/ports.ts'
import { hashLabel, keepRevision, trimHistory } from '#lab/controllers/daemon-history.ts'
import { daemonPod, nodeOf, placements } from '#lab/controllers/daemon-placement.ts'
import { replacements, surgeOf } from '#lab/controllers/daemon-rollout.ts'
import type { Expectations } from '#lab/controllers/expectations.ts'
import { createInBatches, deletePod, type PodControl } from '#lab/controllers/pod-control.ts'
import { isAvailable, isReady, templateHash } from '#lab/controllers/pods.ts'
import { about } from '#lab/controllers/references.ts'
import type { Backoff } from '#lab/kubelet/backoff.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'

export interface DaemonSyncInput {
  readonly set: DaemonSet
  readonly key: string
  readonly nodes: readonly Node[]
  readonly owned: readonly Pod[]
  readonly revisions: readonly ControllerRevision[]
  readonly kube: KubeClient
  readonly expected: Expectations
  readonly recorder: EventRecorder
  readonly nowMs: number
  /** Of failed pods, by set and node. */
  readonly failedPods: Backoff
  /** Looks at the set again. */
  readonly again: (afterMs: number) => void
}

interface Seat {
  readonly node: string
  readonly pods: readonly Pod[]
  readonly should: boolean
  readonly keep: boolean
}

/** One look at one DaemonSet: kubernetes/kubernetes:pkg/controller/daemon/daemon_controller.go. */
export class DaemonSync {
  readonly #in: DaemonSyncInput
  readonly #hash: string
  readonly #seats: readonly Seat[]

  constructor(input: DaemonSyncInput) {
    this.#in = input
    this.#hash = templateHash(input.set.spec.template)
    const byNode = new Map<string, Pod[]>()
    for (const pod of [...input.owned].sort(oldestFirst)) {
      const node = nodeOf(pod)
      if (node !== undefined) byNode.set(node, [...(byNode.get(node) ?? []), pod])
    }
    const place = placements(input.set)
    this.#seats = input.nodes.map((node) => ({
      node: node.metadata.name,
      pods: byNode.get(node.metadata.name) ?? [],
      ...place(node),
    }))
  }

  /** Answers the first refusal of a pod, which does not keep the rest from being done. */
  async manage(): Promise<KubeError | undefined> {
    const { set, owned, expected, key, nowMs } = this.#in
    await keepRevision(this.#history)
    const missing = this.#seats.filter((seat) => this.#lacks(seat)).map(({ node }) => node)
    const doomed = this.#seats.flatMap((seat) => this.#surplus(seat))
    const refusal = await this.#change(missing, doomed)
    if (refusal !== undefined) return refusal
    if (!expected.satisfied(key, nowMs)) return undefined
    const wanted = this.#seats.filter(({ should }) => should)
    const roll = replacements({ set, hash: this.#hash, nowMs, wanted })
    const second = await this.#change(roll.extra, roll.doomed)
    await trimHistory(this.#history, owned)
    return second
  }

  async #change(nodes: readonly string[], doomed: readonly Pod[]): Promise<KubeError | undefined> {
    const { set } = this.#in
    const control: PodControl = { ...this.#in, owner: set }
    const refusal = await createInBatches(
      control,
      nodes.map((node) => daemonPod(set, node, this.#hash)),
    )
    for (const pod of doomed) await deletePod(control, pod)
    return refusal
  }

  #lacks({ should, pods }: Seat): boolean {
    return should && pods.length === 0
  }

  /** Pods that must go: ended ones, those on the wrong node, and all but the oldest (or one old and one new, with surge). */
  #surplus(seat: Seat): readonly Pod[] {
    const staying = seat.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    if (!seat.keep) return staying
    const ended = staying.filter(hasEnded)
    const running = staying.filter((pod) => !ended.includes(pod))
    const surge = surgeOf(this.#in.set, this.#seats.length) > 0
    const extra = surge
      ? [true, false].flatMap((fresh) => running.filter((pod) => this.#isCurrent(pod) === fresh).slice(1))
      : running.slice(1)
    return [...ended.filter((pod) => this.#mayReplace(pod, seat.node)), ...extra]
  }

  /** A pod that ended is deleted and tells so, one that fails again and again later each time (1 s to 15 min). */
  #mayReplace(pod: Pod, node: string): boolean {
    const { set, failedPods, recorder, nowMs, again } = this.#in
    const failed = pod.status.phase === 'Failed'
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`
    if (failed) {
      const key = `${set.metadata.uid} ${node}`
      if (failedPods.waitsSinceTry(key, nowMs)) {
        again(failedPods.delayMs(key))
        return false
      }
      failedPods.next(key, { sinceMs: nowMs, nowMs })
    }
    recorder.record({
      about: about(set),
      type: failed ? 'Warning' : 'Normal',
      reason: failed ? 'FailedDaemonPod' : 'SucceededDaemonPod',
      message: failed
        ? `Found failed daemon pod ${name} on node ${node}, will try to kill it`
        : `Found succeeded daemon pod ${name} on node ${node}, will try to delete it`,
    })
    return true
  }

  async writeStatus(): Promise<void> {
    const { set, kube, again } = this.#in
    const status = this.#status()
    const waiting = (status.numberReady ?? 0) > (status.numberAvailable ?? 0)
    if (waiting) again((set.spec.minReadySeconds ?? 0) * 1000)
    if (JSON.stringify(sorted(status)) === JSON.stringify(sorted(set.status ?? {}))) return
    await kube.update(resources.daemonSets, { ...set, status }, { subresource: 'status' })
  }

  #status(): Record<string, number> {
    const { set, nowMs } = this.#in
    const wanted = this.#seats.filter(({ should }) => should)
    const first = wanted.flatMap(({ pods }) => pods[0] ?? [])
    const available = first.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs)).length
    const status: Record<string, number> = {
      currentNumberScheduled: first.length,
      desiredNumberScheduled: wanted.length,
      numberAvailable: available,
      numberMisscheduled: this.#seats.filter(({ should, pods }) => !should && pods.length > 0).length,
      numberReady: first.filter(isReady).length,
      numberUnavailable: wanted.length - available,
      observedGeneration: set.metadata.generation ?? 1,
      updatedNumberScheduled: first.filter((pod) => this.#isCurrent(pod)).length,
    }
    // The real type leaves out these when they are zero.
    for (const field of ['numberAvailable', 'numberUnavailable', 'updatedNumberScheduled'])
      if (status[field] === 0) delete status[field]
    return status
  }

  get #history() {
    return { ...this.#in, hash: this.#hash }
  }

  #isCurrent(pod: Pod): boolean {
    return pod.metadata.labels?.[hashLabel] === this.#hash
  }
}

const oldestFirst = (a: Pod, b: Pod): number =>
  inOrder(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
  inOrder(a.metadata.name, b.metadata.name)

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const sorted = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)))

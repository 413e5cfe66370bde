/** Which old pods a rolling update of a DaemonSet replaces now: kubernetes/kubernetes:pkg/controller/daemon/update.go rollingUpdate. */
import type { DaemonSet, Pod } from '#lab/api/objects.ts'
import { hashLabel } from '#lab/controllers/daemon-history.ts'
import { isAvailable } from '#lab/controllers/pods.ts'

export interface NodePods {
  readonly node: string
  readonly pods: readonly Pod[]
}

export interface Replacement {
  readonly doomed: readonly Pod[]
  /** Nodes that get a new pod beside the old one. */
  readonly extra: readonly string[]
}

interface Rollout {
  readonly set: DaemonSet
  readonly hash: string
  readonly nowMs: number
  /** The nodes that should run a pod. */
  readonly wanted: readonly NodePods[]
}

export function replacements(o: Rollout): Replacement {
  if (o.set.spec.updateStrategy?.type === 'OnDelete') return { doomed: [], extra: [] }
  return surgeOf(o.set, o.wanted.length) > 0 ? surged(o) : inPlace(o)
}

/** How many nodes may run two pods at once; 0: the old one goes first. */
export const surgeOf = ({ spec }: DaemonSet, nodes: number): number =>
  share(spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0, nodes)

/** Unavailable old pods at once, available ones within maxUnavailable. */
function inPlace(o: Rollout): Replacement {
  const limit = share(o.set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, o.wanted.length)
  const broken: Pod[] = []
  const healthy: Pod[] = []
  let unavailable = 0
  for (const { pods } of o.wanted) {
    const { fresh, old } = oldAndNew(pods, o.hash)
    if (fresh !== undefined || old === undefined) {
      if (old !== undefined || fresh === undefined || !available(o, fresh)) unavailable++
    } else if (available(o, old)) healthy.push(old)
    else {
      broken.push(old)
      unavailable++
    }
  }
  return { doomed: [...broken, ...healthy.slice(0, Math.max(0, limit - unavailable))], extra: [] }
}

/** A new pod beside the old one, which goes once the new one is available. */
function surged(o: Rollout): Replacement {
  const doomed: Pod[] = []
  const urgent: string[] = []
  const candidates: string[] = []
  let surging = 0
  for (const { node, pods } of o.wanted) {
    const { fresh, old } = oldAndNew(pods, o.hash)
    if (old === undefined) continue
    if (fresh === undefined) (available(o, old) ? candidates : urgent).push(node)
    else if (available(o, fresh)) doomed.push(old)
    else surging++
  }
  const room = Math.max(0, surgeOf(o.set, o.wanted.length) - surging)
  return { doomed, extra: [...urgent, ...candidates.slice(0, room)] }
}

const available = ({ set, nowMs }: Rollout, pod: Pod): boolean =>
  isAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs)

function oldAndNew(
  pods: readonly Pod[],
  hash: string,
): { readonly fresh: Pod | undefined; readonly old: Pod | undefined } {
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const isFresh = ({ metadata }: Pod): boolean => metadata.labels?.[hashLabel] === hash
  return { fresh: staying.find(isFresh), old: staying.find((pod) => !isFresh(pod)) }
}

/** A count, or a percentage of `all`, rounded up. */
export const share = (value: number | string, all: number): number =>
  typeof value === 'number' ? value : Math.ceil((Number.parseFloat(value) / 100) * all)

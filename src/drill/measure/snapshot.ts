/** What a cluster consists of at a moment, as far as people's acts wear it: its pods, its boots, its cordons. */
import type { Lab } from '#lab/lab.ts'
import { stored } from '#lab/stored.ts'

export interface Snapshot {
  /** By uid. */
  readonly pods: ReadonlyMap<string, { readonly name: string; readonly restarts: number }>
  /** A machine's boot, by node. */
  readonly boots: ReadonlyMap<string, string>
  readonly cordoned: readonly string[]
}

/** Read from the lab's store: nobody inside notices. */
export function snapshotOf(lab: Lab): Snapshot {
  return {
    pods: new Map(
      stored(lab, '/pods').map(({ metadata: { uid, name, namespace }, status }) => [
        uid,
        {
          name: `${namespace}/${name}`,
          restarts: (status.containerStatuses ?? []).reduce((sum, each) => sum + each.restartCount, 0),
        },
      ]),
    ),
    boots: new Map(lab.nodes.map((node) => [node, lab.machine(node).bootId])),
    cordoned: stored(lab, '/nodes')
      .filter(({ spec }) => spec.unschedulable === true)
      .map(({ metadata }) => metadata.name),
  }
}

/** What was worn between two moments. */
export interface Wear {
  /** Pods of the first moment that are gone. */
  readonly podsGone: readonly string[]
  readonly restarts: number
  readonly reboots: readonly string[]
  readonly cordonsLeft: readonly string[]
  /** Nodes that somebody had cordoned, and that take pods again. */
  readonly cordonsLifted: readonly string[]
}

export function wearBetween(from: Snapshot, to: Snapshot): Wear {
  const gone = [...from.pods].filter(([uid]) => !to.pods.has(uid))
  const restarts = [...to.pods].reduce(
    (sum, [uid, pod]) => sum + Math.max(0, pod.restarts - (from.pods.get(uid)?.restarts ?? 0)),
    0,
  )
  return {
    podsGone: gone.map(([, { name }]) => name).sort(),
    restarts,
    reboots: [...to.boots].filter(([node, boot]) => from.boots.get(node) !== boot).map(([node]) => node),
    cordonsLeft: to.cordoned.filter((node) => !from.cordoned.includes(node)),
    cordonsLifted: from.cordoned.filter((node) => !to.cordoned.includes(node)),
  }
}

/** In words, a part for each kind; none where nothing was worn. */
export const wornParts = (wear: Wear): readonly string[] => [
  ...(wear.podsGone.length > 0 ? [`${wear.podsGone.length} pods replaced`] : []),
  ...(wear.restarts > 0 ? [`containers restarted: ${wear.restarts}`] : []),
  ...wear.reboots.map((node) => `${node} rebooted`),
  ...wear.cordonsLeft.map((node) => `${node} cordoned`),
  ...wear.cordonsLifted.map((node) => `${node} uncordoned`),
]

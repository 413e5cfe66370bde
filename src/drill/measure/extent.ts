import type { Lab } from '#lab/lab.ts'
import { nodesCutOff, podsNotReady } from '#lab/readiness.ts'

/** How far an incident reaches into the cluster at a moment. */
export interface Extent {
  readonly atMs: number
  readonly podsNotReady: number
  /** Switched off, not Ready, or without a way to the others. */
  readonly nodesCutOff: number
}

/** Read from the lab's store and machines: nobody inside notices. */
export const extentOf = (lab: Lab): Extent => ({
  atMs: lab.nowMs,
  podsNotReady: podsNotReady(lab),
  nodesCutOff: nodesCutOff(lab).length,
})

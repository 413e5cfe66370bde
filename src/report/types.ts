import type { Cause, Diagnosis } from '#diagnosis/types.ts'
import type { Plan } from '#repair/types.ts'
import type { Doors } from '#report/node-doors.ts'

/** A finished diagnosis with all that a report says about it. Rendering is a pure function of this value. */
export interface DiagnosisReport {
  /** Omitted where nobody can tell which cluster the facts are of (pasted text). */
  readonly cluster?: ClusterHead
  readonly source: SourceHead
  readonly diagnosis: Diagnosis
  /** Ways onto the nodes for somebody who has the cluster's API and no shell on them; undefined for everybody else. */
  readonly doors?: Doors
  /** Of causes and of preventive findings whose mode has one; for the others somebody else has to act. */
  readonly plans: readonly { readonly cause: Cause; readonly plan: Plan }[]
}

/** Which cluster, as far as the source tells. */
export interface ClusterHead {
  readonly server?: string
  readonly context?: string
  readonly user?: string
  /** uid of the namespace kube-system: tells clusters apart whatever they are called. */
  readonly uid?: string
  /** The name of the lab, where it is one: a lab is never taken for a real cluster. */
  readonly lab?: string
}

export type SourceHead =
  | { readonly kind: 'live'; readonly deep: boolean; readonly requests: number }
  /** `says`: what was read, in one line; `notes`: what the reader wants known, such as pieces that it did not understand. */
  | {
      readonly kind: 'text' | 'bundle'
      readonly says: string
      readonly notes?: readonly string[]
      /** What people of this cluster type instead of kubectl. */
      readonly client?: 'oc'
    }

/** How words are made to stand out. Injected, so that a log file stays readable. */
export interface Palette {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly green: (text: string) => string
  readonly cyan: (text: string) => string
}

const asItIs = (text: string): string => text

export const plainPalette: Palette = {
  bold: asItIs,
  dim: asItIs,
  red: asItIs,
  yellow: asItIs,
  green: asItIs,
  cyan: asItIs,
}

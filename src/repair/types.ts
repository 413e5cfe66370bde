import type { Subject } from '#cluster/facts.ts'
import type { RelationName } from '#cluster/relations.ts'
import type { Finding } from '#diagnosis/types.ts'

/** What a plan may take away from users while it runs: nothing, a pod's work, a node's. In this order. */
export type Disruption = 'none' | 'pod' | 'node'

/** What a step does, as data: shown, compared, journalled, carried out and undone from this one value. */
export type Act =
  | { readonly hand: 'node-shell'; readonly node: string; readonly argv: readonly string[] }
  | {
      readonly hand: 'write-file'
      readonly node: string
      readonly path: string
      readonly text: string
      readonly mode: number
    }
  | { readonly hand: 'remove-file'; readonly node: string; readonly path: string }
  | { readonly hand: 'delete-pod'; readonly namespace: string; readonly name: string; readonly uid?: string }
  | { readonly hand: 'cordon' | 'uncordon'; readonly node: string }
  | {
      readonly hand: 'patch'
      readonly resource: string // URL path of the resource: /apis/crd.projectcalico.org/v1/ippools
      readonly namespace?: string
      readonly name: string
      readonly resourceVersion?: string
      readonly patch: unknown // JSON merge patch
    }
  /** Nothing is done but to look again until the step's check holds. */
  | { readonly hand: 'wait'; readonly says: string; readonly forMs: number; readonly everyMs: number }
  | { readonly hand: 'person'; readonly says: string }

export type HandName = Act['hand']

export interface Step {
  /** Stable within its plan, for the journal and `--resume`. */
  readonly id: string
  /** The node it acts on, where it acts on one: what is read again before and after it. */
  readonly node?: string
  readonly act: Act
  readonly because: string
  /** True when the step's effect is there already: a repeated step answers "already done". Judged on facts. */
  readonly check: StepCheck
  /** The step is left out, and said so, unless this holds just before it. */
  readonly onlyIf?: StepCheck
  readonly undo?: Act
  /** Named where there is no undo. */
  readonly noUndo?: string
}

/** A claim about facts, as data. Needs positive facts: what was not read does not hold. */
export type StepCheck =
  | {
      readonly kind: 'rows'
      readonly relation: RelationName
      readonly where: Readonly<Record<string, string | number | boolean>>
    }
  /** calico-node's pod on the node is Ready, is not being deleted, and (with `afterMs`) was made later than that. */
  | { readonly kind: 'calico-node-ready'; readonly node: string; readonly afterMs?: number }
  /** kubelet waits out a back-off before it starts calico-node's container again. */
  | { readonly kind: 'calico-node-in-back-off'; readonly node: string }
  /** The pod of this name is gone (its successor has another). */
  | { readonly kind: 'pod-gone'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'person' }

/** Steps that are offered and not carried out unless asked for. */
export interface Offer {
  readonly title: string
  readonly about: Subject
  readonly steps: readonly Step[]
}

export interface Plan {
  readonly mode: string
  readonly about: Subject
  readonly disruption: Disruption
  readonly steps: readonly Step[]
  /** Offered, not carried out: the same mistake waiting on other nodes. */
  readonly offers: readonly Offer[]
  /** What stays different from before the fault, on purpose (own additions) or harmlessly. */
  readonly keeps: readonly { readonly what: string; readonly why: string }[]
  /** What stops it from coming back, for people. */
  readonly prevent: readonly string[]
}

/** The repair of one mode. */
export interface Remedy<State = unknown> {
  plan(finding: Finding<State>, others: readonly Finding<State>[]): Plan
}

/** Remedies by the id of their mode. A mode without one has no plan: somebody else has to act. */
export type Remedies = Readonly<Record<string, Remedy | undefined>>

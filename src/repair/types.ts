import type { Subject } from '#cluster/facts.ts'
import type { RelationName } from '#cluster/relations.ts'
import type { Finding } from '#diagnosis/types.ts'

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
      readonly resource: string
      readonly namespace?: string
      readonly name: string
      readonly resourceVersion?: string
      readonly patch: unknown
    }
  | { readonly hand: 'person'; readonly says: string }

export interface Step {
  /** Stable within its plan, for the journal and `--resume`. */
  readonly id: string
  readonly act: Act
  readonly because: string
  /** True when the step's effect is there already: a repeated step answers "already done". Judged on facts. */
  readonly check: StepCheck
  readonly undo?: Act
  /** Named where there is no undo. */
  readonly noUndo?: string
}

/** A claim about facts, as data. */
export type StepCheck =
  | {
      readonly kind: 'rows'
      readonly relation: RelationName
      readonly where: Readonly<Record<string, string | number | boolean>>
    }
  | { readonly kind: 'calico-node-ready'; readonly node: string; readonly afterMs?: number }
  | { readonly kind: 'person' }

export interface Plan {
  readonly mode: string
  readonly about: Subject
  readonly disruption: Disruption
  readonly steps: readonly Step[]
  /** Offered, not carried out: the same mistake waiting on other nodes. */
  readonly offers: readonly { readonly title: string; readonly steps: readonly Step[] }[]
  /** What stays different from before the fault, on purpose (own additions) or harmlessly. */
  readonly keeps: readonly { readonly what: string; readonly why: string }[]
  /** What stops it from coming back, for people. */
  readonly prevent: readonly string[]
}

/** The repair of one mode. */
export interface Remedy<State = unknown> {
  plan(finding: Finding<State>, others: readonly Finding<State>[]): Plan
}

import type { Coverage, Fact, Facts, MissingReason, Provenance, Subject } from '#cluster/facts.ts'
import type { RelationName, Relations } from '#cluster/relations.ts'

/** `decisive`: names the mechanism. `strong`, `weak`: fits it. `against`: speaks for something else. */
export type Weight = 'decisive' | 'strong' | 'weak' | 'against'

export interface Evidence {
  readonly weight: Weight
  readonly says: string
  readonly from: Provenance
}

/** What an operator would see, derived from facts. Ids are stable: `calico-node-not-ready`, `node-not-ready` … */
export interface Symptom {
  readonly id: string
  readonly about: Subject
  readonly says: string
  readonly from: Provenance
  /** Seen right now, or only in the record (an event of an hour ago). Past symptoms need no cause. */
  readonly when: 'now' | 'past'
}

/** Who has to act. */
export type Owner = 'node' | 'cluster' | 'provider' | 'network' | 'application'

/**
 * A failure mode seen on a subject. `State` is what the repair needs to know, so that message and mending cannot
 * disagree. `preventive`: the state is wrong, nothing is broken yet.
 */
export interface Finding<State = unknown> {
  readonly about: Subject
  readonly says: string
  readonly evidence: readonly Evidence[]
  readonly preventive: boolean
  readonly state: State
}

/** The facts a detector declared, and nothing else. */
export interface View<Needs extends RelationName> {
  readonly observedAtMs: number
  readonly symptoms: readonly Symptom[]
  rows<R extends Needs>(relation: R): readonly Fact<Relations[R]>[]
  coverage(relation: Needs, about?: Subject): Coverage
}

export interface Detector<State = unknown, Needs extends RelationName = RelationName> {
  /** Without these complete for a subject, the mode is never clear there. */
  readonly needs: readonly Needs[]
  /** Asked for where they can be had: sharper, not necessary. */
  readonly uses: readonly Needs[]
  /** Of which kind of subject the mode is judged: every node, or the cluster as a whole. */
  readonly judges: 'node' | 'cluster'
  detect(view: View<Needs>): readonly Finding<State>[]
  /** Does this finding make that symptom happen? Decides covering. */
  explains(finding: Finding<State>, symptom: Symptom, view: View<Needs>): boolean
}

/** A question that is still open, as the command a person would type. */
export interface Question {
  readonly command: string
  readonly why: string
  /** Which relations, about whom, the answer fills. */
  readonly fills: readonly { readonly relation: RelationName; readonly about: Subject }[]
}

/** What the engine knows of a mode: everything but how to break and mend it. */
export interface Mode<State = unknown> {
  readonly id: string
  readonly title: string
  readonly owner: Owner
  readonly maturity: 'lab' | 'evidence-only'
  readonly detector: Detector<State>
  /** Does traffic still flow while it lasts? One sentence. */
  readonly traffic: string
  /** Commands that would decide it for this subject, cheapest first. */
  questions(about: Subject, facts: Facts): readonly Question[]
}

export type Confidence = 'confirmed' | 'likely' | 'possible'

export interface Cause {
  readonly mode: Mode
  readonly finding: Finding
  readonly confidence: Confidence
  readonly explains: readonly Symptom[]
}

export interface Unknown {
  readonly mode: string
  readonly about: Subject
  readonly missing: readonly { readonly relation: RelationName; readonly why: MissingReason | 'partial' }[]
}

/** What the engine answers. Reports, plans and exit codes derive from it; it holds no text of a format. */
export interface Diagnosis {
  readonly verdict: 'healthy' | 'broken' | 'undecided'
  readonly observedAtMs: number
  readonly causes: readonly Cause[] // most likely first
  readonly symptoms: readonly Symptom[]
  readonly unexplained: readonly Symptom[]
  readonly preventive: readonly Cause[]
  readonly unknown: readonly Unknown[]
  readonly next: readonly Question[] // cheapest and most telling first
}

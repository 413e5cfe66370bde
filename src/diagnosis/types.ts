import type { Facts, MissingReason, Provenance, Reads, Subject } from '#cluster/facts.ts'
import type { Question } from '#cluster/questions.ts'
import type { RelationName } from '#cluster/relations.ts'
import type { Symptom } from '#cluster/symptoms.ts'

export type { Question } from '#cluster/questions.ts'
export type { Symptom } from '#cluster/symptoms.ts'

/** `decisive`: names the mechanism. `strong`, `weak`: fits it. `against`: speaks for something else. */
export type Weight = 'decisive' | 'strong' | 'weak' | 'against'

export interface Evidence {
  readonly weight: Weight
  readonly says: string
  readonly from: Provenance
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

/** The facts a detector declared, and nothing else: asking for others is a bug and throws. */
export interface View<Needs extends RelationName> extends Reads<Needs> {
  readonly symptoms: readonly Symptom[]
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
  /**
   * Positive proof that the mode cannot strike this subject, whatever the needs that were not read would say (a
   * privileged process ignores modes). Then it is clear there with less than all needs.
   */
  isImmune?(about: Subject, view: View<Needs>): boolean
  /**
   * What would show this mode on the subject cannot be seen there for another reason (start-up ends before it looks). Then it is
   * unknown, however much was read.
   */
  isHidden?(about: Subject, view: View<Needs>): boolean
}

/** What the engine knows of a mode: everything but how to break and mend it. */
export interface Mode<State = unknown> {
  readonly id: string
  readonly title: string
  readonly owner: Owner
  readonly maturity: 'lab' | 'evidence-only'
  readonly detector: Detector<State>
  /** Ids of the symptoms that it can make happen, the most typical first. */
  readonly symptoms: readonly string[]
  /** Does traffic still flow while it lasts? One sentence. */
  readonly traffic: string
  /** What stops it from coming back, for a report that has no plan (yet). */
  readonly prevent: readonly string[]
  /** Commands that would decide it for this subject, cheapest first. */
  questions(about: Subject, facts: Facts): readonly Question[]
}

export type Confidence = 'confirmed' | 'likely' | 'possible'

/** A finding with its mode. */
export interface Found {
  readonly mode: Mode
  readonly finding: Finding
}

export interface Cause extends Found {
  /** `confirmed`: a decisive fact names the mechanism, and no rival has one. */
  readonly confidence: Confidence
  readonly explains: readonly Symptom[]
  /** Findings of other modes that would explain part of the same, and were not chosen. */
  readonly rivals: readonly Found[]
}

/** A mode that could not be judged for a subject, and what stood in the way. */
export interface Unknown {
  readonly mode: string
  readonly about: Subject
  readonly missing: readonly { readonly relation: RelationName; readonly why: MissingReason | 'partial' }[]
}

/** A mode that certainly does not have a subject: every need was read completely, or it is immune. */
export interface Clear {
  readonly mode: string
  readonly about: Subject
}

/** By mode: how much what was shown reads like its page, from 0 to 1. No evidence; a mode that is not named has none. */
export type Likeness = ReadonlyMap<string, number>

/** What the engine answers. Reports, plans and exit codes derive from it; it holds no text of a format. */
export interface Diagnosis {
  readonly verdict: 'healthy' | 'broken' | 'undecided'
  readonly observedAtMs: number
  readonly causes: readonly Cause[] // most likely first
  readonly symptoms: readonly Symptom[]
  readonly unexplained: readonly Symptom[]
  readonly preventive: readonly Cause[]
  readonly unknown: readonly Unknown[]
  readonly clear: readonly Clear[]
  /** Relations that carry symptoms and were not read completely: while there are any, nothing is "healthy". */
  readonly unread: readonly { readonly relation: RelationName; readonly why: MissingReason | 'partial' }[]
  readonly next: readonly Question[] // cheapest and most telling first
}

/** The words that evidence rests on, for telling whether two findings read the same fact. */
export const sameFact = (a: Provenance, b: Provenance): boolean =>
  a.source === b.source && a.quote === b.quote

import type { RelationName, Relations } from '#cluster/relations.ts'

/** What a fact or a verdict is about. Rendered `node/k8s-worker-03`, `pod/kube-system/calico-node-x7k2p`, `cluster`. */
export type Subject =
  | { readonly kind: 'cluster' }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }

/** Where a fact comes from, precisely enough to look again. */
export interface Provenance {
  /** `pod kube-system/calico-node-x7k2p`, `paste 2, line 14`, `k8s-worker-03:/etc/tmpfiles.d`. */
  readonly source: string
  /** The words as they were read, for quoting; one line where possible. */
  readonly quote?: string
  /** What a person would type to see it. */
  readonly command?: string
  /** When it was so, ms since 1970; omitted where the source does not say. */
  readonly atMs?: number
  /** Somebody said so in their own words: it never proves anything alone. */
  readonly isTold?: true
}

export type Fact<Row> = Row & { readonly from: Provenance }

/** How far a relation was read for one subject. `missing` is not "none": we did not look, or were not allowed to. */
export type Coverage =
  | { readonly kind: 'complete' }
  | { readonly kind: 'partial' } // rows we have are true; absence proves nothing
  /** `says`: the reader's own words, e.g. the server's refusal. */
  | { readonly kind: 'missing'; readonly why: MissingReason; readonly says?: string }

export type MissingReason =
  | 'forbidden'
  | 'timed-out'
  | 'unreachable'
  | 'failed' // answered, but with an error or with something that cannot be read
  | 'not-running' // the container to look from was not running
  | 'not-in-bundle'
  | 'not-in-text'
  | 'not-asked'

/** Something whose rows can be read: all facts, or the part of them that a detector declared. */
export interface Reads<Names extends RelationName> {
  readonly observedAtMs: number
  /**
   * Somebody showed this because something is wrong (a paste): a wrong state in it is then what they ask about, even where no
   * symptom was shown with it. A look at a cluster is no complaint.
   */
  readonly isComplaint?: boolean
  /** Of a complaint: the time of the newest thing that was said in it, ms since 1970. People paste events of an hour ago. */
  readonly newestAtMs?: number
  rows<R extends Names>(relation: R): readonly Fact<Relations[R]>[]
  /** Coverage for this subject: its own where one was recorded, else the relation's as a whole. */
  coverage(relation: Names, about?: Subject): Coverage
}

/** Everything that was read about a cluster at one time. Immutable; detectors see a part of it. */
export interface Facts extends Reads<RelationName> {
  /** When the newest of it was read, ms since 1970. */
  readonly observedAtMs: number
}

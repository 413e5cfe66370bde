/**
 * A scenario: an incident replay that is played on a lab. The narrative is the author's; fenced blocks beside it say what is looked
 * at, what a choice does, and what must hold. docs/drills.md teaches to write one.
 */
import type { Result } from '#base/result.ts'
import type { Notice, Replay } from '#drill/replay/types.ts'
import type { LabOptions } from '#lab/options.ts'

export interface Scenario extends About {
  readonly replay: Replay
  /** As many as the replay has, in its order. */
  readonly rounds: readonly Staged[]
  /** Of the hands-on form. */
  readonly hints: readonly Hint[]
  readonly fixes: readonly Way[]
  readonly shortcuts: readonly Way[]
}

/** What the front matter says. */
export interface About {
  readonly id: string
  readonly difficulty: 'L1' | 'L2' | 'L3'
  readonly tags: readonly string[]
  /** What somebody knows who has played it, in one sentence. */
  readonly teaches: string
  readonly lab: Pick<
    LabOptions,
    'seed' | 'flavour' | 'nodes' | 'kubernetes' | 'calico' | 'encapsulation' | 'backend'
  >
  /** What breaks. Absent: nothing does, and finding that out is the drill. */
  readonly strike?: { readonly mode: string; readonly variant?: string; readonly node: string }
  /** What else happens before the page: red herrings, and breakage that no failure mode has. */
  readonly before: readonly Step[]
  /** When somebody is paged, in virtual ms since 1970. */
  readonly pagedAtMs: number
  /** Virtual ms from the strike to the page. */
  readonly pagedAfterMs: number
  /** Virtual ms from the page until somebody else is woken too. */
  readonly escalatesAfterMs?: number
  /** Words that stand for what only a running lab can tell: `{calico-node}`. Each is the first line that its step prints. */
  readonly names: Readonly<Record<string, Step>>
  /** What should be looked at before it is gone. */
  readonly evidence: readonly Evidence[]
  /** After which the cluster must still be well, tried on a fork: whether the repair lasts. */
  readonly lasting: readonly Way[]
  /** The same for the nodes that were not struck: whether it cannot come again. */
  readonly prevention: readonly Way[]
}

export interface Evidence {
  readonly what: string
  /** A regular expression over what the engineer was shown. */
  readonly shows: string
  /** What shows it as long as it is there. */
  readonly ask: Step
}

/** Something done, under a title. */
export interface Way {
  readonly title: string
  readonly steps: readonly Step[]
}

export interface Hint {
  readonly text: string
  /** What asking for it costs, in virtual ms. */
  readonly costMs: number
}

/** What stands beside a round of the replay. */
export interface Staged {
  /** Carried out and shown when the round begins. */
  readonly sees: readonly Step[]
  /** By the replay's letters. */
  readonly choices: Readonly<Record<string, Deed>>
  /** One for each of the replay's actions. */
  readonly actions: readonly Deed[]
}

/** What a choice or an action does. */
export interface Deed {
  /** What it takes a person before the steps begin: reading, typing, getting hold of somebody. Virtual ms. */
  readonly takesMs: number
  readonly steps: readonly Step[]
  readonly leads: Leads
}

/** Where it goes on: the next round, the same one without this choice, a certain one, or the end. */
export type Leads = 'next' | 'again' | 'end' | { readonly round: number }

/** One line of a block; lines of the file count from 1. */
export type Step = { readonly line: number; readonly text: string } & (
  | Look
  | { readonly act: 'reboot'; readonly node: string; readonly powerCut: boolean }
  | { readonly act: 'wait'; readonly ms: number }
  | { readonly act: 'expect'; readonly expects: Expectation }
)

/** A command, whoever runs it. `filter`: a shell pipeline through which its output goes. */
export type Look =
  /** `as`: oc, where the cluster is OpenShift. */
  | { readonly act: 'kubectl'; readonly command: string; readonly filter?: string; readonly as?: 'oc' }
  | { readonly act: 'node'; readonly nodes: readonly string[]; readonly command: string }
  | { readonly act: 'cloud'; readonly command: string; readonly filter?: string }

export type Expectation =
  | { readonly kind: 'shows'; readonly pattern: string; readonly not: boolean; readonly look: Look }
  /** Of the last half minute. */
  | { readonly kind: 'traffic'; readonly flows: boolean }
  | { readonly kind: 'healthy' }
  | { readonly kind: 'cause'; readonly mode: string }

/** A scenario, or all that is wrong with its text. */
export type ReadScenario = Result<Scenario, readonly Notice[]>

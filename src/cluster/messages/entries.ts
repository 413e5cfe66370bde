import type { MessageEntry } from '#cluster/messages.ts'

/** What a line is: a literal that every match contains (lower case), its pattern, and what it means to people. */
export type EntryParts = readonly [literal: string, pattern: RegExp, means: string]

/**
 * Entries that share one upstream source file, by id. `^` and `$` hold at every line of a text (flag `m` is added).
 *
 * Rules for patterns, so that recognition stays linear: nothing unbounded before the literal (a bounded class such as
 * `[\w.-]{1,80}` is fine), no quantifier inside a quantified group, and letter case ignored only where versions differ.
 */
export const from = (
  source: string,
  entries: Readonly<Record<string, EntryParts>>,
): readonly MessageEntry[] =>
  Object.entries(entries).map(([id, [literal, pattern, means]]) => ({
    id,
    literal,
    pattern: new RegExp(pattern.source, `${pattern.flags}m`),
    source,
    means,
  }))

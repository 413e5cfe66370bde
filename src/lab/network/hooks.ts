import type { Rule } from '#lab/network/ports.ts'

type Chains = Readonly<Record<string, readonly Rule[]>>

/**
 * A base chain (`FORWARD`, `PREROUTING` …) with `rules` of one program in place of its former ones, which `isMine` knows.
 * Base chains belong to nobody: `restore` would take the other programs' rules along.
 */
export function hooked(
  chains: Chains,
  base: string,
  o: {
    readonly rules: readonly Rule[]
    readonly isMine: (rule: Rule) => boolean
    readonly at: 'start' | 'end'
  },
): readonly Rule[] {
  const others = (chains[base] ?? []).filter((rule) => !o.isMine(rule))
  return o.at === 'start' ? [...o.rules, ...others] : [...others, ...o.rules]
}

/** For `isMine`: rules that lead to a chain whose name begins so. */
export const leadsTo =
  (prefix: string) =>
  ({ target }: Rule): boolean =>
    (target.kind === 'jump' || target.kind === 'goto') && target.chain.startsWith(prefix)

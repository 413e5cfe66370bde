import type { Fact, Reads } from '#cluster/facts.ts'
import {
  type FirewallManager,
  isBlanket,
  isForwardChain,
  isRefusal,
  managerOf,
  refusalsOfForwarded,
} from '#cluster/refusals.ts'
import type { FilterRuleRow } from '#cluster/relations.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

export type RuleReads = 'filterRules' | 'filterChains'

/** Rules and chains that refuse forwarded packets, and who made them. */
export const ruleSigns = (view: Reads<RuleReads>): readonly Sign[] => [
  ...refusalsOfForwarded(view.rows('filterRules')).map(ofForwarded),
  ...ofPolicies(view),
  ...ofInput(view),
]

/** Whose rules stand in the filter of a node. */
export const managersIn = (
  view: Reads<RuleReads>,
): readonly { readonly node: string; readonly manager: FirewallManager }[] =>
  [...view.rows('filterRules'), ...view.rows('filterChains')].flatMap((row) => {
    const manager = managerOf(row)
    return manager === undefined ? [] : [{ node: row.node, manager }]
  })

/** Calico and kube-proxy never refuse everything: a rule that does is the end of somebody else's chain. */
function ofForwarded(rule: Fact<FilterRuleRow>): Sign {
  const by = managerOf(rule)
  const where = rule.table === 'firewalld' ? `${rule.chain} of firewalld’s table` : rule.chain
  const says = `a rule in ${where} refuses all that is forwarded${rule.rejectWith === undefined ? '' : ` (${rule.rejectWith})`}`
  return sign(rule, rule.packets === 0 && by === undefined ? 'weak' : 'decisive', says)
}

/** A chain whose end drops is another program's only where its table or its rules say so. */
const ofPolicies = (view: Reads<RuleReads>): readonly Sign[] =>
  view
    .rows('filterChains')
    .filter((chain) => chain.policy === 'DROP' && isForwardChain(chain))
    .flatMap((chain) => {
      if (chain.table === 'firewalld')
        return [sign(chain, 'decisive', 'firewalld’s table drops all that is forwarded')]
      const made = managersIn(view).find(({ node }) => node === chain.node)?.manager
      return made === undefined
        ? []
        : [sign(chain, 'strong', `FORWARD drops by default, and ${made} keeps its rules there`)]
    })

/** What comes to the host itself: pods to its address, and everything that other nodes send to its ports. */
const ofInput = (view: Reads<RuleReads>): readonly Sign[] =>
  view
    .rows('filterRules')
    .filter((rule) => inputs.has(rule.chain) && isRefusal(rule) && isBlanket(rule) && rule.packets !== 0)
    .map((rule) => sign(rule, 'weak', `a rule in ${rule.chain} refuses what was not allowed before`))

const inputs: ReadonlySet<string> = new Set(['INPUT', 'filter_INPUT'])

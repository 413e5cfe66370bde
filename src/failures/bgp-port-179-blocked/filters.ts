/** Which packet filters of hosts stop BGP. */
import { holds } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { FilterChainRow, FilterRuleRow } from '#cluster/relations.ts'

type Names = 'filterRules' | 'filterChains'

/** Rules that drop or reject TCP 179 by its number. Calico's own chains are its policies' business. */
export const rulesAgainstBgp = (view: Reads<Names>): readonly Fact<FilterRuleRow>[] =>
  view.rows('filterRules').filter((rule) => {
    if (!isRefusal(rule) || isCalicos(rule.chain) || !isOfTcp(rule) || !namesBgp(rule.ports)) return false
    return !rulesBefore(view, rule).some((earlier) => earlier.target === 'ACCEPT' && mayMatchBgp(earlier))
  })

/** Rules and policies that refuse all that was not let in before, where nothing before can be BGP. */
export function closedInputs(view: Reads<Names>): readonly (Fact<FilterRuleRow> | Fact<FilterChainRow>)[] {
  const rules = view.rows('filterRules')
  const catchAll = rules.filter(
    (rule) =>
      rule.chain === 'INPUT' &&
      isRefusal(rule) &&
      isForEverything(rule) &&
      !rulesBefore(view, rule).some((earlier) => mayLetIn(earlier)),
  )
  const policies = view
    .rows('filterChains')
    .filter(({ chain, policy }) => chain === 'INPUT' && policy === 'DROP')
    .filter((chain) => {
      const own = rules.filter((rule) => rule.node === chain.node && isSameChain(rule, chain))
      return own.length > 0 && !own.some((rule) => mayLetIn(rule))
    })
  return [...catchAll, ...policies]
}

interface ChainOf {
  readonly node: string
  readonly table: string
  readonly chain: string
  readonly family: 4 | 6 | 'inet'
  readonly backend: string
}

const isSameChain = (a: ChainOf, b: ChainOf): boolean =>
  a.node === b.node &&
  a.table === b.table &&
  a.chain === b.chain &&
  a.family === b.family &&
  a.backend === b.backend

const rulesBefore = (view: Reads<Names>, rule: FilterRuleRow): readonly FilterRuleRow[] =>
  view.rows('filterRules').filter((other) => isSameChain(other, rule) && other.position < rule.position)

const isRefusal = ({ target }: FilterRuleRow): boolean => target === 'DROP' || target === 'REJECT'

const isCalicos = (chain: string): boolean => chain.startsWith('cali-') || chain.startsWith('KUBE-')

const isOfTcp = ({ protocol }: FilterRuleRow): boolean =>
  protocol === undefined || protocol === 'tcp' || protocol === 'all' || protocol === '6'

const isForEverything = (rule: FilterRuleRow): boolean =>
  isOfTcp(rule) &&
  [rule.ports, rule.source, rule.destination, rule.inInterface, rule.set, rule.conditions].every(
    (each) => each === undefined,
  )

/** A jump may lead to a rule that was not shown: only Kubernetes' and Calico's own chains are known not to open ports. */
const mayLetIn = (rule: FilterRuleRow): boolean =>
  rule.target === 'ACCEPT' ? mayMatchBgp(rule) : !isRefusal(rule) && !isHarmless(rule.target)

const isHarmless = (target: string): boolean =>
  target === '' || target === 'LOG' || target === 'RETURN' || isCalicos(target)

/** Loopback, connections that exist already, and other ports are not for a peer that dials. */
const mayMatchBgp = (rule: FilterRuleRow): boolean =>
  isOfTcp(rule) &&
  rule.inInterface !== 'lo' &&
  (rule.ports === undefined || namesBgp(rule.ports)) &&
  (rule.source === undefined || !holds('127.0.0.0/8', rule.source)) &&
  !/RELATED|ESTABLISHED/.test(rule.conditions ?? '')

/** `179`, `bgp`, `22,179`, `1:1024`, `170-180`, `{ 22, 179 }`. */
export const namesBgp = (ports: string | undefined): boolean =>
  (ports ?? '')
    .replace(/[{}]/g, '')
    .split(',')
    .map((part) => part.trim())
    .some((part) => {
      if (part === 'bgp') return true
      const m = /^(?<from>\d{1,5})(?:[:-](?<to>\d{1,5}))?$/.exec(part)?.groups
      return m?.from !== undefined && Number(m.from) <= bgp && bgp <= Number(m.to ?? m.from)
    })

export const bgp = 179

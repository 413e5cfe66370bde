import { hashed } from '#lab/calico/felix/rule-hash.ts'
import { go } from '#lab/calico/felix/rules.ts'
import type { Chains, Rule } from '#lab/network/rule.ts'

/**
 * The way from an interface to its chain: names that share a beginning get a chain of their own, so that no packet passes
 * all names (projectcalico/calico:felix/rules/dispatch.go).
 */
export function dispatchChains(o: {
  readonly chain: string
  readonly interfaces: readonly string[]
  readonly side: 'in' | 'out'
  readonly target: (name: string) => string
  readonly last: readonly Rule[]
}): Chains {
  const { chain, side, target, last } = o
  const names = o.interfaces.toSorted()
  const common = commonPrefix(names)
  const groups = new Map<string, string[]>()
  for (const name of names) {
    const prefix = name.slice(0, common.length + 1)
    groups.set(prefix, [...(groups.get(prefix) ?? []), name])
  }
  const chains: Record<string, readonly Rule[]> = {}
  const rules: Rule[] = []
  const leaf = (name: string): Rule => go(target(name), { [side]: name })
  for (const [prefix, members] of groups) {
    const [only] = members
    if (members.length === 1 && only !== undefined) {
      rules.push(leaf(only))
      continue
    }
    const child = `${chain}-${prefix.slice(common.length)}`
    chains[child] = hashed(child, [...members.map(leaf), ...last])
    rules.push(go(child, { [side]: `${prefix}+` }))
  }
  chains[chain] = hashed(chain, [...rules, ...last])
  return chains
}

function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names
  let length = first.length
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length--
  return first.slice(0, length)
}

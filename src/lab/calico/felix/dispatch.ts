import { hashed, kept } from '#lab/calico/felix/rule-hash.ts'
import { go } from '#lab/calico/felix/rules.ts'
import type { Chains, Rule } from '#lab/network/rule.ts'

interface Dispatch {
  readonly chain: string
  readonly interfaces: readonly string[]
  readonly side: 'in' | 'out'
  /** Of the chains that it leads to. */
  readonly prefix: string
  readonly last: readonly Rule[]
}

/**
 * The way from an interface to its chain: names that share a beginning get a chain of their own, so that no packet passes
 * all names (projectcalico/calico:felix/rules/dispatch.go).
 */
export function dispatchChains(o: Dispatch): Chains {
  const names = o.interfaces.toSorted()
  const common = commonPrefix(names)
  const groups = new Map<string, string[]>()
  for (const name of names) {
    const shared = name.slice(0, common.length + 1)
    const group = groups.get(shared)
    if (group === undefined) groups.set(shared, [name])
    else group.push(name)
  }
  const chains: Record<string, readonly Rule[]> = {}
  const ways: Way[] = []
  for (const [shared, members] of groups) {
    const [only] = members
    if (members.length === 1 && only !== undefined) {
      ways.push({ to: o.prefix + only, name: only })
      continue
    }
    const child = `${o.chain}-${shared.slice(common.length)}`
    chains[child] = keptChain(
      child,
      members.map((name) => ({ to: o.prefix + name, name })),
      o,
    )
    ways.push({ to: child, name: `${shared}+` })
  }
  chains[o.chain] = keptChain(o.chain, ways, o)
  return chains
}

/** For interfaces of this name, which may end with a `+`. */
interface Way {
  readonly to: string
  readonly name: string
}

/** Most chains are those of the last time: one more interface changes that of its beginning. */
function keptChain(chain: string, ways: readonly Way[], { side, last }: Dispatch): readonly Rule[] {
  const key = `${chain} ${side} ${ways.map(({ to }) => to).join()} ${last.map(({ target }) => JSON.stringify(target)).join()}`
  return kept(key, () => hashed(chain, [...ways.map(({ to, name }) => go(to, { [side]: name })), ...last]))
}

function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names
  let length = first.length
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length--
  return first.slice(0, length)
}

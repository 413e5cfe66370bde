import { hashed } from '#lab/calico/felix/rule-hash.ts'
import { go } from '#lab/calico/felix/rules.ts'
import type { Chains, Rule } from '#lab/network/rule.ts'

/** Which chains an interface's packets go through. */
export interface DispatchOptions {
  readonly chain: string
  readonly side: 'in' | 'out'
  /** Of the chains that it leads to. */
  readonly prefix: string
  readonly last: readonly Rule[]
}

/**
 * The way from an interface to its chain: names that share a beginning get a chain of their own, so that no packet passes
 * all names (projectcalico/calico:felix/rules/dispatch.go). Chains whose interfaces are those of the last time are kept.
 */
export class Dispatch {
  readonly #o: DispatchOptions
  /** By chain. */
  #made: ReadonlyMap<string, Made> = new Map()

  constructor(o: DispatchOptions) {
    this.#o = o
  }

  /** `names`: sorted. */
  chains(names: readonly string[]): Chains {
    const { chain, prefix } = this.#o
    const common = commonLength(names)
    const made = new Map<string, Made>()
    const keep = (name: string, to: readonly Way[]): readonly Rule[] => {
      const kept = this.#kept(name, to)
      made.set(name, kept)
      return kept.rules
    }
    const ways: Way[] = []
    const chains: Record<string, readonly Rule[]> = {}
    for (const members of groups(names, common)) {
      const leaves = members.map((name) => ({ to: prefix + name, name }))
      const [first] = leaves
      if (first === undefined) continue
      if (leaves.length === 1) ways.push(first)
      else {
        const shared = first.name.slice(0, common + 1)
        const child = `${chain}-${shared.slice(common)}`
        chains[child] = keep(child, leaves)
        ways.push({ to: child, name: `${shared}+` })
      }
    }
    chains[chain] = keep(chain, ways)
    this.#made = made
    return chains
  }

  #kept(chain: string, ways: readonly Way[]): Made {
    const last = this.#made.get(chain)
    if (last !== undefined && leadsTheSame(last.ways, ways)) return last
    const { side, last: end } = this.#o
    const rules = ways.map(({ to, name }) => go(to, { [side]: name }))
    return { ways, rules: hashed(chain, [...rules, ...end]) }
  }
}

export const dispatchChains = (o: DispatchOptions & { readonly interfaces: readonly string[] }): Chains =>
  new Dispatch(o).chains(o.interfaces.toSorted())

/** For interfaces of this name, which may end with a `+`. */
interface Way {
  readonly to: string
  readonly name: string
}

interface Made {
  readonly ways: readonly Way[]
  readonly rules: readonly Rule[]
}

const leadsTheSame = (a: readonly Way[], b: readonly Way[]): boolean =>
  a.length === b.length && a.every(({ to, name }, i) => to === b[i]?.to && name === b[i].name)

/** How many letters sorted names have in common at their beginning: those that the first and the last one have. */
function commonLength(names: readonly string[]): number {
  const first = names[0] ?? ''
  const last = names.at(-1) ?? ''
  let length = 0
  while (length < first.length && first[length] === last[length]) length++
  return length
}

/** Sorted names by the letter that follows what they have in common. */
function groups(names: readonly string[], common: number): readonly (readonly string[])[] {
  const all: string[][] = []
  let letter: string | undefined
  for (const name of names) {
    const group = all.at(-1)
    if (group === undefined || name[common] !== letter) all.push([name])
    else group.push(name)
    letter = name[common]
  }
  return all
}

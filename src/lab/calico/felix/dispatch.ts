import { type Hashed, rehashed } from '#lab/calico/felix/rule-hash.ts'
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
    const { chain } = this.#o
    const common = commonLength(names)
    const made = new Map<string, Made>()
    const ways: string[] = []
    const chains: Record<string, readonly Rule[]> = {}
    const keep = (name: string, to: readonly string[]): void => {
      const kept = this.#kept(name, to)
      made.set(name, kept)
      chains[name] = kept.rules
    }
    for (let from = 0; from < names.length; ) {
      const end = groupEnd(names, from, common)
      const first = names[from] as string // an index below the length
      const shared = first.slice(0, common + 1)
      if (end - from === 1) ways.push(first)
      else {
        keep(`${chain}-${shared.slice(common)}`, names.slice(from, end))
        ways.push(`${shared}+`)
      }
      from = end
    }
    keep(chain, ways)
    this.#made = made
    return chains
  }

  /** `ways`: names of interfaces, or their beginnings with a `+`. */
  #kept(chain: string, ways: readonly string[]): Made {
    const last = this.#made.get(chain)
    if (last !== undefined && isSame(last.ways, ways)) return last
    const known = new Map(last?.ways.map((name, i) => [name, last.plain[i]]))
    const leading = ways.map((name) => known.get(name) ?? this.#leading(name))
    return { ways, ...rehashed(chain, [...leading, ...this.#o.last], last) }
  }

  #leading(way: string): Rule {
    return go(this.#target(way), { [this.#o.side]: way })
  }

  #target(way: string): string {
    const { chain, prefix } = this.#o
    return way.endsWith('+') ? `${chain}-${way.at(-2) ?? ''}` : prefix + way
  }
}

export const dispatchChains = (o: DispatchOptions & { readonly interfaces: readonly string[] }): Chains =>
  new Dispatch(o).chains(o.interfaces.toSorted())

/** `plain` begins with what leads each way. */
interface Made extends Hashed {
  readonly ways: readonly string[]
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i])

/** How many letters sorted names have in common at their beginning: those that the first and the last one have. */
function commonLength(names: readonly string[]): number {
  const first = names[0] ?? ''
  const last = names.at(-1) ?? ''
  let length = 0
  while (length < first.length && first[length] === last[length]) length++
  return length
}

/** Where names end that have the letter after what all have in common. */
function groupEnd(names: readonly string[], from: number, common: number): number {
  const letter = names[from]?.[common]
  let end = from + 1
  while (end < names.length && names[end]?.[common] === letter) end++
  return end
}

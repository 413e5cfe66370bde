import type { Chains, Rule } from '#lab/network/rule.ts'

/** The chains that a table should have, each for as long as somebody asks for it, and which of them have changed of late. */
export class WantedChains {
  readonly #chains: Record<string, readonly Rule[]> = {}
  /** How many ask for each. */
  readonly #asked = new Map<string, number>()
  readonly #changed = new Set<string>()

  constructor(chains: Chains = {}) {
    this.ask(chains)
  }

  get chains(): Chains {
    return this.#chains
  }

  /** Those that are not what they were, or are gone, since {@link settled}. */
  get changed(): ReadonlySet<string> {
    return this.#changed
  }

  ask(chains: Chains): void {
    for (const chain in chains) {
      const rules = chains[chain] as readonly Rule[] // one of its own keys
      this.#asked.set(chain, (this.#asked.get(chain) ?? 0) + 1)
      if (this.#chains[chain] === rules) continue
      this.#chains[chain] = rules
      this.#changed.add(chain)
    }
  }

  drop(chains: Chains): void {
    for (const chain in chains) {
      const left = (this.#asked.get(chain) ?? 0) - 1
      if (left > 0) this.#asked.set(chain, left)
      else {
        this.#asked.delete(chain)
        delete this.#chains[chain]
        this.#changed.add(chain)
      }
    }
  }

  replace(before: Chains, now: Chains): void {
    if (before === now) return
    this.ask(now)
    this.drop(before)
  }

  /** The kernel has them all. */
  settled(): void {
    this.#changed.clear()
  }
}

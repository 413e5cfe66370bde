import { Errno } from '#lab/host/ports.ts'
import { type AddressSet, addressSet } from '#lab/network/address-set.ts'
import type { ChainSet } from '#lab/network/chains.ts'
import { Footings, type Tremors } from '#lab/network/ground.ts'
import type { Rule } from '#lab/network/rule.ts'

/** The IP sets of one namespace, as their members are written and in the form that packets ask. */
export class IpSets {
  /** What ways that asked a set stand on. */
  readonly footings: Footings<string>
  #members: Readonly<Record<string, readonly string[]>> = {}
  #compiled: ReadonlyMap<string, AddressSet> = new Map()

  constructor(tremors: Tremors) {
    this.footings = new Footings(tremors)
  }

  get(name: string): AddressSet | undefined {
    return this.#compiled.get(name)
  }

  list(): Readonly<Record<string, readonly string[]>> {
    return this.#members
  }

  /** Makes or fills. Throws EINVAL for what is no member. */
  set(name: string, members: readonly string[]): AddressSet {
    const compiled = addressSet(members)
    this.#members = { ...this.#members, [name]: [...members] }
    this.#compiled = new Map([...this.#compiled, [name, compiled]])
    this.footings.shake(name)
    return compiled
  }

  /** Throws ENOENT for a set that there is not, EBUSY for one that a rule of these tables names. */
  remove(name: string, tables: readonly ChainSet[]): void {
    if (!this.#compiled.has(name)) throw new Errno('ENOENT')
    const isNamed = tables.some((chains) =>
      Object.values(chains.chains()).some((rules) => rules.some((rule) => namesSet(rule, name))),
    )
    if (isNamed) throw new Errno('EBUSY')
    this.#compiled = new Map([...this.#compiled].filter(([other]) => other !== name))
    this.#members = Object.fromEntries(Object.entries(this.#members).filter(([other]) => other !== name))
    this.footings.shake(name)
  }

  clear(): void {
    this.footings.shakeAll()
    this.#compiled = new Map()
    this.#members = {}
  }
}

const namesSet = ({ match }: Rule, name: string): boolean =>
  match.set?.name === name || (match.sets?.some((set) => set.name === name) ?? false)

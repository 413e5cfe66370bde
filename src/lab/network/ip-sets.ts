import { Errno } from '#lab/host/ports.ts'
import { type AddressSet, addressSet } from '#lab/network/address-set.ts'
import type { ChainSet } from '#lab/network/chains.ts'
import { Footings, type Tremors } from '#lab/network/ground.ts'
import type { Rule } from '#lab/network/rule.ts'
import type { SetKind } from '#lab/network/set-kinds.ts'

/** The IP sets of one namespace, as their members are written and in the form that packets ask. */
export class IpSets {
  /** What ways that asked a set stand on. */
  readonly footings: Footings<string>
  #members: Readonly<Record<string, readonly string[]>> = {}
  #compiled: ReadonlyMap<string, AddressSet> = new Map()
  readonly #kinds = new Map<string, SetKind>()

  constructor(tremors: Tremors) {
    this.footings = new Footings(tremors)
  }

  get(name: string): AddressSet | undefined {
    return this.#compiled.get(name)
  }

  list(): Readonly<Record<string, readonly string[]>> {
    return this.#members
  }

  /** As what a set was made; undefined where there is none. */
  kind(name: string): SetKind | undefined {
    return this.#kinds.get(name)
  }

  /** Makes or fills; `kind` is the one that it has, or is made as. Throws EINVAL for what is no member. */
  set(name: string, members: readonly string[], kind: SetKind): AddressSet {
    const compiled = addressSet(members)
    this.#kinds.set(name, kind)
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
    this.#kinds.delete(name)
    this.#members = Object.fromEntries(Object.entries(this.#members).filter(([other]) => other !== name))
    this.footings.shake(name)
  }

  /** The two take each other's names. Throws ENOENT where one is missing, EINVAL where their types differ. */
  swap(name: string, other: string): void {
    const [one, two] = [name, other].map((each) => ({
      members: this.#members[each],
      compiled: this.#compiled.get(each),
      kind: this.#kinds.get(each),
    }))
    if (!one?.kind || !two?.kind || !one.compiled || !two.compiled) throw new Errno('ENOENT')
    if (one.kind.type !== two.kind.type) throw new Errno('EINVAL')
    this.#members = { ...this.#members, [name]: two.members ?? [], [other]: one.members ?? [] }
    this.#compiled = new Map([...this.#compiled, [name, two.compiled], [other, one.compiled]])
    this.#kinds.set(name, two.kind).set(other, one.kind)
    this.footings.shake(name)
    this.footings.shake(other)
  }

  clear(): void {
    this.footings.shakeAll()
    this.#kinds.clear()
    this.#compiled = new Map()
    this.#members = {}
  }
}

const namesSet = ({ match }: Rule, name: string): boolean =>
  match.set?.name === name || (match.sets?.some((set) => set.name === name) ?? false)

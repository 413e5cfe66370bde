import type { SimStack } from '#lab/network/stack.ts'

/** What moves with every change of the network, and with every change of what is between machines. */
interface Network {
  readonly version: number
  readonly wires: number
  readonly tremors: Tremors
}

/** How often anything has changed that some way may lie on: most changes are of what no packet has met. */
export class Tremors {
  count = 0
}

/** One thing that a way was told and lies on: the route to an address, the rules of a chain, the members of a set. Whoever tells it says when it is over. */
export interface Footing {
  firm: boolean
}

/** The footings that somebody tells of, by what was asked. */
export class Footings<K> {
  /** In most namespaces nobody asks. */
  #asked: Map<K, Footing> | undefined
  readonly #tremors: Tremors

  constructor(tremors: Tremors) {
    this.#tremors = tremors
  }

  get size(): number {
    return this.#asked?.size ?? 0
  }

  of(question: K): Footing {
    this.#asked ??= new Map()
    let footing = this.#asked.get(question)
    if (footing === undefined) {
      footing = { firm: true }
      this.#asked.set(question, footing)
    }
    return footing
  }

  /** The answer is another from now on. */
  shake(question: K): void {
    const footing = this.#asked?.get(question)
    if (footing === undefined) return
    footing.firm = false
    this.#tremors.count++
    this.#asked?.delete(question)
  }

  shakeAll(): void {
    for (const question of this.#asked?.keys() ?? []) this.shake(question)
  }
}

/**
 * What a packet's way lies on: the namespaces that it came through or asked, the routes, chains and sets that it met there, and the
 * wires between machines. As long as none of them changes the next packet goes the same way, whatever happens elsewhere: in a large lab
 * something always does.
 */
export class Ground {
  readonly #network: Network
  readonly #stacks: readonly SimStack[]
  readonly #footings: readonly Footing[]
  readonly #wires: number
  /** Of all stacks together: versions only grow, so an equal sum means that each is as it was. */
  readonly #versions: number
  /** Since when it is known to stand: the number of tremors, or the network's version where any change ends it. */
  #stoodIn: number

  constructor(network: Network, stacks: readonly SimStack[], footings: readonly Footing[]) {
    this.#network = network
    this.#stacks = stacks
    this.#footings = footings
    this.#wires = network.wires
    this.#versions = sum(stacks)
    // A table that holds too many answers forgets them, even while a packet is on its way.
    if (stacks.length === 0) this.#stoodIn = network.version
    else this.#stoodIn = footings.every(({ firm }) => firm) ? network.tremors.count : Number.NaN
  }

  get stands(): boolean {
    const { version, wires, tremors } = this.#network
    // Without stacks: chance, or more than can be named, had a part, so that any change ends it.
    if (this.#stacks.length === 0) return this.#stoodIn === version
    if (this.#stoodIn === tremors.count) return true
    if (this.#wires !== wires || sum(this.#stacks) !== this.#versions) return false
    const footings = this.#footings
    for (let at = 0; at < footings.length; at++) if (!footings[at]?.firm) return false
    this.#stoodIn = tremors.count
    return true
  }

  /** Whether a way that met these lies on this ground. */
  isOf(footings: readonly Footing[]): boolean {
    const own = this.#footings
    if (own.length !== footings.length) return false
    for (let at = 0; at < own.length; at++) if (own[at] !== footings[at]) return false
    return true
  }
}

function sum(stacks: readonly SimStack[]): number {
  let versions = 0
  for (let at = 0; at < stacks.length; at++) versions += (stacks[at] as SimStack).version // an index below the length
  return versions
}

/** Notes what a packet meets on its way. Ways between the same machines share their ground. */
export class Surveyor {
  readonly #network: Network
  readonly #known = new Map<string, Ground>()
  /** In the order of their numbers. */
  readonly #met: SimStack[] = []
  readonly #footings: Footing[] = []
  /** A packet is on its way. */
  looks = false
  #whole = false

  constructor(network: Network) {
    this.#network = network
  }

  /** Sends a packet and answers what its way lies on. */
  survey<T>(send: () => T): { readonly sent: T; readonly ground: Ground } {
    this.looks = true
    this.#whole = false
    this.#met.length = 0
    this.#footings.length = 0
    const sent = send()
    this.looks = false
    return { sent, ground: this.#ground() }
  }

  /** A packet comes through this namespace, or something is asked of it. */
  visit(stack: SimStack): void {
    if (!this.looks) return
    stack.isMet = true
    const met = this.#met
    let at = met.length
    while (at > 0 && (met[at - 1] as SimStack).id > stack.id) at--
    if (at === 0 || met[at - 1] !== stack) met.splice(at, 0, stack)
  }

  /** The packet is told this on its way. */
  standOn(footing: Footing): void {
    if (this.looks && !this.#footings.includes(footing)) this.#footings.push(footing)
  }

  /** Chance, or more than can be named, has a part. */
  whole(): void {
    this.#whole = true
  }

  #ground(): Ground {
    if (this.#whole) return new Ground(this.#network, [], [])
    let key = ''
    for (const { id } of this.#met) key += ` ${id}`
    const known = this.#known.get(key)
    if (known?.isOf(this.#footings) && known.stands) return known
    const ground = new Ground(this.#network, [...this.#met], [...this.#footings])
    if (this.#known.size >= knownMax) this.#known.clear()
    this.#known.set(key, ground)
    return ground
  }
}

const knownMax = 8192

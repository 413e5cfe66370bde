import type { SimStack } from '#lab/network/stack.ts'

/** What moves with every change of the network, and with every change of what is between machines. */
interface Network {
  readonly version: number
  readonly wires: number
}

/**
 * What a packet's way lies on: the namespaces that it came through or asked, and the wires between machines. As long as none
 * of them changes the next packet goes the same way, whatever happens elsewhere: in a large lab something always does.
 */
export class Ground {
  readonly #network: Network
  readonly #stacks: readonly SimStack[]
  readonly #wires: number
  /** Of all stacks together: versions only grow, so an equal sum means that each is as it was. */
  readonly #versions: number
  /** The network's version in which it is known to stand. */
  #stoodIn: number

  constructor(network: Network, stacks: readonly SimStack[]) {
    this.#network = network
    this.#stacks = stacks
    this.#wires = network.wires
    this.#versions = sum(stacks)
    this.#stoodIn = network.version
  }

  get stands(): boolean {
    const { version, wires } = this.#network
    if (this.#stoodIn === version) return true
    // Without stacks: chance, or more than can be named, had a part, so that any change ends it.
    if (this.#wires !== wires || this.#stacks.length === 0 || sum(this.#stacks) !== this.#versions)
      return false
    this.#stoodIn = version
    return true
  }
}

function sum(stacks: readonly SimStack[]): number {
  let versions = 0
  for (const { version } of stacks) versions += version
  return versions
}

/** Notes what a packet meets on its way. Ways between the same machines share their ground. */
export class Surveyor {
  readonly #network: Network
  readonly #known = new Map<string, Ground>()
  readonly #met: SimStack[] = []
  #looks = false
  #whole = false

  constructor(network: Network) {
    this.#network = network
  }

  /** Sends a packet and answers what its way lies on. */
  survey<T>(send: () => T): { readonly sent: T; readonly ground: Ground } {
    this.#looks = true
    this.#whole = false
    this.#met.length = 0
    const sent = send()
    this.#looks = false
    return { sent, ground: this.#ground() }
  }

  /** A packet comes through this namespace, or something is asked of it. */
  visit(stack: SimStack): void {
    if (this.#looks && !this.#met.includes(stack)) this.#met.push(stack)
  }

  /** Chance, or more than can be named, has a part. */
  whole(): void {
    this.#whole = true
  }

  #ground(): Ground {
    if (this.#whole) return new Ground(this.#network, [])
    this.#met.sort((a, b) => a.id - b.id)
    const key = this.#met.map(({ id }) => id).join(' ')
    const known = this.#known.get(key)
    if (known?.stands) return known
    const ground = new Ground(this.#network, [...this.#met])
    if (this.#known.size >= knownMax) this.#known.clear()
    this.#known.set(key, ground)
    return ground
  }
}

const knownMax = 8192

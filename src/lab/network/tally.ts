/**
 * How often packets met the rules of iptables. A packet's way is kept and taken again by those that follow; so are the rules that it met
 * (a trail for each namespace, shared by all ways that met the same), and a packet more is one number more for each trail. What that is for
 * each rule is worked out when somebody looks, when rules change, or when much has come together.
 *
 * Not imitated: packets that rest (docs/decisions/0012) and acknowledgements that carry nothing are not counted, ICMP errors neither; what tunnels
 * put around packets is in no count of bytes.
 */
import type { Rule } from '#lab/network/rule.ts'

export interface Count {
  readonly packets: number
  readonly bytes: number
}

const none: number[] = [] // never written to: a place is beyond its end

/** What met the rules of one chain. Place 0 is the policy of a built-in one, n the rule in that place. */
export class ChainCounts {
  readonly code: number
  readonly #tallies: Tallies
  /** Packets and bytes in turn, as far as any was counted: as long as it has to be. */
  #met: number[] = none

  constructor(tallies: Tallies, code: number) {
    this.#tallies = tallies
    this.code = code
  }

  at(place: number): Count {
    this.#tallies.settle()
    return { packets: this.#met[2 * place] ?? 0, bytes: this.#met[2 * place + 1] ?? 0 }
  }

  add(place: number, { packets, bytes }: Count): void {
    if (this.#met === none) this.#met = []
    const met = this.#met
    const at = 2 * place
    while (met.length <= at) met.push(0, 0)
    met[at] = (met[at] ?? 0) + packets
    met[at + 1] = (met[at + 1] ?? 0) + bytes
  }

  zero(): void {
    this.#tallies.settle()
    this.#met = none
  }

  /** The chain holds other rules now. Those that were there before keep what they have. */
  rewritten(before: readonly Rule[], now: readonly Rule[]): void {
    this.#tallies.settle()
    if (this.#met.length === 0) return
    const places = new Map(before.map((rule, at) => [rule, at + 1]))
    const from = [0, ...now.map((rule) => places.get(rule) ?? Number.NaN)]
    const had = this.#met
    this.#met = from.flatMap((place) => [had[2 * place] ?? 0, had[2 * place + 1] ?? 0])
  }
}

/** The rules that packets met in one namespace, as chain and place in one number, and how many have come since that was worked out. */
interface Trail {
  readonly rules: readonly number[]
  packets: number
  bytes: number
}

/** What packets on one way meet; ways that meet the same in a namespace share its trail. */
export type Tally = readonly Trail[]

const pendingMax = 4096
const trailsMax = 65_536
/** More than a chain has rules. */
const places = 2 ** 20

export class Tallies {
  readonly #counts: (ChainCounts | undefined)[] = []
  readonly #free: number[] = []
  /** Trails by what their numbers make together; of those that make the same, the last. */
  readonly #known = new Map<number, Trail>()
  /** Those on which packets have come. */
  #pending: Trail[] = []
  #trails: Trail[] = []
  /** The one that is being made. */
  readonly #rules: number[] = []
  #length = 0
  #sum = 0
  #host: object | undefined

  /** For the rules of a chain that a packet meets for the first time. */
  counts(): ChainCounts {
    const code = this.#free.pop() ?? this.#counts.length
    const counts = new ChainCounts(this, code)
    this.#counts[code] = counts
    return counts
  }

  /** The chain is gone. */
  release({ code }: ChainCounts): void {
    this.settle()
    this.#counts[code] = undefined
    this.#free.push(code)
  }

  /** A packet sets out. */
  begin(): void {
    this.#trails = []
    this.#length = 0
    this.#sum = 0
    this.#host = undefined
  }

  /** It meets a rule. */
  meet(host: object, { code }: ChainCounts, place: number): void {
    if (host !== this.#host) {
      this.#close()
      this.#host = host
    }
    const rule = code * places + place
    this.#rules[this.#length++] = rule
    this.#sum = (Math.imul(this.#sum, 31) + (rule | 0)) | 0
  }

  /** It is where it goes; nothing if it met no rules. */
  end(): Tally | undefined {
    this.#close()
    return this.#trails.length === 0 ? undefined : this.#trails
  }

  /** So many packets more go this way. */
  count(tally: Tally | undefined, packets: number, bytes: number): void {
    if (tally === undefined) return
    for (const trail of tally) {
      if (trail.packets === 0) this.#pending.push(trail)
      trail.packets += packets
      trail.bytes += bytes
    }
    if (this.#pending.length >= pendingMax) this.settle()
  }

  /** Works out what each rule has met. */
  settle(): void {
    const pending = this.#pending
    if (pending.length === 0) return
    this.#pending = []
    for (const trail of pending) {
      for (const rule of trail.rules) this.#counts[Math.floor(rule / places)]?.add(rule % places, trail)
      trail.packets = 0
      trail.bytes = 0
    }
  }

  #close(): void {
    if (this.#length === 0) return
    this.#trails.push(this.#shared())
    this.#length = 0
    this.#sum = 0
  }

  #shared(): Trail {
    const known = this.#known.get(this.#sum)
    if (known !== undefined && this.#isMade(known)) return known
    const made = { rules: this.#rules.slice(0, this.#length), packets: 0, bytes: 0 }
    if (this.#known.size >= trailsMax) this.#known.clear()
    this.#known.set(this.#sum, made)
    return made
  }

  #isMade({ rules }: Trail): boolean {
    if (rules.length !== this.#length) return false
    for (let at = 0; at < rules.length; at++) if (rules[at] !== this.#rules[at]) return false
    return true
  }
}

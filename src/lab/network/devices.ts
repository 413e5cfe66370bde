import { type Ipv4, ipv4, isLoopback } from '#lab/network/address.ts'
import { type Footing, Footings, type Tremors } from '#lab/network/ground.ts'
import type { Address, Link, Tunnel } from '#lab/network/ports.ts'
import type { SegmentPort } from '#lab/network/segment-port.ts'
import { ShownLinks } from '#lab/network/shown-links.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** A network device. `peer` for veth, `port` for what is plugged in the segment. */
export interface LinkState {
  readonly name: string
  readonly kind: Link['kind']
  mac: string
  readonly index: number
  up: boolean
  mtuBytes: number
  /** For ipip and vxlan. */
  tunnel: Tunnel | undefined
  peer: { readonly stack: SimStack; readonly link: LinkState } | undefined
  port: SegmentPort | undefined
  /** What programs were shown of it last. */
  shown: Link | undefined
}

/** The links of one namespace, and the addresses on them. */
export class Devices {
  readonly #links = new Map<string, LinkState>()
  readonly #shown = new ShownLinks()
  /** Of the links that stand alone: see {@link standsAlone}. */
  readonly #footings: Footings<string>
  #addresses: readonly Address[] = []
  /** The addresses of links that are up. */
  #local: ReadonlySet<Ipv4> | undefined
  #lastIndex = 0

  constructor(tremors: Tremors) {
    this.#footings = new Footings(tremors)
  }

  get addresses(): readonly Address[] {
    return this.#addresses
  }

  set addresses(addresses: readonly Address[]) {
    this.#addresses = addresses
    this.#local = undefined
  }

  get(name: string): LinkState | undefined {
    return this.#links.get(name)
  }

  has(name: string): boolean {
    return this.#links.has(name)
  }

  all(): Iterable<LinkState> {
    return this.#links.values()
  }

  /** As programs see them. */
  shown(): readonly Link[] {
    return this.#shown.of(this.#links)
  }

  /** The next device's number: 1 is `lo`. */
  nextIndex(): number {
    return ++this.#lastIndex
  }

  add(link: LinkState): void {
    this.#links.set(link.name, link)
  }

  /** A link goes, and its addresses with it. */
  drop(name: string): void {
    this.#links.delete(name)
    this.#addresses = this.#addresses.filter((a) => a.link !== name)
  }

  /** As the kernel makes a namespace: `lo`, down, and nothing else. */
  reset(): void {
    this.#links.clear()
    this.#footings.shakeAll()
    this.addresses = []
    this.#lastIndex = 0
    this.add({
      name: 'lo',
      kind: 'loopback',
      mac: '00:00:00:00:00:00',
      index: this.nextIndex(),
      up: false,
      mtuBytes: 65536,
      tunnel: undefined,
      peer: undefined,
      port: undefined,
      shown: undefined,
    })
  }

  /** Links have come up, gone down or away: which addresses are local is found anew. */
  forgetLocal(): void {
    this.#local = undefined
  }

  isLocal(address: Ipv4): boolean {
    this.#local ??= new Set(
      this.#addresses.filter(({ link }) => this.#links.get(link)?.up).map(({ address: a }) => ipv4(a)),
    )
    return this.#local.has(address) || (isLoopback(address) && this.#links.get('lo')?.up === true)
  }

  isOn(link: string, address: Ipv4): boolean {
    return this.#addresses.some((each) => each.link === link && ipv4(each.address) === address)
  }

  /** The address that is sent from on a link; one of another link where that has none. */
  sourceFor(link: string | undefined): Ipv4 | undefined {
    const global = this.#addresses.filter(
      ({ scope, link: l }) => scope === 'global' && this.#links.get(l)?.up,
    )
    const best = global.find((a) => a.link === link) ?? global[0]
    return best === undefined ? undefined : ipv4(best.address)
  }

  /** Whether only packets that go by a link meet what changes about it: a pair to another namespace, without an address here, as pods have. */
  standsAlone(name: string): boolean {
    return this.#links.get(name)?.kind === 'veth' && !this.#hasAddress(name)
  }

  /** Whether others could hear ARP answered by this link, or for an address of it: pods' ends have none. */
  meetsOthers(name: string): boolean {
    return this.#links.get(name)?.kind === 'ether' || this.#hasAddress(name)
  }

  #hasAddress(name: string): boolean {
    return this.#addresses.some(({ link }) => link === name)
  }

  /** What a way lies on that goes by this link, or would if it were there. */
  footing(name: string): Footing {
    return this.#footings.of(name)
  }

  /** Something about a link that stands alone has changed. */
  shake(name: string): void {
    this.#footings.shake(name)
  }
}

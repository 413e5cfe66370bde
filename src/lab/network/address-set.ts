import { Errno } from '#lab/host/ports.ts'
import { type Cidr, cidr, contains, type Ipv4, ipv4 } from '#lab/network/address.ts'

/**
 * The members of an ipset in a form that is quick to ask: single addresses, blocks, and `address,tcp:port`. Throws EINVAL
 * for what is none of these.
 */
export class AddressSet {
  readonly #single = new Set<Ipv4>()
  readonly #blocks: Cidr[] = []
  readonly #ports = new Set<string>()
  /** Every port that some member names. */
  readonly ports = new Set<number>()

  constructor(members: readonly string[]) {
    for (const member of members) this.#add(member)
  }

  has(address: Ipv4): boolean {
    return this.#single.has(address) || this.#blocks.some((block) => contains(block, address))
  }

  hasPort(address: Ipv4, protocol: string, port: number): boolean {
    return this.#ports.has(`${address} ${protocol} ${port}`)
  }

  #add(member: string): void {
    const [address = '', port] = member.split(',')
    if (port !== undefined) {
      const match = /^(tcp|udp|sctp):(\d+)$/.exec(port)
      if (!match) throw new Errno('EINVAL', member)
      this.ports.add(Number(match[2]))
      this.#ports.add(`${ipv4(address)} ${match[1]} ${match[2]}`)
      return
    }
    const block = cidr(address)
    if (block.length === 32) this.#single.add(block.network)
    else this.#blocks.push(block)
  }
}

/** One for all namespaces that hold the same members: a set of every node's address is on every node. */
export function addressSet(members: readonly string[]): AddressSet {
  const key = members.join()
  const known = sets.get(key)
  if (known) return known
  if (sets.size > 1000) sets.clear()
  const made = new AddressSet(members)
  sets.set(key, made)
  return made
}

const sets = new Map<string, AddressSet>()

import { type Cidr, cidr, contains, type Ipv4, isIpv4 } from '#lab/network/address.ts'
import type { Frame, IpContent } from '#lab/network/capture.ts'

export type Filter = (frame: Frame) => boolean

/**
 * A filter of pcap-filter(7): `host`, `net`, `port`, `portrange` with `src` and `dst`, protocols (`tcp`, `udp`, `icmp`, `arp`, `ip`,
 * `proto 4`), `and`, `or`, `not` and parentheses. A tunnel's packet is judged by its outer header. `undefined`: a syntax error.
 *
 * Not imitated: looks into bytes (`tcp[tcpflags]`, `ip[…]`), `ether`, `vlan`, `vxlan`, `less`, `greater`, names of hosts.
 */
export function parseFilter(expression: string): Filter | undefined {
  const words = expression.match(/[()!]|&&|\|\||[^\s()!]+/g) ?? []
  if (words.length === 0) return () => true
  try {
    const parser = new Parser(words)
    const filter = parser.either()
    return parser.isAtEnd ? filter : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

class Parser {
  readonly #words: string[]
  /** `port 80 or 443` means `port 80 or port 443`. */
  #qualifiers: Qualifiers = {}

  constructor(words: readonly string[]) {
    this.#words = [...words]
  }

  get isAtEnd(): boolean {
    return this.#words.length === 0
  }

  either(): Filter {
    let left = this.#both()
    while (this.#takes('or', '||')) {
      const [first, second] = [left, this.#both()]
      left = (frame) => first(frame) || second(frame)
    }
    return left
  }

  #both(): Filter {
    let left = this.#one()
    while (this.#takes('and', '&&')) {
      const [first, second] = [left, this.#one()]
      left = (frame) => first(frame) && second(frame)
    }
    return left
  }

  #one(): Filter {
    if (this.#takes('not', '!')) {
      const inner = this.#one()
      return (frame) => !inner(frame)
    }
    if (!this.#takes('(')) return this.#primitive()
    const inner = this.either()
    if (!this.#takes(')')) throw new SyntaxError()
    return inner
  }

  #primitive(): Filter {
    const q: Qualifiers = {}
    const first = this.#words[0] ?? ''
    const isBare = isIpv4(first) || /^\d+$/.test(first)
    if (isBare)
      return this.#value(
        this.#qualifiers.type === undefined ? { ...this.#qualifiers, type: 'host' } : this.#qualifiers,
      )
    for (;;) {
      const word = this.#words[0] ?? ''
      if (word in protocols && q.protocol === undefined) q.protocol = word
      else if (word === 'src' || word === 'dst') q.side = word
      else if (isType(word)) q.type = word
      else break
      this.#words.shift()
      if (q.side === 'src' && this.#words[0] === 'or' && this.#words[1] === 'dst') {
        this.#words.splice(0, 2)
        delete q.side
      }
    }
    this.#qualifiers = q
    if (q.type !== undefined || q.side !== undefined) return this.#value({ type: 'host', ...q })
    const { protocol } = q
    if (protocol === undefined) throw new SyntaxError()
    return (frame) => isProtocol(frame, protocol)
  }

  #value(q: Qualifiers): Filter {
    const word = this.#words.shift()
    if (word === undefined) throw new SyntaxError()
    const { protocol } = q
    const matches = this.#matcher(q, word)
    return (frame) => (protocol === undefined || isProtocol(frame, protocol)) && matches(frame)
  }

  #matcher({ type, side }: Qualifiers, word: string): Filter {
    switch (type) {
      case 'port':
      case 'portrange':
        return byPort(side, portsOf(word))
      case 'proto':
        return ({ content }) => content.kind === 'ip' && numberOf(content) === protocolNumber(word)
      default:
        if (!/^\d+(\.\d+){3}(\/\d+)?$/.test(word) || (type === 'host' && !isIpv4(word)))
          throw new SyntaxError()
        return byAddress(side, cidr(word.includes('/') ? word : `${word}/32`))
    }
  }

  #takes(...spellings: readonly string[]): boolean {
    if (!spellings.includes(this.#words[0] ?? '')) return false
    this.#words.shift()
    return true
  }
}

interface Qualifiers {
  protocol?: string
  side?: 'src' | 'dst'
  type?: 'host' | 'net' | 'port' | 'portrange' | 'proto'
}

const isType = (word: string): word is NonNullable<Qualifiers['type']> =>
  ['host', 'net', 'port', 'portrange', 'proto'].includes(word)

const protocols: Readonly<Record<string, number | undefined>> = {
  tcp: 6,
  udp: 17,
  icmp: 1,
  ip: undefined,
  arp: undefined,
}

const numbers = { tcp: 6, udp: 17, icmp: 1, ipip: 4 } as const

const numberOf = ({ packet, seen }: IpContent): number =>
  seen?.kind === 'icmp-error' ? numbers.icmp : numbers[packet.protocol]

function protocolNumber(word: string): number {
  const named = protocols[word.replace(/^\\+/, '')]
  if (named !== undefined) return named
  if (!/^\d+$/.test(word)) throw new SyntaxError()
  return Number(word)
}

function isProtocol({ content }: Frame, name: string): boolean {
  if (name === 'arp') return content.kind === 'arp'
  return content.kind === 'ip' && (name === 'ip' || numberOf(content) === protocols[name])
}

function portsOf(word: string): readonly [number, number] {
  const known = services[word]
  if (known !== undefined) return [known, known]
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? []
  if (first === undefined) throw new SyntaxError()
  return [Number(first), Number(last)]
}

/** Of /etc/services, what Kubernetes nodes talk. */
export const services: Readonly<Record<string, number>> = {
  domain: 53,
  http: 80,
  bgp: 179,
  https: 443,
  ssh: 22,
}

const byPort =
  (side: Qualifiers['side'], [first, last]: readonly [number, number]): Filter =>
  ({ content }) => {
    if (content.kind !== 'ip' || ![6, 17].includes(numberOf(content))) return false
    const within = (port: number): boolean => port >= first && port <= last
    const { sourcePort, port } = content.packet
    return (side !== 'dst' && within(sourcePort)) || (side !== 'src' && within(port))
  }

const byAddress =
  (side: Qualifiers['side'], range: Cidr): Filter =>
  ({ content }) => {
    const [source, destination] = endsOf(content)
    return (side !== 'dst' && contains(range, source)) || (side !== 'src' && contains(range, destination))
  }

/** An ICMP error comes from the router that writes it. */
export function endsOf(content: Frame['content']): readonly [source: Ipv4, destination: Ipv4] {
  if (content.kind === 'arp') return [content.by, content.asked]
  const { packet, seen } = content
  return [seen?.kind === 'icmp-error' ? seen.from : packet.source, packet.destination]
}

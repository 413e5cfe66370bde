/** The options of a rule, as iptables and its extensions read them. */
import { bySpelling } from '#base/spellings.ts'
import type { PortRange, Rule, RuleProtocol } from '#lab/network/rule.ts'

/** What cannot be done, in iptables' words; the exit code says which way. */
export class Refusal extends Error {
  readonly exitCode: number

  constructor(says: string, exitCode = 2) {
    super(says)
    this.exitCode = exitCode
  }
}

type Match = { -readonly [K in keyof Rule['match']]: Rule['match'][K] | undefined }

/** A rule as far as its options were read. */
export interface Draft {
  readonly match: Match
  readonly comments: string[]
  jump: { readonly name: string; readonly goto: boolean } | undefined
  readonly options: Map<string, string>
}

interface Option {
  readonly word: string
  readonly not: boolean
  readonly value: (option: string) => string
}

const stateNames: Readonly<Record<string, Rule['match']['state']>> = {
  NEW: 'new',
  ESTABLISHED: 'established',
  'RELATED,ESTABLISHED': 'established',
  'ESTABLISHED,RELATED': 'established',
  DNAT: 'dnat',
}

/** Adds an option of a rule to its draft; answers whether it is one. Throws {@link Refusal}. */
export function takeOption(draft: Draft, { word, not, value }: Option): boolean {
  const take = options.get(word)
  take?.({ match: draft.match, draft, word, not, value: () => value(word) })
  return take !== undefined
}

/** An option that is read: to what it is added, and whether `!` stands before it. */
interface Reading {
  readonly match: Match
  readonly draft: Draft
  readonly word: string
  readonly not: boolean
  /** The next word that belongs to it. */
  readonly value: () => string
}

type Take = (reading: Reading) => void

/** By all spellings. */
const options: ReadonlyMap<string, Take> = bySpelling<Take>([
  ['-s --source --src', (o) => assign(o, { source: signed(o) })],
  ['-d --destination --dst', (o) => assign(o, { destination: signed(o) })],
  ['-i --in-interface', (o) => assign(o, { in: signed(o) })],
  ['-o --out-interface', (o) => assign(o, { out: signed(o) })],
  [
    '-p --protocol --proto',
    (o) => assign(o, { [o.not ? 'notProtocol' : 'protocol']: protocolOf(o.value()) }),
  ],
  ['-m --match', (o) => void o.value()],
  ['--dport --destination-port', (o) => setPorts(o.match, ports(o.value()), o.not)],
  [
    '--sport --source-port --sports --source-ports',
    (o) => assign(o, { [o.not ? 'notSourcePorts' : 'sourcePorts']: ports(o.value()) }),
  ],
  ['--dports --destination-ports', (o) => assign(o, { [o.not ? 'notPorts' : 'ports']: ports(o.value()) })],
  ['--comment', (o) => void o.draft.comments.push(o.value())],
  ['--ctstate --state', takeState],
  ['--match-set', takeSet],
  ['--mark', takeMark],
  ['--icmp-type', takeIcmpType],
  ['--probability', (o) => assign(o, { oneIn: Math.max(1, Math.round(1 / Number(o.value()))) })],
  ['--src-type', (o) => assign(o, { sourceType: o.value() === 'LOCAL' ? 'local' : undefined })],
  ['--dst-type', (o) => assign(o, { destinationType: o.value() === 'LOCAL' ? 'local' : undefined })],
  ['--invert', (o) => assign(o, { reversePath: 'fails' })],
  ['-j --jump', (o) => jump(o, false)],
  ['-g --goto', (o) => jump(o, true)],
  ['--tcp-flags', (o) => void [o.value(), o.value()]],
  ['--validmark --random-fully --notrack --syn --rsource --limit-iface-out', (o) => keep(o, '')],
  [
    '--reject-with --to-destination --to-source --to-ports --log-prefix --log-level --set-xmark --set-mark --or-mark --mode --zone --limit --limit-burst --nflog-prefix --nflog-group',
    (o) => keep(o, o.value()),
  ],
])

function assign({ match }: Reading, values: Partial<Match>): void {
  Object.assign(match, values)
}

const signed = ({ not, value }: Reading): string => (not ? `!${value()}` : value())

/** For the target, which reads it when all options are known. */
function keep({ draft, word }: Reading, value: string): void {
  draft.options.set(word, value)
}

function jump({ draft, value }: Reading, goto: boolean): void {
  draft.jump = { name: value(), goto }
}

function takeState(o: Reading): void {
  const named = o.value()
  const state = stateNames[named]
  if (state === undefined)
    throw new Refusal(`the lab does not tell --ctstate ${named}: its packets are NEW, RELATED or ESTABLISHED`)
  assign(o, { state: state === 'dnat' && o.not ? 'not-dnat' : state })
}

function takeSet(o: Reading): void {
  const name = o.value()
  const side = o.value() as 'src' // one of its four words, or nothing matches
  assign(o, { set: { name, side, ...(o.not ? { not: true } : {}) } })
}

function takeMark(o: Reading): void {
  const [mark = '0', mask] = o.value().split('/')
  const bits = mask === undefined ? 0xffffffff : Number(mask)
  assign(o, Number(mark) === 0 ? { unmarked: bits } : { mark: Number(mark) })
}

function takeIcmpType(o: Reading): void {
  const named = o.value()
  const [type, code] = (icmpTypes[named] ?? named).split('/')
  const icmp = { type: Number(type), ...(code === undefined ? {} : { code: Number(code) }) }
  assign(o, { icmp: { ...icmp, ...(o.not ? { not: true } : {}) } })
}

const icmpTypes: Readonly<Record<string, string>> = {
  any: '255',
  'echo-reply': '0',
  'echo-request': '8',
  'destination-unreachable': '3',
  'fragmentation-needed': '3/4',
  'time-exceeded': '11',
}

function setPorts(match: Match, ranges: readonly PortRange[], not: boolean): void {
  const [only] = ranges
  if (not) match.notPorts = ranges
  else if (typeof only === 'number' && ranges.length === 1) match.port = only
  else match.ports = ranges
}

const services: Readonly<Record<string, number>> = { bgp: 179, domain: 53, http: 80, https: 443, ssh: 22 }

const ports = (text: string): readonly PortRange[] =>
  text.split(',').map((part) => {
    const [from = '', to] = part.split(':')
    const number = (word: string): number => services[word] ?? Number(word)
    return to === undefined ? number(from) : [number(from), number(to)]
  })

function protocolOf(name: string): RuleProtocol | undefined {
  const known: Readonly<Record<string, RuleProtocol>> = {
    '1': 'icmp',
    '4': 'ipip',
    '6': 'tcp',
    '17': 'udp',
    '132': 'sctp',
    ipencap: 'ipip',
    ipip: 'ipip',
    tcp: 'tcp',
    udp: 'udp',
    icmp: 'icmp',
    sctp: 'sctp',
  }
  if (name === 'all' || name === '0') return undefined
  const protocol = known[name.toLowerCase()]
  if (protocol === undefined) throw new Refusal(`unknown protocol "${name}" specified`)
  return protocol
}

/** The options of a rule, as iptables and its extensions read them. */
import { isIpv4 } from '#lab/network/address.ts'
import type { PortRange, RejectWith, Rule, RuleProtocol } from '#lab/network/rule.ts'

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
  const { match } = draft
  const signed = (text: string): string => (not ? `!${text}` : text)
  const bits = (text: string): readonly [number, number] => {
    const [mark = '0', mask] = text.split('/')
    return [Number(mark), mask === undefined ? 0xffffffff : Number(mask)]
  }
  switch (word) {
    case '-s':
    case '--source':
    case '--src':
      match.source = signed(value(word))
      return true
    case '-d':
    case '--destination':
    case '--dst':
      match.destination = signed(value(word))
      return true
    case '-i':
    case '--in-interface':
      match.in = signed(value(word))
      return true
    case '-o':
    case '--out-interface':
      match.out = signed(value(word))
      return true
    case '-p':
    case '--protocol':
    case '--proto':
      match[not ? 'notProtocol' : 'protocol'] = protocolOf(value(word))
      return true
    case '-m':
    case '--match':
      value(word)
      return true
    case '--dport':
    case '--destination-port':
      setPorts(match, 'port', ports(value(word)), not)
      return true
    case '--sport':
    case '--source-port':
      match[not ? 'notSourcePorts' : 'sourcePorts'] = ports(value(word))
      return true
    case '--dports':
    case '--destination-ports':
      match[not ? 'notPorts' : 'ports'] = ports(value(word))
      return true
    case '--sports':
    case '--source-ports':
      match[not ? 'notSourcePorts' : 'sourcePorts'] = ports(value(word))
      return true
    case '--comment':
      draft.comments.push(value(word))
      return true
    case '--ctstate':
    case '--state': {
      const named = value(word)
      const state = stateNames[named]
      if (state === undefined)
        throw new Refusal(
          `the lab does not tell --ctstate ${named}: its packets are NEW, RELATED or ESTABLISHED`,
        )
      match.state = state === 'dnat' && not ? 'not-dnat' : state
      return true
    }
    case '--match-set':
      match.set = { name: value(word), side: value(word) as 'src', ...(not ? { not } : {}) } // one of its four words, or nothing matches
      return true
    case '--mark': {
      const [mark, mask] = bits(value(word))
      if (mark === 0) match.unmarked = mask
      else match.mark = mark
      return true
    }
    case '--icmp-type': {
      const named = value(word)
      const [type, code] = (icmpTypes[named] ?? named).split('/')
      match.icmp = {
        type: Number(type),
        ...(code === undefined ? {} : { code: Number(code) }),
        ...(not ? { not } : {}),
      }
      return true
    }
    case '--probability':
      match.oneIn = Math.max(1, Math.round(1 / Number(value(word))))
      return true
    case '--src-type':
      match.sourceType = value(word) === 'LOCAL' ? 'local' : undefined
      return true
    case '--dst-type':
      match.destinationType = value(word) === 'LOCAL' ? 'local' : undefined
      return true
    case '--invert':
      match.reversePath = 'fails'
      return true
    case '-j':
    case '--jump':
    case '-g':
    case '--goto':
      draft.jump = { name: value(word), goto: word === '-g' || word === '--goto' }
      return true
    case '--tcp-flags':
      value(word)
      value(word)
      return true
    case '--validmark':
    case '--random-fully':
    case '--notrack':
    case '--syn':
    case '--rsource':
    case '--limit-iface-out':
      draft.options.set(word, '')
      return true
    default:
      if (!targetOptions.includes(word)) return false
      draft.options.set(word, value(word))
      return true
  }
}

const targetOptions = [
  '--reject-with',
  '--to-destination',
  '--to-source',
  '--to-ports',
  '--log-prefix',
  '--log-level',
  '--set-xmark',
  '--set-mark',
  '--or-mark',
  '--mode',
  '--zone',
  '--limit',
  '--limit-burst',
  '--nflog-prefix',
  '--nflog-group',
]

const icmpTypes: Readonly<Record<string, string>> = {
  any: '255',
  'echo-reply': '0',
  'echo-request': '8',
  'destination-unreachable': '3',
  'fragmentation-needed': '3/4',
  'time-exceeded': '11',
}

function setPorts(match: Match, name: 'port', ranges: readonly PortRange[], not: boolean): void {
  const [only] = ranges
  if (not) match.notPorts = ranges
  else if (typeof only === 'number' && ranges.length === 1) match[name] = only
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

/** What the options say together. Throws what `refuse` makes of it. */
export function ruleOf(draft: Draft, refuse: (text: string) => Refusal): Rule {
  const { match, comments, jump } = draft
  for (const text of [match.source, match.destination]) {
    const address = text?.replace(/^!/, '').split('/')[0]
    if (address !== undefined && !isIpv4(address)) throw refuse(`host/network \`${address}' not found`)
  }
  // What is undefined was not said: the rest is a match as rules have it.
  const clean = Object.fromEntries(
    Object.entries(match).filter(([, value]) => value !== undefined),
  ) as Rule['match']
  return {
    match: clean,
    target: targetOf(draft, jump, refuse),
    ...(comments.length === 0 ? {} : { comment: comments.join('\n') }),
  }
}

/** By all spellings that iptables reads. */
const rejections: Readonly<Record<string, RejectWith>> = {
  'icmp-port-unreachable': 'icmp-port-unreachable',
  'port-unreach': 'icmp-port-unreachable',
  'icmp-host-unreachable': 'icmp-host-unreachable',
  'host-unreach': 'icmp-host-unreachable',
  'icmp-net-unreachable': 'icmp-net-unreachable',
  'net-unreach': 'icmp-net-unreachable',
  'icmp-host-prohibited': 'icmp-host-prohibited',
  'host-prohib': 'icmp-host-prohibited',
  'icmp-admin-prohibited': 'icmp-admin-prohibited',
  'admin-prohib': 'icmp-admin-prohibited',
  'tcp-reset': 'tcp-reset',
}

function rejectOf(name: string | undefined, refuse: (text: string) => Refusal): Rule['target'] {
  if (name === undefined) return { kind: 'reject' }
  const answer = rejections[name]
  if (answer === undefined) throw refuse(`unknown reject type "${name}"`)
  return answer === 'icmp-port-unreachable' ? { kind: 'reject' } : { kind: 'reject', with: answer }
}

function targetOf(
  { options }: Draft,
  jump: Draft['jump'],
  refuse: (text: string) => Refusal,
): Rule['target'] {
  const name = jump?.name
  switch (name) {
    case undefined:
      return { kind: 'mark', mark: 0 } // a rule without a target only counts: it changes nothing and goes on
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
      return { kind: name.toLowerCase() as 'accept' | 'drop' | 'return' } // just those three
    case 'REJECT':
      return rejectOf(options.get('--reject-with'), refuse)
    case 'MASQUERADE':
      return { kind: 'masquerade' }
    case 'NOTRACK':
    case 'CT':
      return { kind: 'notrack' }
    case 'LOG':
    case 'NFLOG':
      return { kind: 'log', prefix: (options.get('--log-prefix') ?? '').replace(/: $/, '') }
    case 'DNAT': {
      const [to = '', port] = (options.get('--to-destination') ?? '').split(':')
      if (!isIpv4(to)) throw refuse('Bad IP address "" \nDNAT: option "--to-destination" must be specified')
      return { kind: 'dnat', to, ...(port === undefined ? {} : { port: Number(port) }) }
    }
    case 'SNAT': {
      const to = (options.get('--to-source') ?? '').split(':')[0] ?? ''
      if (!isIpv4(to)) throw refuse('SNAT: option "--to-source" must be specified')
      return { kind: 'snat', to }
    }
    case 'MARK': {
      const text = options.get('--set-xmark') ?? options.get('--set-mark') ?? options.get('--or-mark') ?? '0'
      const [mark = '0', mask] = text.split('/')
      return { kind: 'mark', mark: Number(mark), ...(mask === undefined ? {} : { mask: Number(mask) }) }
    }
    default:
      return { kind: jump?.goto ? 'goto' : 'jump', chain: name }
  }
}

/** The rule that the options of a command line make together, with its target and that one's own options. */
import { isIpv4 } from '#lab/network/address.ts'
import type { RejectWith, Rule } from '#lab/network/rule.ts'
import type { Draft, Refusal } from '#lab/network/tools/iptables-options.ts'

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

/**
 * The comment by which Felix finds its rules again: a hash over the chain's name and every rule up to this one, as Felix
 * writes them (projectcalico/calico:felix/generictables/rules.go RuleHashes, felix/iptables/match_builder.go, actions.go).
 */
import { hash } from 'node:crypto'
import type { PortRange, Rule, SetMatch } from '#lab/network/rule.ts'

/** As many bytes as sixteen letters hold. */
const shownBytes = 12

/** The rules with `cali:<hash>` as the first line of each comment. */
export const hashed = (chain: string, rules: readonly Rule[]): readonly Rule[] => rehashed(chain, rules).rules

/** A chain with what it takes to hash it again once some of its rules are others. */
export interface Hashed {
  readonly plain: readonly Rule[]
  readonly rules: readonly Rule[]
  /** Up to each rule. */
  readonly sums: readonly string[]
}

/** {@link hashed}. What the chain was before: up to the first rule that is another one all stay as they were. */
export function rehashed(chain: string, plain: readonly Rule[], before?: Hashed): Hashed {
  let same = 0
  while (before !== undefined && same < plain.length && before.plain[same] === plain[same]) same++
  const rules = before?.rules.slice(0, same) ?? []
  const sums = before?.sums.slice(0, same) ?? []
  let sum = sums.at(-1) ?? hash('sha224', chain)
  for (const rule of plain.slice(same)) {
    sum = nextSum(sum, `-A ${chain} HASH ${felixText(rule)}`.trimEnd())
    rules.push({ ...rule, comment: commentOf(rule) })
    sums.push(sum)
  }
  return { plain, rules, sums }
}

/** The sum that {@link nextSum} left, and what the rule says of itself; joined, since it is kept: a sum of texts would keep its parts. */
function commentOf({ comment }: Rule): string {
  const tag = `cali:${bytes.toString('base64url', 0, shownBytes)}`
  return (comment === undefined ? [tag, ''] : [tag, '\n', comment]).join('')
}

/** Of the sum before and a text; afterwards `bytes` begins with it. */
function nextSum(sum: string, text: string): string {
  const length = sumLength + Buffer.byteLength(text)
  if (length > bytes.length) bytes = Buffer.alloc(length * 2)
  bytes.write(sum, 0, 'hex')
  bytes.write(text, sumLength)
  const next = hash('sha224', bytes.subarray(0, length))
  bytes.write(next, 0, 'hex')
  return next
}

const sumLength = 28
let bytes = Buffer.alloc(1024)

/**
 * Chains that are the same wherever `key` is: made once. Most of a node's chains are those of the last time, or of another
 * node.
 */
export function kept<T>(key: string, make: () => T): T {
  const known = made.get(key)
  if (known !== undefined) return known as T // what was made under this key
  if (made.size > 20_000) made.clear()
  const value = make()
  made.set(key, value)
  return value
}

const made = new Map<string, unknown>()

/** {@link kept} for one who alone has such chains, and only as long as there is one. */
export function keptBy<T>(owner: object, key: string, make: () => T): T {
  const known = own.get(owner)
  if (known?.key === key) return known.value as T // what was made under this key
  const value = make()
  own.set(owner, { key, value })
  return value
}

const own = new WeakMap<object, { readonly key: string; readonly value: unknown }>()

/** A rule's fragments in Felix's own words, which differ from those of iptables-save. Chains of many endpoints have the same rules. */
function felixText(rule: Rule): string {
  const known = texts.get(rule)
  if (known !== undefined) return known
  const text = writtenText(rule)
  texts.set(rule, text)
  return text
}

const texts = new WeakMap<Rule, string>()

function writtenText({ comment, match, target }: Rule): string {
  return [
    ...(comment ?? '').split('\n').map((line) => (line === '' ? '' : `-m comment --comment "${line}"`)),
    matchText(match),
    targetText(target),
  ]
    .filter((text) => text !== '')
    .join(' ')
}

const hex = (value: number): string => `0x${value.toString(16)}`

function matchText(match: Rule['match']): string {
  const { mark, unmarked, state, protocol, notProtocol } = match
  return [
    mark === undefined ? '' : `-m mark --mark ${hex(mark)}/${hex(mark)}`,
    unmarked === undefined ? '' : `-m mark --mark 0/${hex(unmarked)}`,
    interfaceText('--in-interface', match.in),
    interfaceText('--out-interface', match.out),
    state === undefined ? '' : `-m conntrack ${stateText(state)}`,
    protocol === undefined ? '' : `-p ${protocol === 'ipip' ? '4' : protocol}`,
    notProtocol === undefined ? '' : `! -p ${notProtocol === 'ipip' ? '4' : notProtocol}`,
    netText('--source', match.source),
    netText('--destination', match.destination),
    ...[...(match.set ? [match.set] : []), ...(match.sets ?? [])].map(setText),
    portsText('--source-ports', match.sourcePorts),
    portsText('! --source-ports', match.notSourcePorts),
    match.port === undefined ? '' : portsText('--destination-ports', [match.port]),
    portsText('--destination-ports', match.ports),
    portsText('! --destination-ports', match.notPorts),
    icmpText(match.icmp),
    match.reversePath === undefined ? '' : '-m rpfilter --invert --validmark',
    match.sourceType === 'local-elsewhere' ? '-m addrtype ! --src-type LOCAL --limit-iface-out' : '',
    match.sourceType === undefined ? '' : '-m addrtype --src-type LOCAL',
    match.destinationType === undefined ? '' : '-m addrtype --dst-type LOCAL',
  ]
    .filter((text) => text !== '')
    .join(' ')
}

const interfaceText = (flag: string, name: string | undefined): string =>
  name === undefined ? '' : `${flag} ${name}`

function stateText(state: NonNullable<Rule['match']['state']>): string {
  switch (state) {
    case 'established':
      return '--ctstate RELATED,ESTABLISHED'
    case 'not-dnat':
      return '! --ctstate DNAT'
    default:
      return `--ctstate ${state.toUpperCase()}`
  }
}

function netText(flag: string, net: string | undefined): string {
  if (net === undefined) return ''
  return net.startsWith('!') ? `! ${flag} ${net.slice(1).trim()}` : `${flag} ${net}`
}

const setText = ({ name, side, not }: SetMatch): string =>
  `-m set ${not ? '! ' : ''}--match-set ${name} ${side}`

const portsText = (flag: string, ports: readonly PortRange[] | undefined): string =>
  ports === undefined
    ? ''
    : `-m multiport ${flag} ${ports.map((range) => (typeof range === 'number' ? `${range}` : range.join(':'))).join()}`

function icmpText(icmp: Rule['match']['icmp']): string {
  if (icmp === undefined) return ''
  const { type, code, not } = icmp
  return `-m icmp ${not ? '! ' : ''}--icmp-type ${code === undefined ? type : `${type}/${code}`}`
}

function targetText(target: Rule['target']): string {
  switch (target.kind) {
    case 'jump':
      return `--jump ${target.chain}`
    case 'goto':
      return `--goto ${target.chain}`
    case 'mark': {
      const mask = hex(target.mask ?? target.mark)
      return target.mark === 0
        ? `--jump MARK --set-mark 0/${mask}`
        : `--jump MARK --set-mark ${hex(target.mark)}/${mask}`
    }
    case 'masquerade':
      return '--jump MASQUERADE --random-fully'
    case 'log':
      return `--jump LOG --log-prefix "${target.prefix}: " --log-level 5`
    case 'none':
      return ''
    case 'notrack':
      return '--jump NOTRACK'
    case 'dnat':
      return `--jump DNAT --to-destination ${target.to}`
    case 'snat':
      return `--jump SNAT --to-source ${target.to}`
    default:
      return `--jump ${target.kind.toUpperCase()}`
  }
}

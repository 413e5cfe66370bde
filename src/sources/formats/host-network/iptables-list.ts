import {
  familyOfAddress,
  isElision,
  isEmpty,
  type Lines,
  lineAt,
  nextFilled,
  withoutRemark,
  wordsOf,
} from '#sources/formats/host-network/block.ts'
import {
  countOf,
  type FilterBlock,
  type FilterCommand,
  type FilterDraft,
  filterDraft,
  policyOf,
  tableOfChain,
} from '#sources/formats/host-network/filters.ts'
import type { RuleDraft, RuleParts } from '#sources/formats/host-network/iptables-rule.ts'

/**
 * `iptables -L [-n] [-v] [-x] [--line-numbers]`, whole or cut; a single line of it, too.
 *
 * @see netfilter/iptables:iptables/iptables.c (print_header, print_firewall), iptables/xshared.c
 */
export function parseIptablesList(
  lines: Lines,
  at: number,
  command: FilterCommand = {},
): FilterBlock | undefined {
  const draft = filterDraft(command)
  let chain = command.chain ?? ''
  let next = at
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    const opened = chainOf(line)
    if (isEmpty(line) && next > at) {
      const filled = nextFilled(lines, next)
      if (chainOf(lineAt(lines, filled)) === undefined && !warning.test(lineAt(lines, filled))) break
      next = filled - 1
    } else if (opened !== undefined) {
      chain = opened.chain
      draft.addChain(next, { table: tableOfChain(chain), ...opened })
    } else if (warning.test(line)) draft.set({ backend: 'nft' })
    else if (
      !takesRule(draft, { line, at: next, chain }) &&
      !isHeader(line) &&
      (next === at || !isElision(line))
    )
      break
  }
  return next === at ? undefined : draft.block(next)
}

const warning = /^# (?:Warning: ip6?tables-legacy tables present|Table `\w{1,20}' is incompatible)/

const isHeader = (line: string): boolean =>
  /^\s*(?:num\s+)?(?:pkts\s+bytes\s+)?target\s+prot\s+opt\s+(?:in\s+out\s+)?source\s+destination\s*$/.test(
    line,
  )

const head =
  /^\s{0,8}Chain (?<chain>[^\s"'(]{1,64}) \((?:policy (?<policy>ACCEPT|DROP)(?: (?<packets>\d{1,15}[KMGT]?) packets, \d{1,15}[KMGT]? bytes)?|\d{1,6} references?)\)/

function chainOf(line: string): { chain: string; policy?: 'ACCEPT' | 'DROP'; packets?: number } | undefined {
  const m = head.exec(line)?.groups
  if (m?.chain === undefined) return undefined
  const policy = policyOf(m.policy)
  const packets = countOf(m.packets ?? '')
  return {
    chain: m.chain,
    ...(policy !== undefined && { policy }),
    ...(packets !== undefined && { packets }),
  }
}

interface RuleLine {
  readonly line: string
  readonly at: number
  readonly chain: string
}

function takesRule(draft: FilterDraft, { line, at, chain }: RuleLine): boolean {
  const words = wordsOf(withoutRemark(line))
  const columns = columnsOf(words)
  if (columns === undefined) return false
  if (columns.family === 6) draft.set({ family: 6 })
  draft.addRule(at, { table: tableOfChain(chain), chain, ...columns.parts })
  return true
}

interface Columns {
  readonly family: 4 | 6 | undefined
  readonly parts: RuleParts
}

const protocols =
  /^!?(?:all|tcp|udp|udplite|icmp|icmpv6|ipv6-icmp|sctp|dccp|ipencap|ipip|ipv4|ipv6|gre|esp|ah|igmp|vrrp|\d{1,3})$/

/** A line is known by its protocol with `--` behind it, or by its two addresses; the rest is counted from these. */
function columnsOf(words: readonly string[]): Columns | undefined {
  const optAt = words
    .slice(0, 6)
    .findIndex((word, index) => isOpt(word) && protocols.test(words[index - 1] ?? ''))
  const addressAt = words.findIndex(
    (word, index) => index < 8 && isPlace(word) && isPlace(words[index + 1] ?? ''),
  )
  const protocolAt =
    optAt > 0
      ? optAt - 1
      : words.slice(0, Math.max(0, addressAt)).findLastIndex((word) => protocols.test(word))
  if (protocolAt < 0) return undefined
  // Before the protocol: a number, packets and bytes, the target; each may be missing.
  const counts = words.slice(0, protocolAt).flatMap((word) => countOf(word) ?? [])
  const interfacesAt = (optAt > 0 ? optAt : protocolAt) + 1
  const from = interfacesAt + (counts.length >= 2 ? 2 : 0)
  const [source, destination] = [words[from] ?? '', words[from + 1] ?? '']
  // Without opt a target must stand there, or a sentence with two addresses would do.
  if (optAt > 0 ? !arePlaces(source, destination) : protocolAt === 0 || !isPlace(source)) return undefined
  const target = words[protocolAt - 1] ?? ''
  return {
    family: familyOfAddress(source.replace('!', '')),
    parts: {
      ...partsOf(words.slice(from + 2)),
      target: countOf(target) === undefined ? target : '',
      ...protocolPart(words[protocolAt] ?? ''),
      ...placePart('source', source),
      ...placePart('destination', destination),
      ...(from > interfacesAt && interfacePart('inInterface', words[interfacesAt])),
      ...(from > interfacesAt && interfacePart('outInterface', words[interfacesAt + 1])),
      ...(counts.length >= 2 && { packets: counts.at(-2) ?? 0 }),
    },
  }
}

const isOpt = (word: string): boolean => word === '--' || word === '-f' || word === '!f'

const isPlace = (word: string): boolean =>
  word === 'anywhere' || familyOfAddress(word.startsWith('!') ? word.slice(1) : word) !== undefined

const arePlaces = (source: string, destination: string): boolean =>
  [source, destination].every((word) => isPlace(word) || isName(word)) &&
  [source, destination].some((word) => isPlace(word) || /[\d.]/.test(word))

/** Without `-n`, addresses are looked up. */
const isName = (word: string): boolean => /^!?[\w][\w.:-]{1,100}(?:\/\d{1,3})?$/.test(word)

const numbered: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'ipv6-icmp' }

/** Newer versions print numbers with `-n`, older ones names. */
const protocolPart = (word: string): Pick<RuleParts, 'protocol'> =>
  word === 'all' || word === '0' ? {} : { protocol: numbered[word] ?? word }

const placePart = (part: 'source' | 'destination', word = ''): Partial<RuleParts> =>
  /^(?:anywhere|0\.0\.0\.0\/0|::\/0)$/.test(word) ? {} : { [part]: word }

const interfacePart = (part: 'inInterface' | 'outInterface', word = '*'): Partial<RuleParts> =>
  word === '*' || word === 'any' ? {} : { [part]: word }

/** What stands behind the addresses: comment, ports, sets, and everything else that must hold. */
function partsOf(words: readonly string[]): Omit<RuleParts, 'target'> {
  const rule: Omit<RuleDraft, 'target'> = {}
  const rest: string[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const value = words[index + 1] ?? ''
    const port = /^dpts?:(?<ports>\S{1,40})$/.exec(word)?.groups?.ports
    if (word === '/*') {
      const end = words.indexOf('*/', index)
      rule.comment = words.slice(index + 1, end < 0 ? undefined : end).join(' ')
      index = end < 0 ? words.length : end
    } else if (port !== undefined) rule.ports = port
    else if (word === 'dports' || word === 'match-set' || word === 'reject-with') {
      rule[word === 'dports' ? 'ports' : word === 'match-set' ? 'set' : 'rejectWith'] = value
      // A set is followed by the side that is looked up.
      index += word === 'match-set' && /^(?:src|dst)(?:,(?:src|dst))*$/.test(words[index + 2] ?? '') ? 2 : 1
    } else if (!isNoCondition(word)) rest.push(word)
  }
  if (rest.length > 0) rule.conditions = rest.join(' ')
  return rule
}

const isNoCondition = (word: string): boolean =>
  /^(?:tcp|udp|multiport|\[goto\]|to:\S*|random|random-fully|persistent)$/.test(word)

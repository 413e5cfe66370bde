import { isElision, isEmpty, type Lines, lineAt, nextFilled } from '#sources/formats/host-network/block.ts'
import {
  type FilterBlock,
  type FilterCommand,
  type FilterDraft,
  filterDraft,
  tableOfChain,
} from '#sources/formats/host-network/filters.ts'
import { isNftRule, parseNftRule } from '#sources/formats/host-network/nft-rule.ts'

/**
 * `nft [-a] [-n] list ruleset|table|chain`, whole, cut anywhere, or put on one line.
 *
 * Where the table was cut away, a chain's name tells it: iptables-nft writes capitals, firewalld `filter_FORWARD`.
 *
 * @see netfilter/nftables:src/rule.c (table_print, chain_print_declaration, rule_print)
 * @see firewalld/firewalld:src/firewall/core/nftables.py (names of its chains)
 */
export function parseNft(lines: Lines, at: number, command: FilterCommand = {}): FilterBlock | undefined {
  const reading: Reading = {
    draft: filterDraft({ backend: 'nft' }),
    command,
    open: [],
    family: undefined,
    table: undefined,
    chain: undefined,
  }
  if (!startsNft(lineAt(lines, at))) return undefined
  let next = at
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    if (isEmpty(line)) {
      const filled = nextFilled(lines, next)
      if (!startsNft(lineAt(lines, filled)) && !(reading.open.length > 0 && isClose(lineAt(lines, filled))))
        break
      next = filled - 1
    } else {
      const whole = reading.open.at(-1) === 'chain' ? wholeRule(lines, next) : { text: line, more: 0 }
      if (!takesLine(reading, whole.text.trim(), next) && !isElision(line)) break
      next += whole.more
    }
  }
  return next === at ? undefined : reading.draft.block(next)
}

/** A rule with a long set goes on in lines below; all but the last end with a comma. */
function wholeRule(lines: Lines, at: number): { readonly text: string; readonly more: number } {
  let more = 0
  let text = lineAt(lines, at)
  while (text.endsWith(',') && more < 60 && lines(at + more + 1) !== undefined)
    text = `${text} ${lineAt(lines, at + ++more).trim()}`
  return { text, more }
}

interface Reading {
  readonly draft: FilterDraft
  readonly command: FilterCommand
  /** What the braces that are open belong to. */
  readonly open: string[]
  family: 4 | 6 | 'inet' | 'other' | undefined
  table: string | undefined
  chain: string | undefined
}

const tableHead = /^table (?:(?<family>ip6?|inet|arp|bridge|netdev) )?(?<table>[\w.-]{1,64}) \{/
const chainHead = /^chain (?<chain>[\w./-]{1,128}) \{/
const otherHead =
  /^(?:set|map|flowtable|counter|quota|limit|secmark|synproxy|ct (?:helper|timeout|expectation)) [\w.-]{1,64} \{/
const baseChain =
  /^type (?:filter|nat|route) hook (?<hook>\w{1,20}) (?:devices? .{1,80} )?priority [^;]{1,60};(?: policy (?<policy>accept|drop);)?/
const isClose = (line: string): boolean => /^\s*\}/.test(line)

function startsNft(line: string): boolean {
  const text = line.trim()
  return [tableHead, chainHead, otherHead, baseChain].some((pattern) => pattern.test(text)) || isNftRule(text)
}

/** One line may open, hold and close several things. */
function takesLine(reading: Reading, line: string, at: number): boolean {
  let text = line
  for (let part = 0; text !== '' && part < 200; part++) {
    const rest = takesPart(reading, text, at)
    if (rest === undefined) return part > 0
    text = rest.trim()
  }
  return true
}

/** What is left of the line; undefined where it is none of this format. */
function takesPart(reading: Reading, text: string, at: number): string | undefined {
  if (text.startsWith('}')) return closed(reading, text)
  const opened = openedBy(reading, text, at)
  if (opened !== undefined) return opened
  // A remark, or the handle that `-a` prints.
  if (text.startsWith('#') && !text.startsWith('# match-set '))
    return reading.open.length > 0 || /^# handle \d/.test(text) ? '' : undefined
  if (reading.open.at(-1) === 'other') return elementsOf(reading, text)
  const base = baseChain.exec(text)
  if (base !== null) {
    addChain(reading, at, base.groups ?? {})
    return text.slice(base[0].length)
  }
  return takesRule(reading, text, at)
}

function closed(reading: Reading, text: string): string | undefined {
  const kind = reading.open.pop()
  if (kind === 'chain' || kind === undefined) reading.chain = undefined
  if (kind === 'table') reading.table = reading.family = undefined
  return text.slice(1)
}

function openedBy(reading: Reading, text: string, at: number): string | undefined {
  const table = tableHead.exec(text)
  const chain = chainHead.exec(text)
  if (table?.groups !== undefined) {
    reading.open.push('table')
    reading.family = families[table.groups['family'] ?? 'ip'] ?? 'other'
    reading.table = table.groups['table']
    return text.slice(table[0].length)
  }
  if (chain?.groups !== undefined) {
    reading.open.push('chain')
    reading.chain = chain.groups['chain']
    addChain(reading, at, {})
    return text.slice(chain[0].length)
  }
  const other = otherHead.exec(text)
  if (other === null) return undefined
  reading.open.push('other')
  return text.slice(other[0].length)
}

const families: Readonly<Record<string, 4 | 6 | 'inet'>> = { ip: 4, ip6: 6, inet: 'inet' }

const inSet =
  /^(?:type |typeof |flags |elements = |timeout |gc-interval |size |policy |auto-merge|comment "|counter|over |used |packets |hook |devices |protocol |l3proto |[\da-f"{}@[]|\S{1,60}[,}]$)/

/** Inside a set: its elements have braces of their own, over many lines. */
function elementsOf(reading: Reading, text: string): string | undefined {
  if (!inSet.test(text)) return undefined
  const brace = text.search(/[{}]/)
  if (brace < 0) return ''
  if (text[brace] === '{') reading.open.push('other')
  return text.slice(text[brace] === '{' ? brace + 1 : brace)
}

interface Place {
  readonly family: 4 | 6 | 'inet'
  readonly table: string
  readonly chain: string
}

/** Undefined for tables of bridges and devices, which filter no packets between pods. */
function placeOf({ command, family, table, chain }: Reading, hook?: string): Place | undefined {
  if (family === 'other') return undefined
  const name = chain ?? command.chain ?? hook?.toUpperCase() ?? ''
  const isFirewalld = /^(?:filter|nat|mangle|raw)_[A-Z]/.test(name)
  return {
    family: family ?? command.family ?? (isFirewalld ? 'inet' : 4),
    table: table ?? command.table ?? (isFirewalld ? 'firewalld' : tableOfChain(name)),
    chain: name,
  }
}

function addChain(reading: Reading, at: number, { hook, policy }: { hook?: string; policy?: string }): void {
  const place = placeOf(reading, hook)
  if (place === undefined) return
  reading.draft.set({ family: place.family })
  reading.draft.addChain(at, {
    table: place.table,
    chain: place.chain,
    ...(policy !== undefined && { policy: policy === 'drop' ? 'DROP' : 'ACCEPT' }),
  })
}

function takesRule(reading: Reading, text: string, at: number): string | undefined {
  const isInside = reading.open.at(-1) === 'chain'
  if (!(isInside && firstOfRule.test(text)) && !isNftRule(text)) return undefined
  const { rule, rest } = parseNftRule(text)
  const place = placeOf(reading)
  if (place !== undefined) {
    reading.draft.set({ family: place.family })
    reading.draft.addRule(at, { table: place.table, chain: place.chain, ...rule })
  }
  return rest
}

/** How rules begin inside a chain: a chain that was cut must not swallow what follows it. */
const firstOfRule =
  /^(?:ct|meta|ip6?|[io]if(?:name)?|tcp|udp|th|sctp|icmp(?:v6)?|fib|counter|jump|goto|accept|drop|reject|return|log|limit|xt|ether|vlan|rt|socket|mark|comment|masquerade|snat|dnat|redirect|queue|notrack|add|update|numgen|pkttype|skuid|skgid|quota|tproxy|flow|ah|esp)\b/

import type { RouteRow } from '#cluster/relations.ts'
import {
  type Block,
  type Found,
  familyOfAddress,
  isAbsenceNote,
  isElision,
  type Lines,
  lineAt,
  withoutRemark,
  wordsOf,
} from '#sources/formats/host-network/block.ts'

/** A route without where it was read. */
export type Route = Omit<RouteRow, 'node' | 'in'>

export interface RouteBlock extends Block<Route> {
  readonly hasAbsenceNote: boolean
}

/**
 * `ip [-6] route`, whole or single lines, also of another table. The answer of `ip route get` is read and yields no
 * route, since it is no line of a table.
 *
 * @param family of a default route that does not show it: what the command asked for
 * @see iproute2/iproute2:ip/iproute.c (print_route)
 */
export function parseRoutes(lines: Lines, at: number, family?: 4 | 6): RouteBlock | undefined {
  const found: Found<Route>[] = []
  let next = at
  let hasAbsenceNote = false
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    const read = routeOf(line, family)
    if (read === undefined) {
      if (next === at) return undefined
      if (isAbsenceNote(line)) hasAbsenceNote = true
      else if (!isElision(line) && !isContinuation(line)) break
      if (/^\s+cache\b/.test(line)) found.pop()
      if (/^\s+nexthop /.test(line)) addHop(found, line, next)
    } else if (read !== 'none') found.push({ at: next, row: read })
  }
  return { end: next, found, hasAbsenceNote }
}

const isContinuation = (line: string): boolean => /^\s+(?:nexthop |cache\b|valid_lft )/.test(line)

/** Each further hop of a route over several paths is a route of its own. */
function addHop(found: Found<Route>[], line: string, at: number): void {
  const last = found.at(-1)?.row
  const hop = attributesOf(wordsOf(withoutRemark(line)).slice(1))
  if (last === undefined || hop === undefined) return
  const { via: _via, dev: _dev, ...shared } = last
  if (last.via === undefined && last.dev === undefined) found.pop()
  found.push({ at, row: { ...shared, ...hop.route } })
}

const types: Readonly<Record<string, Route['type'] | 'none'>> = {
  unicast: 'unicast',
  blackhole: 'blackhole',
  unreachable: 'unreachable',
  prohibit: 'prohibit',
  throw: 'throw',
  local: 'local',
  // What the kernel keeps for itself in its local table.
  broadcast: 'none',
  multicast: 'none',
  anycast: 'none',
}

/** `none`: a line of this format that is no route of a table that counts. */
function routeOf(line: string, family: 4 | 6 | undefined): Route | 'none' | undefined {
  const words = wordsOf(withoutRemark(line))
  const type = types[words[0] ?? '']
  const [destination = '', ...rest] = type === undefined ? words : words.slice(1)
  const own = destination === 'default' ? undefined : familyOfAddress(destination)
  if (destination !== 'default' && own === undefined) return undefined
  const attributes = attributesOf(rest)
  if (attributes === undefined || (type === undefined && !attributes.isSure)) return undefined
  if (type === 'none' || attributes.isAnswer) return 'none'
  return {
    family: own ?? attributes.family ?? family ?? 4,
    destination: bare(destination),
    type: type ?? 'unicast',
    ...attributes.route,
  }
}

/** As `ip route` writes it: a host without its length, everything as `default`. */
export const bare = (destination: string): string =>
  /^(?:0\.0\.0\.0|::)\/0$/.test(destination)
    ? 'default'
    : destination.replace(/(?<=\.\d+)\/32$|(?<=:[\da-f]*)\/128$/i, '')

interface Attributes {
  readonly route: Pick<Route, 'via' | 'dev' | 'proto' | 'source' | 'onlink' | 'metric'>
  /** The words behind the destination are a route's, not a sentence's. */
  readonly isSure: boolean
  readonly family?: 4 | 6
  /** It answers `ip route get`. */
  readonly isAnswer: boolean
}

/** Words that take a value, and words that stand alone. */
const valued = new Set(
  'via dev proto scope src metric table pref mtu advmss expires error hoplimit weight realm realms nhid from iif tos window rtt initcwnd initrwnd uid mark encap users age ipid ssthresh cwnd features'.split(
    ' ',
  ),
)
const flags = new Set(
  'onlink linkdown dead pervasive offload rt_offload rt_trap trap notify lock cache nexthop unresolved'.split(
    ' ',
  ),
)

/** Undefined when some word is none of a route's. */
function attributesOf(words: readonly string[]): Attributes | undefined {
  const values = new Map<string, string>()
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const isAddressBehind = word === 'via' && /^inet6?$/.test(words[index + 1] ?? '')
    if (isAddressBehind) index++
    const value = words[index + 1]
    if (valued.has(word) && value !== undefined) values.set(word, words[++index] ?? '')
    else if (flags.has(word)) values.set(word, '')
    else if (isAddressBehind || !isEnd(word)) return undefined
    else break
  }
  return checked(values)
}

/** What a person adds, and where a line was cut. */
const isEnd = (word: string): boolean => /^(?:[(←<*#\\…]|\.\.\.|->|--)/.test(word)

function checked(values: ReadonlyMap<string, string>): Attributes | undefined {
  const [via, dev, metric] = ['via', 'dev', 'metric'].map((name) => values.get(name))
  const proto = values.get('proto')
  const source = values.get('src')
  if (via !== undefined && familyOfAddress(via) === undefined) return undefined
  if (dev !== undefined && !/^[^\s/]{1,15}$/.test(dev)) return undefined
  return {
    route: {
      ...(via !== undefined && { via }),
      ...(dev !== undefined && { dev }),
      ...(proto !== undefined && { proto }),
      ...(source !== undefined && { source }),
      ...(values.has('onlink') && { onlink: true }),
      ...(metric !== undefined && /^\d{1,10}$/.test(metric) && { metric: Number(metric) }),
    },
    isSure: via !== undefined || dev !== undefined || proto !== undefined,
    ...familyIn(values, via),
    isAnswer: values.has('uid') || values.has('cache'),
  }
}

function familyIn(values: ReadonlyMap<string, string>, via: string | undefined): { readonly family?: 4 | 6 } {
  const family = values.has('pref') ? 6 : familyOfAddress(via ?? values.get('src') ?? '')
  return family === undefined ? {} : { family }
}

/** A rule of `ip rule`: its number, and the rest as printed. */
export interface PolicyRoutingRule {
  readonly priority: number
  readonly text: string
}

/** @see iproute2/iproute2:ip/iprule.c (print_rule) */
export function parseIpRules(lines: Lines, at: number): Block<PolicyRoutingRule> | undefined {
  const found: Found<PolicyRoutingRule>[] = []
  let next = at
  for (; lines(next) !== undefined; next++) {
    const m = /^\s{0,8}(?<priority>\d{1,10}):\s{1,10}(?<text>(?:not )?from \S.{0,300})$/.exec(
      lineAt(lines, next),
    )?.groups
    if (m?.text === undefined || !/ (?:lookup|goto|blackhole|unreachable|prohibit|nop)\b/.test(m.text)) break
    found.push({ at: next, row: { priority: Number(m.priority), text: m.text.trim() } })
  }
  return found.length === 0 ? undefined : { end: next, found }
}

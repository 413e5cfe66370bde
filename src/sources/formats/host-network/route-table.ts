import {
  type Block,
  type Found,
  familyOfAddress,
  isElision,
  type Lines,
  lengthOfMask,
  lineAt,
  withoutRemark,
  wordsOf,
} from '#sources/formats/host-network/block.ts'
import { bare, type Route } from '#sources/formats/host-network/routes.ts'

/**
 * `route [-n]`, `netstat -rn` and `route -6 -n`, with or without their headers.
 *
 * @see ecki/net-tools:lib/inet_gr.c (rprint_fib), lib/inet6_gr.c
 * @see torvalds/linux:net/ipv4/fib_trie.c (fib_route_seq_show): a blackhole has `*` for its device, a reject has `!`
 */
export function parseRouteTable(lines: Lines, at: number): Block<Route> | undefined {
  const found: Found<Route>[] = []
  let next = at
  let hasMetric = false
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    const route = routeOf4(line, hasMetric) ?? routeOf6(line)
    if (route !== undefined) {
      if (!isOfKernel(line)) found.push({ at: next, row: route })
    } else if (isHeader(line)) hasMetric = /\bMetric\b/.test(line)
    else if (next === at || !isElision(line)) break
  }
  return next === at ? undefined : { end: next, found }
}

const isHeader = (line: string): boolean =>
  /^\s*(?:Kernel IP(?:v6)? routing table|Destination\s+(?:Gateway\s+Genmask|Next Hop)\s+Flags?\b.{0,80})\s*$/.test(
    line,
  )

const address4 = /^\d{1,3}(?:\.\d{1,3}){3}$/

/** Destination, gateway, mask, flags, metric or MSS, two counts, device. */
function routeOf4(line: string, hasMetric: boolean): Route | undefined {
  const words = wordsOf(withoutRemark(line))
  const [to = '', gateway = '', mask = '', flags = '', metric = '', , , dev = ''] = words
  if (words.length !== 8 || !address4.test(mask) || !/^[UGHDMRAC!]{1,6}$/.test(flags)) return undefined
  if (!address4.test(to) && to !== 'default') return undefined
  const destination = to === 'default' ? to : bare(`${to}/${lengthOfMask(mask)}`)
  return {
    family: 4,
    destination,
    type: typeOf(flags, dev),
    ...(address4.test(gateway) && gateway !== '0.0.0.0' && { via: gateway }),
    ...(/^[*-]$/.test(dev) ? {} : { dev }),
    ...(hasMetric && metricOf(metric)),
  }
}

/**
 * Destination, next hop, flags, metric, two counts, device. The kernel's own last resort has -1 for its metric, and its
 * local addresses have `Un`: `ip -6 route` shows neither.
 */
function routeOf6(line: string): Route | undefined {
  const words = wordsOf(withoutRemark(line))
  const [to = '', hop = '', flags = '', metric = '', , , dev = ''] = words
  const isHop = familyOfAddress(hop) === 6
  if (words.length !== 7 || familyOfAddress(to.replace('[::]', '::')) !== 6 || !(isHop || hop === '[::]'))
    return undefined
  if (!/^[UGHDMRAC!nm]{1,6}$/.test(flags)) return undefined
  return {
    family: 6,
    destination: bare(to.replace('[::]', '::')),
    type: typeOf(flags, dev),
    ...(isHop && hop !== '::' && { via: hop }),
    dev,
    ...metricOf(metric),
  }
}

const isOfKernel = (line: string): boolean => / (?:Un |!n {1,8}-1 )/.test(line)

/** `ip route` does not print a metric of 0 either. */
const metricOf = (word: string): Pick<Route, 'metric'> =>
  /^[1-9]\d{0,9}$/.test(word) ? { metric: Number(word) } : {}

const typeOf = (flags: string, dev: string): Route['type'] =>
  flags.includes('!') ? 'unreachable' : dev === '*' ? 'blackhole' : 'unicast'

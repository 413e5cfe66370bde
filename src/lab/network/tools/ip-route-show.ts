import type { Process } from '#lab/host/ports.ts'
import { cidr, contains } from '#lab/network/address.ts'
import type { Route } from '#lab/network/ports.ts'
import { hasCarrier } from '#lab/network/shown-links.ts'
import { stackOf } from '#lab/network/stack-net.ts'
import type { IpStyle } from '#lab/network/tools/ip.ts'
import { deviceNamed, keyed, prefixOf } from '#lab/network/tools/ip-words.ts'

/** `ip route show`: as text, or as JSON with `-j`. */
export function showRoutes(p: Process, args: readonly string[], style: IpStyle): string {
  const { routes, hidden } = selected(p, args)
  if (style.json) return `${JSON.stringify(routes.map((route) => jsonOf(p, route)))}\n`
  const prefix = args.includes('local') ? 'local ' : ''
  return routes.map((route) => `${prefix}${routeText(p, route, hidden)}\n`).join('')
}

const selectors = [
  'proto',
  'protocol',
  'dev',
  'via',
  'scope',
  'table',
  'to',
  'root',
  'match',
  'exact',
  'type',
  'src',
]

/** The routes that a command line means, and what it need not be told of each. */
export function selected(
  p: Process,
  args: readonly string[],
): { routes: readonly Route[]; hidden: ReadonlySet<string> } {
  const { values, bare } = keyed(args, selectors)
  if (values.has('table') && values.get('table') !== 'main')
    return { routes: localTable(p, values.get('table')), hidden: new Set() }
  const proto = values.get('proto') ?? values.get('protocol')
  const [dev, via, type] = [values.get('dev'), values.get('via'), values.get('type')]
  if (dev !== undefined) deviceNamed(p, dev)
  const word = values.get('exact') ?? values.get('to') ?? bare[0]
  const exact = word === undefined ? undefined : prefixOf(word)
  const root = values.get('root')
  const routes = p.net
    .routes()
    .filter(
      (route) =>
        (proto === undefined || route.protocol === proto) &&
        (dev === undefined || route.dev === dev) &&
        (via === undefined || route.via === via) &&
        (type === undefined || route.kind === type) &&
        (exact === undefined || route.destination === exact) &&
        (root === undefined || contains(cidr(prefixOf(root)), cidr(route.destination).network)),
    )
  const hidden = new Set([...(proto === undefined ? [] : ['proto']), ...(dev === undefined ? [] : ['dev'])])
  return { routes, hidden }
}

/** What the kernel keeps for its own addresses. Broadcast routes are left out. */
function localTable(p: Process, table: string | undefined): readonly Route[] {
  if (table !== 'local') return []
  return p.net.addresses().map(({ address, link }) => ({
    destination: `${address}/32`,
    kind: 'unicast',
    dev: link,
    protocol: 'kernel',
    scope: 'host',
    source: address,
  }))
}

function routeText(p: Process, route: Route, hidden: ReadonlySet<string>): string {
  const words = [
    ...(route.kind === 'unicast' ? [] : [route.kind]),
    shortPrefix(route.destination),
    ...(route.via === undefined ? [] : ['via', route.via]),
    ...(route.dev === undefined || hidden.has('dev') ? [] : ['dev', route.dev]),
    ...(route.protocol === 'boot' || hidden.has('proto') ? [] : ['proto', route.protocol]),
    ...(route.scope === undefined || route.scope === 'global' ? [] : ['scope', route.scope]),
    ...(route.source === undefined ? [] : ['src', route.source]),
    ...(route.metric ? ['metric', String(route.metric)] : []),
    ...flagsOf(p, route),
  ]
  return `${words.join(' ')} `
}

function flagsOf(p: Process, route: Route): string[] {
  const link = route.dev === undefined ? undefined : stackOf(p.net).link(route.dev)
  return [...(route.onlink ? ['onlink'] : []), ...(link && !hasCarrier(link) ? ['linkdown'] : [])]
}

const jsonOf = (p: Process, route: Route): Record<string, unknown> => ({
  ...(route.kind === 'unicast' ? {} : { type: route.kind }),
  dst: shortPrefix(route.destination),
  ...(route.via === undefined ? {} : { gateway: route.via }),
  ...(route.dev === undefined ? {} : { dev: route.dev }),
  ...(route.protocol === 'boot' ? {} : { protocol: route.protocol }),
  ...(route.scope === undefined || route.scope === 'global' ? {} : { scope: route.scope }),
  ...(route.source === undefined ? {} : { prefsrc: route.source }),
  ...(route.metric ? { metric: route.metric } : {}),
  flags: flagsOf(p, route),
})

const shortPrefix = (destination: string): string =>
  destination === '0.0.0.0/0' ? 'default' : destination.replace(/\/32$/, '')

import type { Bird } from '#lab/calico/bird/bird.ts'
import { type Reply, since } from '#lab/calico/bird/control.ts'
import type { BgpAttributes, BirdRoute, RouteSource } from '#lab/calico/bird/route.ts'

/**
 * `show route [NET | for ADDRESS | for NET] [all] [primary] [protocol NAME] [preexport|noexport|export NAME] [table master] [count]`
 * (`bird:nest/rt-table.c`, `bird:nest/config.Y`).
 */
export function showRoutes(bird: Bird, words: readonly string[]): Reply {
  const asked = question(bird, words)
  if (asked === undefined)
    return [[9001, 'syntax error, unexpected CF_SYM_UNDEFINED, expecting CF_SYM_KNOWN']]
  const lines: (readonly [number, string])[] = []
  let nets = 0
  let routes = 0
  for (const entry of bird.table.all()) {
    if (asked.net !== undefined && entry.net !== asked.net) continue
    const chosen = entry.routes.filter(
      (route) => (asked.protocol === undefined || route.protocol === asked.protocol) && asked.goes(route),
    )
    const shown =
      asked.primary || asked.isExport ? chosen.filter((route) => route === entry.routes[0]) : chosen
    if (shown.length > 0) nets++
    routes += shown.length
    shown.forEach((route, i) => {
      lines.push([1007, routeLine(bird, route, i === 0 ? entry.net : '', route === entry.routes[0])])
      if (asked.all) lines.push(...attributes(route))
    })
  }
  if (asked.count) return [[14, `${routes} of ${routes} routes for ${nets} networks`]]
  if (lines.length === 0 && asked.oneNet) return [[8001, 'Network not in table']]
  return [...lines, [0, '']]
}

const exportModes = ['preexport', 'noexport', 'export'] as const

/** Undefined where a protocol or a table is named that is not there. */
function question(bird: Bird, words: readonly string[]) {
  const after = (word: string): string | undefined =>
    words.includes(word) ? words[words.indexOf(word) + 1] : undefined
  const sought = after('for')
  const mode = exportModes.find((each) => words.includes(each))
  const to = bird.protocols.find(({ name }) => mode !== undefined && name === after(mode))
  const protocol = after('protocol')
  const isThere = (name: string | undefined): boolean => bird.protocols.some((each) => each.name === name)
  if ((words.includes('protocol') && !isThere(protocol)) || (mode !== undefined && to === undefined))
    return undefined
  if (words.includes('table') && after('table') !== 'master') return undefined
  const net = words.find((word) => word.includes('/') && word !== sought)
  const covering = sought && (bird.table.covering(sought.split('/')[0] ?? '') ?? '')
  return {
    net: net ?? covering,
    oneNet: net !== undefined || sought !== undefined,
    protocol,
    /** What goes out to a protocol is the best of each network. */
    isExport: mode !== undefined,
    goes: (route: BirdRoute): boolean => {
      const out = to?.letsOut(route)
      if (mode === undefined) return true
      return mode === 'preexport' ? out !== undefined : out === (mode === 'export')
    },
    all: words.includes('all'),
    primary: words.includes('primary'),
    count: words.includes('count'),
  }
}

function routeLine(bird: Bird, route: BirdRoute, net: string, primary: boolean): string {
  const from = route.from !== undefined && route.from !== gateway(route) ? ` from ${route.from}` : ''
  const head = `${net.padEnd(18)} ${via(route)} [${route.protocol} ${since(bird, route.changedMs)}${from}]`
  return `${head}${primary ? ' *' : ''} ${isBgp(route) ? bgpInfo(route) : `(${route.preference})`}`
}

const isBgp = (route: BirdRoute): boolean => route.bgp !== undefined && route.source === 'RTS_BGP'

const gateway = (route: BirdRoute): string | undefined =>
  route.to.kind === 'router' ? route.to.gateway : undefined

function via({ to }: BirdRoute): string {
  switch (to.kind) {
    case 'router':
      return `via ${to.gateway} on ${to.device}`
    case 'device':
      return `dev ${to.device}`
    default:
      return to.kind
  }
}

function bgpInfo(route: BirdRoute): string {
  const path = route.bgp?.asPath.at(-1)
  const origin = { IGP: 'i', EGP: 'e', Incomplete: '?' }[route.bgp?.origin ?? 'IGP']
  return `(${route.preference}/${route.to.kind === 'unreachable' ? '-' : 0}) [${path === undefined ? '' : `AS${path}`}${origin}]`
}

const sources: Record<RouteSource, string> = {
  RTS_BGP: 'BGP',
  RTS_DEVICE: 'device',
  RTS_INHERIT: 'inherit',
  RTS_STATIC: 'static',
}

/** The lines of `show route all` under a route. */
function attributes(route: BirdRoute): Reply {
  const kind = route.to.kind === 'router' || route.to.kind === 'device' ? 'unicast' : route.to.kind
  return [
    [1008, `\tType: ${sources[route.source]} ${kind} univ`],
    ...(route.bgp && isBgp(route) ? bgpAttributes(route.bgp) : []),
    ...(route.source === 'RTS_INHERIT' ? [[1012, `\tKernel.metric: ${route.metric ?? 0}`] as const] : []),
  ]
}

const bgpAttributes = (bgp: BgpAttributes): Reply =>
  [
    `origin: ${bgp.origin}`,
    `as_path: ${bgp.asPath.join(' ')}`,
    `next_hop: ${bgp.nextHop}`,
    `local_pref: ${bgp.localPref ?? 100}`,
    ...(bgp.communities?.length ? [`community: ${bgp.communities.join(' ')}`] : []),
    ...(bgp.originatorId === undefined ? [] : [`originator_id: ${bgp.originatorId}`]),
    ...(bgp.clusterList?.length ? [`cluster_list: ${bgp.clusterList.join(' ')}`] : []),
    ...(bgp.largeCommunities?.length ? [`large_community: ${bgp.largeCommunities.join(' ')}`] : []),
  ].map((line) => [1012, `\tBGP.${line}`] as const)

import type { Process } from '#lab/host/ports.ts'
import { ipv4, ipv4Text, isIpv4 } from '#lab/network/address.ts'
import type { Route, RouteProtocol } from '#lab/network/ports.ts'
import { sourceTowards } from '#lab/network/sockets.ts'
import { stackOf } from '#lab/network/stack-net.ts'
import type { IpStyle } from '#lab/network/tools/ip.ts'
import { selected, showRoutes } from '#lab/network/tools/ip-route-show.ts'
import { commandOf, deviceNamed, keyed, prefixOf, Usage } from '#lab/network/tools/ip-words.ts'

/** `ip route [show|add|del|replace|get|flush]` */
export async function ipRoute(p: Process, args: readonly string[], style: IpStyle): Promise<string> {
  const command = commandOf(args[0], [
    'show',
    'list',
    'lst',
    'add',
    'delete',
    'replace',
    'change',
    'get',
    'flush',
  ])
  const rest = args.slice(1)
  switch (command) {
    case 'add':
      await p.net.apply([{ op: 'route-add', route: described(p, rest) }])
      return ''
    case 'replace':
    case 'change':
      await p.net.apply([{ op: 'route-replace', route: described(p, rest) }])
      return ''
    case 'delete': {
      const { destination, protocol } = described(p, rest, { toDelete: true })
      const named = rest.includes('proto')
      await p.net.apply([{ op: 'route-del', destination, ...(named ? { protocol } : {}) }])
      return ''
    }
    case 'flush':
      await flush(p, rest)
      return ''
    case 'get':
      return get(p, rest)
    default:
      return showRoutes(p, command === undefined ? args : rest, style)
  }
}

function get(p: Process, args: readonly string[]): string {
  const { bare } = keyed(args, ['from', 'iif', 'oif'])
  const address = bare[0] ?? ''
  if (!isIpv4(address)) throw new Usage(`Error: any valid prefix is expected rather than "${address}".`, 1)
  const to = ipv4(address)
  const stack = stackOf(p.net)
  const way = stack.route(to)
  const uid = p.credentials.uid
  switch (way.kind) {
    case 'local':
      return `local ${address} dev lo src ${address} uid ${uid} \n    cache <local> \n`
    case 'none':
      throw new Usage('RTNETLINK answers: Network is unreachable', 2)
    case 'blackhole':
      throw new Usage('RTNETLINK answers: Invalid argument', 2)
    case 'unreachable':
      throw new Usage('RTNETLINK answers: No route to host', 2)
    default: {
      const via = way.nextHop === to ? '' : ` via ${ipv4Text(way.nextHop)}`
      const source = sourceTowards(stack, to)
      const src = source === undefined ? '' : ` src ${ipv4Text(source)}`
      return `${address}${via} dev ${way.link.name}${src} uid ${uid} \n    cache \n`
    }
  }
}

async function flush(p: Process, args: readonly string[]): Promise<void> {
  if (args.length === 0) throw new Usage('"ip route flush" requires arguments.')
  for (const { destination, protocol } of selected(p, args).routes)
    await p.net.apply([{ op: 'route-del', destination, protocol }])
}

const protocols: readonly RouteProtocol[] = ['kernel', 'boot', 'static', 'bird', '80', 'dhcp']

/** The route that a command line describes. */
function described(p: Process, args: readonly string[], o: { readonly toDelete?: boolean } = {}): Route {
  const { values, bare } = keyed(args, ['via', 'dev', 'proto', 'protocol', 'scope', 'src', 'metric', 'table'])
  const kind = bare.find((word) => word === 'blackhole' || word === 'unreachable')
  const destination = prefixOf(bare.find((word) => word !== kind && word !== 'onlink') ?? '')
  const [via, dev] = [values.get('via'), values.get('dev')]
  if (dev !== undefined) deviceNamed(p, dev)
  if (!o.toDelete && kind === undefined && via === undefined && dev === undefined)
    throw new Usage('RTNETLINK answers: No such device', 2)
  const named = values.get('proto') ?? values.get('protocol') ?? 'boot'
  const protocol = protocols.find((known) => known === named)
  if (protocol === undefined)
    throw new Usage(`Error: argument "${named}" is wrong: "protocol" value is invalid\n`)
  const scope = via === undefined && kind === undefined ? 'link' : undefined
  const [source, metric] = [values.get('src'), values.get('metric')]
  return {
    destination,
    kind: kind ?? 'unicast',
    protocol,
    ...(via === undefined ? {} : { via }),
    ...(dev === undefined ? {} : { dev }),
    ...(scope === undefined ? {} : { scope }),
    ...(source === undefined ? {} : { source }),
    ...(metric === undefined ? {} : { metric: Number(metric) }),
    ...(bare.includes('onlink') ? { onlink: true } : {}),
  }
}

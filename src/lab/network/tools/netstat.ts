import type { Process, Program } from '#lab/host/ports.ts'
import { cidr, ipv4Text } from '#lab/network/address.ts'
import type { Route, SocketHolder } from '#lab/network/ports.ts'
import { parseOptions } from '#lab/network/tools/options.ts'

/**
 * net-tools' `netstat`: TCP sockets (`-t`, `-l`, `-a`, `-n`, `-p`) and the routing table (`-rn`), which is also `route -n`.
 *
 * Not imitated: queues, UDP and path sockets (none are shown), `-i`, `-s`, names of services.
 */
export const netstat: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, [])
  if (o.unknown !== undefined) {
    p.stderr.write(`netstat: invalid option -- '${o.unknown.replace(/^-+/, '')}'\n`)
    return 4
  }
  p.stdout.write(o.has('route') ? routing(p.net.routes(), 'netstat') : sockets(p, o.has))
  return 0
}

/** `route [-n]`: the table only. Not imitated: its old way to add and delete. */
export const route: Program = async (p) => {
  const words = p.argv.slice(1).filter((word) => word !== '-n' && word !== '-e')
  if (words.length > 0) {
    p.stderr.write('SIOCADDRT: Operation not permitted\n')
    return 7
  }
  p.stdout.write(routing(p.net.routes(), 'route'))
  return 0
}

const known = {
  '-t': 'tcp',
  '--tcp': 'tcp',
  '-u': 'udp',
  '--udp': 'udp',
  '-x': 'unix',
  '-l': 'listening',
  '--listening': 'listening',
  '-a': 'all',
  '--all': 'all',
  '-n': 'numeric',
  '--numeric': 'numeric',
  '-p': 'programs',
  '--programs': 'programs',
  '-r': 'route',
  '--route': 'route',
  '-4': 'inet',
  '-e': 'extend',
  '-w': 'raw',
  '-W': 'wide',
}

function sockets(p: Process, has: (name: string) => boolean): string {
  const programs = has('programs')
  const isTcp = has('tcp') || !(has('udp') || has('unix') || has('raw'))
  const head = has('listening')
    ? '(only servers)'
    : has('all')
      ? '(servers and established)'
      : '(w/o servers)'
  const columns = `Proto Recv-Q Send-Q Local Address           Foreign Address         State      ${programs ? ' PID/Program name    ' : ''}`
  const listening = p.net.listeners().map(({ address, port, holder }) => ({
    local: `${address}:${port}`,
    remote: '0.0.0.0:*',
    state: 'LISTEN',
    by: programOf(p, holder),
  }))
  const running = p.net.connections().map(({ local, remote, state, holder }) => ({
    local,
    remote,
    state: states[state] ?? state,
    by: programOf(p, holder),
  }))
  const rows = has('listening') ? listening : has('all') ? [...listening, ...running] : running
  const lines = (isTcp ? rows : []).map(({ local, remote, state, by }) => {
    const ends = `${local.padEnd(23)} ${remote.padEnd(23)} ${state.padEnd(11)}`
    return `tcp        0      0 ${ends}${programs ? ` ${by.padEnd(20)}` : ''}\n`
  })
  return `Active Internet connections ${head}\n${columns}\n${lines.join('')}`
}

/** Another user's processes cannot be looked into. */
const programOf = (p: Process, holder: SocketHolder | undefined): string =>
  holder !== undefined && p.credentials.euid === 0 ? `${holder.pid}/${holder.name().slice(0, 15)}` : '-'

/** `ss` and `netstat` spell the states of a connection differently. */
const states: Readonly<Record<string, string>> = {
  ESTAB: 'ESTABLISHED',
  'FIN-WAIT-1': 'FIN_WAIT1',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  'LAST-ACK': 'LAST_ACK',
}

function routing(routes: readonly Route[], style: 'netstat' | 'route'): string {
  const head =
    style === 'netstat'
      ? 'Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface'
      : 'Destination     Gateway         Genmask         Flags Metric Ref    Use Iface'
  return `Kernel IP routing table\n${head}\n${routes.map((each) => routeLine(each, style)).join('')}`
}

/** As /proc/net/route tells it (net/ipv4/fib_trie.c: fib_flag_trans): a blackhole has no device and no flag of its own. */
function routeLine(route: Route, style: 'netstat' | 'route'): string {
  const { network, mask, length } = cidr(route.destination)
  const isRefused = route.kind === 'unreachable'
  const flags = `${isRefused ? '!' : 'U'}${route.via === undefined ? '' : 'G'}${length === 32 ? 'H' : ''}`
  const ends = [ipv4Text(network), isRefused ? '-' : (route.via ?? '0.0.0.0'), ipv4Text(mask >>> 0)]
  const figures =
    style === 'netstat'
      ? `${flags.padEnd(5)}     0 0          0`
      : `${flags.padEnd(5)} ${String(route.metric ?? 0).padEnd(6)} 0        0`
  return `${ends.map((end) => end.padEnd(15)).join(' ')} ${figures} ${isRefused ? '-' : (route.dev ?? '*')}\n`
}

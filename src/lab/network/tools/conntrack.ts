/**
 * `conntrack` over the conversations of this host's sockets and of its pods: `-L`, `-D`, `-C`, `-S`, with filters.
 *
 * Not imitated: conversations that have ended (a real table keeps them for up to 120 s), those that a router only passes on,
 * UDP and ICMP, the time that is left (an established entry always shows its five days), counters other than `drop`, events (`-E`).
 */
import type { Process, Program } from '#lab/host/ports.ts'
import { ipv4Text } from '#lab/network/address.ts'
import type { Tuple } from '#lab/network/packet.ts'
import { stackOf } from '#lab/network/stack-net.ts'
import { parseOptions } from '#lab/network/tools/options.ts'
import { type Tracked, trackedBy } from '#lab/network/tracked.ts'

const version = 'conntrack v1.4.6 (conntrack-tools)'

export const conntrack: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, filters)
  if (!p.credentials.effective.has('NET_ADMIN')) {
    p.stderr.write(
      `${version}: Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this\n`,
    )
    return 1
  }
  if (o.unknown !== undefined) {
    p.stderr.write(
      `conntrack: invalid option -- '${o.unknown.replace(/^-+/, '')}'\n${version}: Bad parameter\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`,
    )
    return 2
  }
  const chosen = trackedBy(stackOf(p.net)).filter((each) =>
    filters.every((name) => fits(name, o.value(name), each)),
  )
  if (o.has('count')) p.stdout.write(`${trackedBy(stackOf(p.net)).length}\n`)
  else if (o.has('statistics')) p.stdout.write(statistics(stackOf(p.net).conntrackDrops))
  else if (o.has('delete')) return forget(p, chosen)
  else tell(p, chosen, 'shown')
  return 0
}

function forget(p: Process, chosen: readonly Tracked[]): number {
  if (chosen.length === 0) {
    p.stderr.write(`${version}: 0 flow entries have been deleted.\n`)
    return 1
  }
  for (const each of chosen) each.forget()
  tell(p, chosen, 'deleted')
  return 0
}

function tell(p: Process, chosen: readonly Tracked[], done: 'shown' | 'deleted'): void {
  p.stdout.write(chosen.map(line).join(''))
  p.stderr.write(`${version}: ${chosen.length} flow entries have been ${done}.\n`)
}

/** libnetfilter_conntrack's default form. */
const line = ({ original, reply, state }: Tracked): string =>
  `tcp      6 ${String(lifetimes[state]).padEnd(6)} ${state} ${tuple(original)} ${tuple(reply)} [ASSURED] mark=0 use=1\n`

const tuple = (t: Tuple): string =>
  `src=${ipv4Text(t.source)} dst=${ipv4Text(t.destination)} sport=${t.sourcePort} dport=${t.port}`

/** Seconds (net.netfilter.nf_conntrack_tcp_timeout_*). */
const lifetimes = { ESTABLISHED: 431_999, FIN_WAIT: 119, CLOSE_WAIT: 59, LAST_ACK: 29 } as const

const statistics = (drops: number): string =>
  `cpu=0   \tfound=0 invalid=0 insert=0 insert_failed=0 drop=${drops} early_drop=0 error=0 search_restart=0 \n`

const filters = [
  'protocol',
  'source',
  'destination',
  'source-port',
  'port',
  'reply-source',
  'reply-destination',
  'state',
]

function fits(name: string, wanted: string | undefined, { original, reply, state }: Tracked): boolean {
  if (wanted === undefined) return true
  switch (name) {
    case 'protocol':
      return wanted === 'tcp' || wanted === '6'
    case 'source':
      return ipv4Text(original.source) === wanted
    case 'destination':
      return ipv4Text(original.destination) === wanted
    case 'source-port':
      return String(original.sourcePort) === wanted
    case 'port':
      return String(original.port) === wanted
    case 'reply-source':
      return ipv4Text(reply.source) === wanted
    case 'reply-destination':
      return ipv4Text(reply.destination) === wanted
    default:
      return state === wanted
  }
}

const known = {
  '-L': 'list',
  '--dump': 'list',
  '-D': 'delete',
  '--delete': 'delete',
  '-C': 'count',
  '--count': 'count',
  '-S': 'statistics',
  '--stats': 'statistics',
  '-p': 'protocol',
  '--proto': 'protocol',
  '-s': 'source',
  '--src': 'source',
  '--orig-src': 'source',
  '-d': 'destination',
  '--dst': 'destination',
  '--orig-dst': 'destination',
  '--sport': 'source-port',
  '--orig-port-src': 'source-port',
  '--dport': 'port',
  '--orig-port-dst': 'port',
  '-r': 'reply-source',
  '--reply-src': 'reply-source',
  '-q': 'reply-destination',
  '--reply-dst': 'reply-destination',
  '--state': 'state',
}

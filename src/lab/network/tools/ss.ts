import type { Program } from '#lab/host/ports.ts'
import { parseOptions } from '#lab/network/tools/options.ts'

interface Row {
  readonly state: string
  readonly local: string
  readonly remote: string
  readonly process?: string
}

/**
 * `ss -t[a][l][n][p]`, `-s`, and filters by port (`sport = :179`). Not imitated: queues, the processes behind connections, UDP and
 * path sockets (`-u`, `-x` show none).
 */
export const ss: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, ['query'])
  if (o.unknown !== undefined) {
    p.stderr.write(`ss: invalid option -- '${o.unknown.replace(/^-+/, '')}'\n`)
    return 255
  }
  if (o.has('summary')) {
    p.stdout.write(summary(p.net.connections().length, p.net.listeners().length))
    return 0
  }
  const isTcp = o.has('tcp') || !(o.has('udp') || o.has('unix'))
  const withProcess = o.has('processes') && p.credentials.euid === 0
  const listening = p.net.listeners().map(
    ({ address, port, holder }): Row => ({
      state: 'LISTEN',
      local: `${address}:${port}`,
      remote: '0.0.0.0:*',
      ...(holder !== undefined && withProcess
        ? { process: `users:(("${holder.name().slice(0, 15)}",pid=${holder.pid},fd=7))` }
        : {}),
    }),
  )
  const running = p.net.connections().map(({ state, local, remote }) => ({ state, local, remote }))
  const rows = o.has('listening') ? listening : o.has('all') ? [...listening, ...running] : running
  p.stdout.write(table(isTcp ? rows.filter(filterOf(o.rest)) : []))
  return 0
}

/** `sport = :179`, `( dport = :179 or sport = :179 )`, and with host names left out. */
function filterOf(words: readonly string[]): (row: Row) => boolean {
  const wanted = [...words.join(' ').matchAll(/\b(sport|dport)\s*(?:=|==|eq)\s*:?(\d+)/g)].map(
    ([, side, port]) => ({ side, port }),
  )
  const portOf = (end: string): string => end.slice(end.lastIndexOf(':') + 1)
  if (wanted.length === 0) return () => true
  return ({ local, remote }) =>
    wanted.some(({ side, port }) => portOf(side === 'sport' ? local : remote) === port)
}

const summary = (connections: number, listeners: number): string => `Total: ${connections + listeners}
TCP:   ${connections + listeners} (estab ${connections}, closed 0, orphaned 0, timewait 0)

Transport Total     IP        IPv6
RAW\t  0         0         0        
UDP\t  0         0         0        
TCP\t  ${String(connections + listeners).padEnd(10)}${String(connections + listeners).padEnd(10)}0        
INET\t  ${String(connections + listeners).padEnd(10)}${String(connections + listeners).padEnd(10)}0        
FRAG\t  0         0         0        

`

const known = {
  '-t': 'tcp',
  '--tcp': 'tcp',
  '-a': 'all',
  '--all': 'all',
  '-l': 'listening',
  '--listening': 'listening',
  '-n': 'numeric',
  '--numeric': 'numeric',
  '-p': 'processes',
  '--processes': 'processes',
  '-4': 'ipv4',
  '-H': 'no-header',
  '-o': 'options',
  '-i': 'info',
  '-e': 'extended',
  '-s': 'summary',
  '-u': 'udp',
  '-x': 'unix',
  '-m': 'memory',
}

/** Addresses end and ports begin in one column each, as `ss` aligns them. */
function table(rows: readonly Row[]): string {
  const split = (end: string): [string, string] => {
    const at = end.lastIndexOf(':')
    return [end.slice(0, at), end.slice(at + 1)]
  }
  const cells = [
    ['State', 'Recv-Q', 'Send-Q', 'Local Address', 'Port', 'Peer Address', 'Port'],
    ...rows.map(({ state, local, remote, process }) => [
      state,
      '0',
      state === 'LISTEN' ? '4096' : '0',
      ...split(local),
      ...split(remote),
      process ?? '',
    ]),
  ]
  const width = (column: number): number => Math.max(...cells.map((row) => row[column]?.length ?? 0))
  const [state, received, sent, local, localPort, remote, remotePort] = [0, 1, 2, 3, 4, 5, 6].map(width)
  return cells
    .map(([a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = ''], index) => {
      const head = `${a.padEnd(state ?? 0)} ${b.padEnd(received ?? 0)} ${c.padEnd(sent ?? 0)}`
      const ends = `${d.padStart(local ?? 0)}:${e.padEnd(localPort ?? 0)} ${f.padStart(remote ?? 0)}:${g.padEnd(remotePort ?? 0)}`
      return `${head} ${ends}${index === 0 ? 'Process' : h}\n`
    })
    .join('')
}

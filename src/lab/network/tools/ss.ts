import type { Program } from '#lab/host/ports.ts'
import type { SocketHolder } from '#lab/network/ports.ts'
import { parseOptions } from '#lab/network/tools/options.ts'

interface Row {
  readonly state: string
  readonly local: string
  readonly remote: string
  readonly process?: string
}

/**
 * `ss -t[a][l][n][p]`, `-s`, and filters by port, address and state (`sport = :179`, `dst 10.0.0.11`, `state established`).
 * Not imitated: queues, UDP and path sockets (`-u`, `-x` show none), conditions joined by anything but `or`, `exclude`.
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
  const users = (holder: SocketHolder | undefined, fd: number): Pick<Row, 'process'> =>
    holder !== undefined && o.has('processes') && p.credentials.euid === 0
      ? { process: `users:(("${holder.name().slice(0, 15)}",pid=${holder.pid},fd=${fd}))` }
      : {}
  const listening = p.net.listeners().map(
    ({ address, port, holder }): Row => ({
      state: 'LISTEN',
      local: `${address}:${port}`,
      remote: '0.0.0.0:*',
      ...users(holder, 7),
    }),
  )
  const running = p.net
    .connections()
    .map(({ state, local, remote, holder }): Row => ({ state, local, remote, ...users(holder, 8) }))
  const state = o.rest[0] === 'state' ? (o.rest[1] ?? '') : undefined
  const wanted = state === undefined ? undefined : statesOf(state)
  if (wanted !== undefined && wanted.length === 0) {
    p.stderr.write(`ss: wrong state name: ${state}\n`)
    return 255
  }
  const both = [...listening, ...running]
  const rows =
    wanted !== undefined
      ? both.filter((row) => wanted.includes(row.state))
      : o.has('listening')
        ? listening
        : o.has('all')
          ? both
          : running
  const shown = isTcp ? rows.filter(filterOf(wanted === undefined ? o.rest : o.rest.slice(2))) : []
  // Where one state alone is asked for, its column says nothing.
  const cells = table(shown, { withState: wanted?.length !== 1 })
  p.stdout.write(o.has('no-header') ? cells.slice(cells.indexOf('\n') + 1) : cells)
  return 0
}

const connected = ['ESTAB', 'SYN-SENT', 'FIN-WAIT-1', 'CLOSE-WAIT', 'LAST-ACK']

/** What a word after `state` stands for (ss(8), STATE-FILTER). */
function statesOf(word: string): readonly string[] {
  if (word === 'established') return ['ESTAB']
  if (word === 'listening') return ['LISTEN']
  if (word === 'connected') return connected
  if (word === 'synchronized') return connected.filter((each) => each !== 'SYN-SENT')
  if (word === 'all') return ['LISTEN', ...connected]
  return connected.includes(word.toUpperCase()) ? [word.toUpperCase()] : []
}

/** `sport = :179`, `( dport = :179 or sport = :179 )`, `dst 10.0.0.11:6443`, and with host names left out. */
function filterOf(words: readonly string[]): (row: Row) => boolean {
  const text = words.join(' ')
  const ports = [...text.matchAll(/\b(sport|dport)\s*(?:=|==|eq)\s*:?(\d+)/g)].map(
    ([, side, port]) =>
      ({ local, remote }: Row): boolean =>
        (side === 'sport' ? local : remote).endsWith(`:${port}`),
  )
  const ends = [...text.matchAll(/\b(src|dst)\s*=?\s*([\d.]+)?(:\d+)?/g)].map(
    ([, side, address = '', port = '']) =>
      ({ local, remote }: Row): boolean => {
        const end = side === 'src' ? local : remote
        return end.endsWith(port) && (address === '' || end.startsWith(`${address}:`))
      },
  )
  const wanted = [...ports, ...ends]
  return wanted.length === 0 ? () => true : (row) => wanted.some((holds) => holds(row))
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
  '--no-header': 'no-header',
  '-o': 'options',
  '-i': 'info',
  '-e': 'extended',
  '-s': 'summary',
  '-u': 'udp',
  '-x': 'unix',
  '-m': 'memory',
}

/** Addresses end and ports begin in one column each, as `ss` aligns them. */
function table(rows: readonly Row[], { withState }: { readonly withState: boolean }): string {
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
      process === undefined ? '' : ` ${process}`,
    ]),
  ]
  const width = (column: number): number => Math.max(...cells.map((row) => row[column]?.length ?? 0))
  const [state, received, sent, local, localPort, remote, remotePort] = [0, 1, 2, 3, 4, 5, 6].map(width)
  return cells
    .map(([a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = ''], index) => {
      const head = `${withState ? `${a.padEnd(state ?? 0)} ` : ''}${b.padEnd(received ?? 0)} ${c.padEnd(sent ?? 0)}`
      const ends = `${d.padStart(local ?? 0)}:${e.padEnd(localPort ?? 0)} ${f.padStart(remote ?? 0)}:${g.padEnd(remotePort ?? 0)}`
      return `${head} ${ends}${index === 0 ? 'Process' : h}\n`
    })
    .join('')
}

import type { Program } from '#lab/host/ports.ts'
import { parseOptions } from '#lab/network/tools/options.ts'

interface Row {
  readonly state: string
  readonly local: string
  readonly remote: string
}

/** `ss -t[a][l][n][p]`. Not imitated: queues, the processes behind sockets, filters, UDP and path sockets. */
export const ss: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, ['query'])
  if (o.unknown !== undefined) {
    p.stderr.write(`ss: invalid option -- '${o.unknown.replace(/^-+/, '')}'\n`)
    return 255
  }
  const listening = p.net.listeners().map(({ address, port }) => ({
    state: 'LISTEN',
    local: `${address}:${port}`,
    remote: '0.0.0.0:*',
  }))
  const running = p.net.connections().map(({ state, local, remote }) => ({ state, local, remote }))
  const rows = o.has('listening') ? listening : o.has('all') ? [...listening, ...running] : running
  p.stdout.write(table(rows))
  return 0
}

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
}

/** Addresses end and ports begin in one column each, as `ss` aligns them. */
function table(rows: readonly Row[]): string {
  const split = (end: string): [string, string] => {
    const at = end.lastIndexOf(':')
    return [end.slice(0, at), end.slice(at + 1)]
  }
  const cells = [
    ['State', 'Recv-Q', 'Send-Q', 'Local Address', 'Port', 'Peer Address', 'Port'],
    ...rows.map(({ state, local, remote }) => [
      state,
      '0',
      state === 'LISTEN' ? '4096' : '0',
      ...split(local),
      ...split(remote),
    ]),
  ]
  const width = (column: number): number => Math.max(...cells.map((row) => row[column]?.length ?? 0))
  const [state, received, sent, local, localPort, remote, remotePort] = [0, 1, 2, 3, 4, 5, 6].map(width)
  return cells
    .map(([a = '', b = '', c = '', d = '', e = '', f = '', g = ''], index) => {
      const head = `${a.padEnd(state ?? 0)} ${b.padEnd(received ?? 0)} ${c.padEnd(sent ?? 0)}`
      const ends = `${d.padStart(local ?? 0)}:${e.padEnd(localPort ?? 0)} ${f.padStart(remote ?? 0)}:${g.padEnd(remotePort ?? 0)}`
      return `${head} ${ends}${index === 0 ? 'Process' : ''}\n`
    })
    .join('')
}

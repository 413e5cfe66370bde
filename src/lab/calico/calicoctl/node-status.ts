import { isErrno, type Process } from '#lab/host/ports.ts'

/** A peer as BIRD's protocol table tells it. */
interface Peer {
  readonly address: string
  readonly type: string
  readonly state: string
  readonly since: string
  readonly info: string
}

/** `calicoctl node status` (projectcalico/calico:calicoctl/calicoctl/commands/node/status.go). Answers the exit code. */
export async function nodeStatus(p: Process): Promise<number> {
  if (p.credentials.euid !== 0) {
    p.stdout.write('Need super user privileges: Operation not permitted\n')
    return 1
  }
  const running = p.processes().map(({ argv }) => argv)
  const isCalico = running.some(
    ([first = '', second = '']) => /(^|\/)calico-(felix|node)$/.test(first) || second === '-felix',
  )
  if (!isCalico) {
    p.stdout.write('Calico process is not running.\n')
    return 1
  }
  p.stdout.write('Calico process is running.\n')
  const has = (name: string): boolean => running.some(([first = '']) => first.split('/').at(-1) === name)
  if (!has('bird') && !has('bird6')) {
    p.stdout.write('\nThe BGP backend process (BIRD) is not running.\n')
    return 0
  }
  await family(p, { version: '4', socket: 'bird.ctl', isRunning: has('bird') })
  await family(p, { version: '6', socket: 'bird6.ctl', isRunning: has('bird6') })
  p.stdout.write('\n')
  return 0
}

async function family(
  p: Process,
  {
    version,
    socket,
    isRunning,
  }: { readonly version: string; readonly socket: string; readonly isRunning: boolean },
): Promise<void> {
  const program = version === '4' ? 'bird' : 'bird6'
  if (!isRunning) {
    p.stdout.write(`\nINFO: BIRDv${version} process: '${program}' is not running.\n`)
    return
  }
  p.stdout.write(`\nIPv${version} BGP status\n`)
  try {
    const peers = await peersOf(p, socket)
    p.stdout.write(peers.length === 0 ? `No IPv${version} peers found.\n` : table(peers))
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stdout.write(
      `Error querying BIRD: unable to connect to BIRDv${version} socket: dial unix /var/run/bird/${socket}: connect: ${error.message.toLowerCase()}`,
    )
  }
}

const timeoutMs = 2_000

async function peersOf(p: Process, socket: string): Promise<Peer[]> {
  const connection = await dial(p, socket)
  try {
    connection.send('show protocols\n')
    const peers: Peer[] = []
    for (;;) {
      const text = await connection.receive(p, { timeoutMs })
      if (text === undefined) return peers
      for (const line of text.split('\n')) {
        if (line.startsWith('0000')) return peers
        const peer = peerOf(line.startsWith(' ') ? line.slice(1) : line.slice(5))
        if (peer !== undefined) peers.push(peer)
      }
    }
  } finally {
    connection.close()
  }
}

async function dial(p: Process, socket: string): ReturnType<Process['connectPath']> {
  try {
    return await p.connectPath(`/var/run/calico/${socket}`)
  } catch (error) {
    if (!isErrno(error)) throw error
    return p.connectPath(`/var/run/bird/${socket}`)
  }
}

const types: Readonly<Record<string, string>> = {
  Mesh: 'node-to-node mesh',
  Node: 'node specific',
  Global: 'global',
}

function peerOf(row: string): Peer | undefined {
  const [name = '', proto, , state = '', since = '', ...info] = row.trim().split(/\s+/)
  const [, kind = '', address = ''] = /^(Mesh|Node|Global)_(.+)$/.exec(name) ?? []
  if (proto !== 'BGP' || address === '') return undefined
  return {
    address: address.replace(/_port_\d+$/, '').replaceAll('_', '.'),
    type: types[kind] ?? kind,
    state,
    since,
    info: info.join(' '),
  }
}

const cellMax = 30
const heads = ['PEER ADDRESS', 'PEER TYPE', 'STATE', 'SINCE', 'INFO']

/** Cells are wrapped at 30 characters, headings stand in the middle. */
export function boxTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const wrapped = rows.map((row) => row.map(wrap))
  const widths = headings.map((head, at) =>
    Math.max(head.length, ...wrapped.flatMap((row) => (row[at] ?? []).map((line) => line.length))),
  )
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`
  const line = (cells: readonly string[]): string =>
    `|${cells.map((cell, at) => ` ${cell.padEnd(widths[at] ?? 0)} `).join('|')}|\n`
  const middle = (head: string, width: number): string => {
    const left = Math.floor((width - head.length) / 2)
    return `${' '.repeat(left)}${head}`
  }
  const body = wrapped.map((row) => {
    const height = Math.max(...row.map((lines) => lines.length))
    return Array.from({ length: height }, (_, at) => line(row.map((lines) => lines[at] ?? ''))).join('')
  })
  return `${rule}${line(headings.map((head, at) => middle(head, widths[at] ?? 0)))}${rule}${body.join('')}${rule}`
}

function wrap(text: string): string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + 1 + word.length <= cellMax) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

const table = (peers: readonly Peer[]): string =>
  boxTable(
    heads,
    peers.map(({ address, type, state, since, info }) => [address, type, state, since, info]),
  )

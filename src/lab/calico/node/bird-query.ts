import { goSays, releaseOf } from '#lab/calico/release.ts'
import { Errno, isErrno, type PathConnection, type Process } from '#lab/host/ports.ts'

export interface BgpPeerStatus {
  readonly address: string
  /** The word in column 6: Established, Active, Passive … */
  readonly state: string
}

/** What could not be learned, in the words of projectcalico/calico:node/pkg/health/bird/bird.go . */
export class BirdQueryError extends Error {}

/** The program dies as Go's runtime ends it: the text goes to stderr, the exit code is 2. */
export class GoPanic extends Error {}

const readTimeoutMs = 2_000
const heading = 'name proto table state since info'

/** The BGP peers of BIRD's protocol table. Rejects with {@link BirdQueryError}, {@link GoPanic}. */
export async function birdPeers(p: Process): Promise<readonly BgpPeerStatus[]> {
  const peers: BgpPeerStatus[] = []
  for (const line of await lines(p, 'show protocols', 'GetPeers')) {
    if (line.startsWith('0000')) break
    if (line.startsWith('0001')) continue
    if (line.startsWith('2002')) {
      if (line.slice(5).trim().split(/\s+/).join(' ') !== heading)
        throw queryError(p, 'Error executing command: unknown BIRD table output format')
    } else if (line.startsWith('1002') || line.startsWith(' ')) {
      const peer = peerOf(line.slice(line.startsWith(' ') ? 1 : 5))
      if (peer) peers.push(peer)
    } else throw queryError(p, `Error executing command: unexpected output line from BIRD: '${line}'`)
  }
  return peers
}

const queryError = (p: Process, text: string): BirdQueryError =>
  new BirdQueryError(goSays(releaseOf(p.version), text))

/** Whether BIRD still recovers from its own restart. */
export async function restartInProgress(p: Process): Promise<boolean> {
  for (const line of await lines(p, 'show status', 'GRInProgress')) {
    if (line.startsWith('0013')) return false
    if (line.startsWith('0024')) return true
    if (!/^(0001|1000|1011| )/.test(line))
      throw new BirdQueryError(`unexpected output line from BIRD: '${line}'`)
  }
  return false
}

/** Rows with fewer than six columns, other protocols and other names are passed over. */
function peerOf(row: string): BgpPeerStatus | undefined {
  const [name = '', proto, , , , state] = row.trim().split(/\s+/)
  const match = /^(?:Global|Node|Mesh)_(.+)$/.exec(name)
  if (proto !== 'BGP' || state === undefined || !match) return undefined
  return { address: (match[1] ?? '').replaceAll('_', '.'), state }
}

async function lines(p: Process, command: string, caller: string): Promise<readonly string[]> {
  const socket = (await socketExists(p, '/var/run/calico/bird.ctl', caller))
    ? '/var/run/calico/bird.ctl'
    : '/var/run/bird/bird.ctl'
  const c = await dial(p, socket)
  try {
    c.send(`${command}\n`)
    return await readReply(p, c, socket)
  } finally {
    c.close()
  }
}

async function dial(p: Process, socket: string): Promise<PathConnection> {
  try {
    return await p.connectPath(socket)
  } catch (error) {
    if (!isErrno(error)) throw error
    const says = `dial unix ${socket}: connect: ${error.message.toLowerCase()}`
    throw queryError(p, `Error querying BIRD: unable to connect to BIRDv4 socket: ${says}`)
  }
}

/** Greeting and answer; a BIRD that hangs up early has said nothing, which is no error. */
async function readReply(p: Process, c: PathConnection, socket: string): Promise<readonly string[]> {
  let text = ''
  for (let part = 0; part < 2; part++) {
    const startedMs = p.now()
    const next = await c.receive(p, { timeoutMs: readTimeoutMs })
    if (next === undefined && p.now() - startedMs >= readTimeoutMs)
      throw queryError(p, `Error executing command: read unix @->${socket}: i/o timeout`)
    text += next ?? ''
  }
  return text.split('\n').filter((line) => line !== '')
}

/** `socketFileExists`: only "not there" is expected; the result of any other failure is used unseen, and is nil. */
async function socketExists(p: Process, path: string, caller: string): Promise<boolean> {
  try {
    return (await p.files.stat(path)).kind !== 'directory'
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    if (error instanceof Errno) throw new GoPanic(nilPointer(caller))
    throw error
  }
}

const source = 'github.com/projectcalico/calico/node/pkg/health'

/** Go's text for a method call on a nil interface, with the frames that lead there. */
function nilPointer(caller: string): string {
  const folder = `/go/src/${source}`
  return [
    'panic: runtime error: invalid memory address or nil pointer dereference',
    '[signal SIGSEGV: segmentation violation code=0x1 addr=0x38 pc=0x1c0d8f2]',
    '',
    'goroutine 41 [running]:',
    `${source}/bird.socketFileExists({0x2f4c1d0?, 0x18?})`,
    `\t${folder}/bird/bird.go:104 +0x52`,
    `${source}/bird.${caller}({0x2f0a6b1, 0x1})`,
    `\t${folder}/bird/bird.go:${caller === 'GetPeers' ? 126 : 46} +0x16e`,
    `${source}.checkBIRDReady({0x2f0a6b1, 0x1}, 0x6fc23ac00)`,
    `\t${folder}/health.go:185 +0xfe`,
    `${source}.Run.func5()`,
    `\t${folder}/health.go:130 +0x3a`,
    'golang.org/x/sync/errgroup.(*Group).Go.func1()',
    '\t/go/pkg/mod/golang.org/x/sync@v0.10.0/errgroup/errgroup.go:78 +0x56',
    'created by golang.org/x/sync/errgroup.(*Group).Go in goroutine 1',
    '\t/go/pkg/mod/golang.org/x/sync@v0.10.0/errgroup/errgroup.go:75 +0x96',
    '',
  ].join('\n')
}

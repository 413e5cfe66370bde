/** The API server as a lab's owner reaches it: every request, stream and what is typed is an input of the lab's history. */
import type { JsonObject } from '#lab/api/json.ts'
import { statusOf } from '#lab/api/status.ts'
import type { ClientStreams } from '#lab/api/streams/exec.ts'
import {
  type Answering,
  type ApiDoor,
  type Asked,
  type ExecCall,
  type ExecEnd,
  Interrupted,
  type Piece,
  Unreachable,
} from '#lab/kubectl/ports.ts'
import type { Lab } from '#lab/lab.ts'

/** `followMs`: how long a wait without a deadline lasts until it is {@link Interrupted}. */
export function labDoor(lab: Lab, o: { readonly followMs: number }): ApiDoor {
  return {
    server: `https://${addressOf(lab)}`,
    open: (asked) => open(lab, asked, o),
    exec: (call) => exec(lab, call),
  }
}

const addressOf = ({ api }: Lab): string => `${api.advertise.address}:${api.advertise.port}`

/** What has come of an answer, and how its end came. */
class Incoming {
  status: number | undefined
  headers: Readonly<Record<string, string>> = {}
  readonly texts: string[] = []
  over: 'ended' | 'cut' | undefined

  begin(status: number, headers: Readonly<Record<string, string>>): void {
    this.status = status
    this.headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    )
  }
}

async function open(lab: Lab, asked: Asked, { followMs }: { readonly followMs: number }): Promise<Answering> {
  const incoming = new Incoming()
  const { method, path: url, headers, body } = asked
  const gone = lab.entrance.request(
    { method, url, headers, body },
    {
      send: (status, head, text) => {
        incoming.begin(status, head)
        incoming.texts.push(typeof text === 'string' ? text : new TextDecoder().decode(text))
        incoming.over = 'ended'
      },
      stream: (status, head) => {
        incoming.begin(status, head)
        return {
          write: (chunk) => void incoming.texts.push(chunk),
          end: () => (incoming.over = 'ended'),
          abort: () => (incoming.over = 'cut'),
        }
      },
      onClose: () => {},
      cutOff: () => (incoming.over = 'cut'),
    },
  )
  await lab.until(() => incoming.status !== undefined || incoming.over !== undefined)
  if (incoming.status === undefined)
    throw new Unreachable(`dial tcp ${addressOf(lab)}: connect: connection refused`)
  const endMs = lab.nowMs + followMs
  return {
    status: incoming.status,
    headers: incoming.headers,
    next: ({ deadlineMs } = {}) => next(lab, incoming, deadlineMs === undefined ? { endMs } : { deadlineMs }),
    close: () => {
      if (incoming.over === undefined) gone()
    },
  }
}

async function next(
  lab: Lab,
  incoming: Incoming,
  limit: { readonly endMs: number } | { readonly deadlineMs: number },
): Promise<Piece> {
  const untilMs = 'endMs' in limit ? limit.endMs : limit.deadlineMs
  const came = (): boolean => incoming.texts.length > 0 || incoming.over !== undefined
  if (!came()) {
    lab.kernel.mark(untilMs)
    await lab.until(() => came() || lab.nowMs >= untilMs)
  }
  const text = incoming.texts.splice(0).join('')
  if (text !== '') return { kind: 'text', text }
  if (incoming.over !== undefined) return { kind: incoming.over }
  if ('endMs' in limit) throw new Interrupted('nothing more was waited for')
  return { kind: 'late' }
}

async function exec(lab: Lab, { path: url, headers, stdin, stdout, stderr }: ExecCall): Promise<ExecEnd> {
  let end: ExecEnd | undefined
  const client: ClientStreams = {
    output: (stream, text) => (stream === 'stdout' ? stdout : stderr).write(text),
    finish: (status: JsonObject) => (end = { kind: 'ended', status }),
    abort: () => (end = { kind: 'cut' }),
  }
  lab.entrance.streams(
    { method: 'POST', url, headers, body: '' },
    {
      exec: (kubelet) => {
        if (stdin !== undefined) {
          if (stdin !== '') kubelet.input(stdin)
          kubelet.inputEnd()
        }
        return client
      },
      forward: () => {
        throw new Error('no port is forwarded')
      },
      refuse: (refusal) =>
        (end = { kind: 'refused', status: refusal.code, body: JSON.stringify(statusOf(refusal)) }),
      cutOff: () => (end = { kind: 'cut' }),
    },
  )
  await lab.until(() => end !== undefined)
  return end as unknown as ExecEnd // `until` has seen it
}

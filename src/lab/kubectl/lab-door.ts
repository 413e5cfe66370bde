/** The API server as a lab's owner reaches it: every request, stream and what is typed is an input of the lab's history. */
import type { TlsClient } from '#lab/api/http/tls-client.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { type Refusal, statusOf } from '#lab/api/status.ts'
import { type ClientStreams, KubeletRefusal } from '#lab/api/streams/exec.ts'
import { administrators } from '#lab/flavours/names.ts'
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

/** `waitMs`: after this an answer that does not come is not waited for any longer; it rejects with {@link Interrupted}. */
export const labDoor = (lab: Lab, { waitMs }: { readonly waitMs: number }): ApiDoor => ({
  server: `https://${addressOf(lab)}`,
  open: (asked) => open(lab, asked, waitMs),
  exec: (call) => exec(lab, call, waitMs),
})

/** Lets the lab's time pass until something `came()`, and answers it; rejects with {@link Interrupted} when that takes too long. */
async function patiently<T>(lab: Lab, waitMs: number, came: () => T | undefined): Promise<T> {
  const endMs = lab.nowMs + waitMs
  let what: T | undefined
  if (Number.isFinite(endMs)) lab.kernel.mark(endMs)
  await lab.until(() => {
    what = came()
    return what !== undefined || lab.nowMs >= endMs
  })
  if (what === undefined) throw new Interrupted('nobody waits any longer')
  return what
}

/** What the administrator's certificate says. */
function administratorOf({ options }: Lab): TlsClient {
  const { commonName, organization } = administrators[options.flavour]
  return { kind: 'certificate', commonName, organizations: [organization] }
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

async function open(lab: Lab, asked: Asked, waitMs: number): Promise<Answering> {
  const incoming = new Incoming()
  const { method, path: url, headers, body } = asked
  const gone = lab.entrance.request(
    { method, url, headers, body, client: administratorOf(lab) },
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
          breakOff: () => (incoming.over = 'ended'),
        }
      },
      onClose: () => {},
      cutOff: () => (incoming.over = 'cut'),
    },
  )
  await patiently(lab, waitMs, () => incoming.status ?? incoming.over)
  if (incoming.status === undefined)
    throw new Unreachable(`dial tcp ${addressOf(lab)}: connect: connection refused`)
  return {
    status: incoming.status,
    headers: incoming.headers,
    next: ({ deadlineMs = Number.POSITIVE_INFINITY } = {}) => next(lab, incoming, deadlineMs),
    close: () => {
      if (incoming.over === undefined) gone()
    },
  }
}

async function next(lab: Lab, incoming: Incoming, deadlineMs: number): Promise<Piece> {
  const came = (): boolean => incoming.texts.length > 0 || incoming.over !== undefined
  if (!came()) {
    if (Number.isFinite(deadlineMs)) lab.kernel.mark(deadlineMs)
    await lab.until(() => came() || lab.nowMs >= deadlineMs)
  }
  const text = incoming.texts.splice(0).join('')
  if (text !== '') return { kind: 'text', text }
  return { kind: incoming.over ?? 'late' }
}

async function exec(
  lab: Lab,
  { path: url, headers, stdin, stdout, stderr }: ExecCall,
  waitMs: number,
): Promise<ExecEnd> {
  let end: ExecEnd | undefined
  const client: ClientStreams = {
    output: (stream, text) => (stream === 'stdout' ? stdout : stderr).write(text),
    finish: (status: JsonObject) => (end = { kind: 'ended', status }),
    abort: () => (end = { kind: 'cut' }),
  }
  lab.entrance.streams(
    { url, body: '', client: administratorOf(lab), ...upgrade(lab.options.kubernetes, headers) },
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
      refuse: (refusal) => (end = { kind: 'refused', status: refusal.code, body: refusalText(refusal) }),
      cutOff: () => (end = { kind: 'cut' }),
    },
  )
  return patiently(lab, waitMs, () => end)
}

/** A kubelet's own refusal is passed on as the text that it is. */
export const refusalText = (refusal: Refusal): string =>
  refusal instanceof KubeletRefusal ? refusal.message : JSON.stringify(statusOf(refusal))

/** By WebSocket, as kubectl asks from 1.31 on; by SPDY where the server does not translate it, as it then falls back. */
export function upgrade(
  kubernetes: string,
  headers: Readonly<Record<string, string>>,
): { readonly method: string; readonly headers: Readonly<Record<string, string>> } {
  const minor = Number(kubernetes.split('.')[1])
  if (minor < 30) return { method: 'POST', headers }
  return {
    method: 'GET',
    headers: { ...headers, upgrade: 'websocket', 'sec-websocket-protocol': 'v5.channel.k8s.io' },
  }
}

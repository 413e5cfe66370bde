/** The API server as a process on a machine reaches it: over its own network, one connection for each call. */
import { type Call, replyOf } from '#lab/api/inside-call.ts'
import { dialWords } from '#lab/api/transport.ts'
import type { Credential } from '#lab/api/wire.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { Answering, ApiDoor, Asked, ExecCall, ExecEnd, Piece } from '#lab/kubectl/ports.ts'
import { Unreachable } from '#lab/kubectl/ports.ts'
import { resolveHost } from '#lab/network/dns.ts'
import { parseUrl } from '#lab/network/http.ts'
import type { Connection } from '#lab/network/ports.ts'

const dialMs = 30_000

export const processDoor = (
  p: Process,
  { server, credential }: { readonly server: string; readonly credential: Credential },
): ApiDoor => ({
  server,
  open: (asked) => open(p, server, { call: 'request', as: credential, ...asked }),
  exec: (call) => exec(p, { server, credential }, call),
})

async function dial(p: Process, server: string): Promise<Connection> {
  const { host, port } = parseUrl(server)
  const found = await resolveHost(p, host, { timeoutMs: dialMs })
  if (!found.ok) throw new Unreachable(`dial tcp: lookup ${host}: no such host`)
  const address = found.value[0] ?? ''
  try {
    return await p.net.connect(p.task, { address, port }, { timeoutMs: dialMs })
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Unreachable(`dial tcp ${address}:${port}: ${dialWords(error)}`)
  }
}

async function open(p: Process, server: string, call: Call & Asked): Promise<Answering> {
  const connection = await dial(p, server)
  connection.send(Object.freeze({ ...call }))
  const head = await reply(p, connection, Number.POSITIVE_INFINITY)
  if (head === 'cut' || head === 'late' || head.reply !== 'head') {
    connection.close()
    throw new Unreachable('EOF')
  }
  return {
    status: head.status,
    headers: Object.fromEntries(
      Object.entries(head.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    next: ({ deadlineMs = Number.POSITIVE_INFINITY } = {}) => next(p, connection, deadlineMs),
    close: () => connection.close(),
  }
}

async function next(p: Process, connection: Connection, deadlineMs: number): Promise<Piece> {
  const got = await reply(p, connection, deadlineMs)
  if (got === 'cut' || got === 'late') return { kind: got }
  if (got.reply === 'text') return { kind: 'text', text: got.text }
  connection.close()
  return { kind: got.reply === 'end' ? 'ended' : 'cut' }
}

/** The next reply; `cut` when the connection ends or breaks. */
async function reply(p: Process, connection: Connection, deadlineMs: number) {
  const timeout = Number.isFinite(deadlineMs) ? { timeoutMs: Math.max(0, deadlineMs - p.now()) } : {}
  try {
    const payload = await connection.receive(p.task, timeout)
    if (payload === undefined) return 'late'
    return payload === 'closed' ? 'cut' : (replyOf(payload) ?? 'cut')
  } catch (error) {
    if (isErrno(error)) return 'cut'
    throw error
  }
}

async function exec(
  p: Process,
  { server, credential }: { readonly server: string; readonly credential: Credential },
  { path, headers, stdin, stdout, stderr }: ExecCall,
): Promise<ExecEnd> {
  const connection = await dial(p, server)
  const send = (call: Call): void => connection.send(Object.freeze({ ...call }))
  send({ call: 'exec', as: credential, method: 'GET', path, headers: { ...headers, ...webSocket }, body: '' })
  if (stdin !== undefined) {
    if (stdin !== '') send({ call: 'input', text: stdin })
    send({ call: 'input-end' })
  }
  for (;;) {
    const got = await reply(p, connection, Number.POSITIVE_INFINITY)
    if (got === 'cut' || got === 'late') return { kind: 'cut' }
    if (got.reply === 'output') (got.stream === 'stdout' ? stdout : stderr).write(got.text)
    else if (got.reply === 'finished') return { kind: 'ended', status: got.status }
    else if (got.reply === 'refused') return { kind: 'refused', status: got.status, body: got.body }
    else return { kind: 'cut' }
  }
}

const webSocket = { upgrade: 'websocket', 'sec-websocket-protocol': 'v5.channel.k8s.io' }

/**
 * The API server of a served lab as an installed kubectl reaches it: HTTPS with the kubeconfig's certificate, exec by WebSocket.
 *
 * Not imitated: the end of standard input for servers before 1.30, whose WebSockets have no word for it.
 */

import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import WebSocket from 'ws'
import { parse } from 'yaml'
import { ByteDecoder, bytesOfText } from '#base/bytes.ts'
import { asObject, type JsonObject } from '#lab/api/json.ts'
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

interface Credentials {
  readonly server: string
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export interface ServedDoorOptions {
  /** Its text, as `lab up` writes it. */
  readonly kubeconfig: string
  /** Ctrl-C. */
  readonly signal: AbortSignal
  readonly clock: { now(): number; sleep(ms: number, o: { readonly signal: AbortSignal }): Promise<void> }
}

export function servedDoor(o: ServedDoorOptions): ApiDoor {
  const credentials = credentialsOf(o.kubeconfig)
  return {
    server: credentials.server,
    open: (asked) => open(credentials, asked, o),
    exec: (call) => exec(credentials, call, o),
  }
}

/** Of the first cluster and user, which labs write for TLS. */
function credentialsOf(kubeconfig: string): Credentials {
  const first = (list: string, part: string): JsonObject => {
    const config = asObject(parse(kubeconfig))
    const entries = config[list]
    return asObject(asObject(Array.isArray(entries) ? entries[0] : undefined)[part])
  }
  const [cluster, user] = [first('clusters', 'cluster'), first('users', 'user')]
  const text = (from: JsonObject, name: string): string =>
    Buffer.from(String(from[name] ?? ''), 'base64').toString()
  return {
    server: String(cluster['server']),
    ca: text(cluster, 'certificate-authority-data'),
    cert: text(user, 'client-certificate-data'),
    key: text(user, 'client-key-data'),
  }
}

function open({ server, ...tls }: Credentials, asked: Asked, o: ServedDoorOptions): Promise<Answering> {
  const { method, path, body } = asked
  // Node tells the length of a body by itself for methods only that usually have one: not for DELETE.
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const headers = { ...asked.headers, ...length }
  return new Promise((resolve, reject) => {
    const sent = request(`${server}${path}`, { ...tls, method, headers, signal: o.signal }, (answer) =>
      resolve(answering(answer, o)),
    )
    sent.on('error', (error) =>
      reject(o.signal.aborted ? new Interrupted('Ctrl-C') : unreachable(error, server)),
    )
    sent.end(body)
  })
}

function unreachable(error: Error, server: string): Unreachable {
  const refused = 'code' in error && error.code === 'ECONNREFUSED'
  const address = server.replace(/^https:\/\//, '')
  return new Unreachable(refused ? `dial tcp ${address}: connect: connection refused` : error.message)
}

function answering(answer: IncomingMessage, { signal, clock }: ServedDoorOptions): Answering {
  const texts: string[] = []
  let over: 'ended' | 'cut' | undefined
  let wake = (): void => {}
  const end = (how: 'ended' | 'cut'): void => {
    over ??= how
    wake()
  }
  answer.setEncoding('utf8')
  answer.on('data', (text: string) => {
    texts.push(text)
    wake()
  })
  answer.on('end', () => end('ended'))
  answer.on('error', () => end('cut'))
  answer.on('close', () => end('cut'))
  const came = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
      if (texts.length > 0 || over !== undefined) resolve()
    })
  const next = async ({ deadlineMs }: { readonly deadlineMs?: number } = {}): Promise<Piece> => {
    await (deadlineMs === undefined ? came() : within(came(), Math.max(0, deadlineMs - clock.now()), clock))
    if (signal.aborted) throw new Interrupted('Ctrl-C')
    const text = texts.splice(0).join('')
    return text === '' ? { kind: over ?? 'late' } : { kind: 'text', text }
  }
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    next,
    close: () => answer.destroy(),
  }
}

/** Waits for the one or for the time, whichever is first, and leaves no timer behind. */
async function within(first: Promise<void>, ms: number, clock: ServedDoorOptions['clock']): Promise<void> {
  const done = new AbortController()
  const rest = clock.sleep(ms, { signal: done.signal }).catch((error: unknown) => {
    if (!done.signal.aborted) throw error
  })
  await Promise.race([first, rest])
  done.abort()
}

/** Channels of the protocol: kubernetes/apimachinery:pkg/util/remotecommand/constants.go. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const

function exec(
  { server, ...tls }: Credentials,
  { path, headers, stdin, stdout, stderr }: ExecCall,
  { signal }: ServedDoorOptions,
): Promise<ExecEnd> {
  const socket = new WebSocket(
    `${server.replace(/^http/, 'ws')}${path}`,
    ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
    {
      ...tls,
      headers,
    },
  )
  const decoders = { stdout: new ByteDecoder(), stderr: new ByteDecoder() }
  return new Promise((resolve, reject) => {
    const interrupt = (): void => {
      socket.terminate()
      reject(new Interrupted('Ctrl-C'))
    }
    signal.addEventListener('abort', interrupt, { once: true })
    socket.on('open', () => {
      if (stdin === undefined) return
      if (stdin !== '') socket.send(Buffer.concat([Buffer.from([channel.stdin]), bytesOfText(stdin)]))
      if (socket.protocol.startsWith('v5')) socket.send(Buffer.from([channel.close, channel.stdin]))
    })
    socket.on('message', (data: Buffer) => {
      const bytes = data.subarray(1)
      if (data[0] === channel.stdout) stdout.write(decoders.stdout.decode(bytes))
      else if (data[0] === channel.stderr) stderr.write(decoders.stderr.decode(bytes))
      else if (data[0] === channel.error) {
        stdout.write(decoders.stdout.end())
        stderr.write(decoders.stderr.end())
        resolve({ kind: 'ended', status: asObject(JSON.parse(bytes.toString())) })
      }
    })
    socket.on('unexpected-response', (_, answer: IncomingMessage) => {
      const texts: string[] = []
      answer.setEncoding('utf8')
      answer.on('data', (text: string) => texts.push(text))
      answer.on('end', () =>
        resolve({ kind: 'refused', status: answer.statusCode ?? 0, body: texts.join('') }),
      )
    })
    socket.on('error', (error) => reject(unreachable(error, server)))
    socket.on('close', () => {
      signal.removeEventListener('abort', interrupt)
      resolve({ kind: 'cut' })
    })
  })
}

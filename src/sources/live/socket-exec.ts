import type http from 'node:http'
import { z } from 'zod'
import type { Access } from '#sources/live/kubeconfig/credentials.ts'
import { urlOf } from '#sources/live/socket-transport.ts'
import type { ApiResponse, ExecAnswer, ExecRequest } from '#sources/live/transport.ts'

// The only forms of the channel protocol that carry an exit code: kubernetes/client-go:tools/remotecommand/v4.go.
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
const channel = { stdout: 1, stderr: 2, status: 3 } as const
const outputMaxBytes = 16 * 2 ** 20

/**
 * exec over a WebSocket. Written out here because @kubernetes/client-node ends the process's own stdout when a server
 * closes a channel, and does not tell what a server that refuses the upgrade answered.
 *
 * @see kubernetes/apimachinery:pkg/util/httpstream/wsstream/conn.go
 */
export function socketExec(server: string, access: Access): (request: ExecRequest) => Promise<ExecAnswer> {
  return async (request) => {
    const { WebSocket } = await import('ws')
    const { headers, ...connection } = access
    const { signal } = request
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(urlOf(server.replace(/^http/, 'ws'), execPath(request)), protocols, {
        headers: { 'User-Agent': 'ninelives', ...headers },
        ...connection,
      })
      const abort = (): void => {
        socket.terminate()
        reject(signal.reason)
      }
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, { once: true })
      const heedless = (): void => signal.removeEventListener('abort', abort)

      const heard = hearing()
      socket.on('message', (data: Buffer) => {
        heard.take(data)
        if (heard.bytes > outputMaxBytes) socket.close()
      })
      socket.on('unexpected-response', (_, response) => {
        refusalOf(response)
          .then((refusal) => resolve({ kind: 'refused', response: refusal }), reject)
          .finally(heedless)
      })
      socket.on('error', reject)
      socket.on('close', () => {
        heedless()
        const answer = heard.answer()
        if (answer === undefined) reject(new Error('the connection ended before the command did'))
        else resolve(answer)
      })
    })
  }
}

function execPath({ namespace, pod, container, argv }: ExecRequest): string {
  const query = new URLSearchParams(argv.map((word): [string, string] => ['command', word]))
  query.set('container', container)
  query.set('stdout', 'true')
  query.set('stderr', 'true')
  return `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query}`
}

/** Puts together what comes over the channels. */
function hearing(): {
  take(data: Buffer): void
  answer(): ExecAnswer | undefined
  readonly bytes: number
} {
  const parts: Record<number, Buffer[]> = {}
  let bytes = 0
  const text = (of: number): string => Buffer.concat(parts[of] ?? []).toString('utf8')
  return {
    get bytes() {
      return bytes
    },
    take(data) {
      const [number] = data
      if (number === undefined) return
      bytes += data.length
      parts[number] ??= []
      parts[number].push(data.subarray(1))
    },
    answer: () =>
      answerOf(text(channel.status), { stdout: text(channel.stdout), stderr: text(channel.stderr) }),
  }
}

const statusShape = z.object({
  status: z.string(),
  message: z.string().nullish(),
  reason: z.string().nullish(),
  code: z.number().nullish(),
  details: z
    .object({
      causes: z.array(z.object({ reason: z.string().nullish(), message: z.string().nullish() })).nullish(),
    })
    .nullish(),
})

/** The status object that ends every exec; `undefined` when none came. */
function answerOf(text: string, output: { stdout: string; stderr: string }): ExecAnswer | undefined {
  const status = parsedStatus(text)
  if (status === undefined) return undefined
  if (status.status === 'Success') return { kind: 'output', ...output, code: 0 }
  const exit = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
  if (exit !== undefined && exit !== null && /^\d+$/.test(exit))
    return { kind: 'output', ...output, code: Number(exit) }
  // The command never ran: the runtime's own words stand in the status.
  return { kind: 'refused', response: { status: status.code ?? 500, body: text } }
}

function parsedStatus(text: string): z.infer<typeof statusShape> | undefined {
  try {
    const parsed = statusShape.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

async function refusalOf(response: http.IncomingMessage): Promise<ApiResponse> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }
}

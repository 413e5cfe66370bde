import { timeoutSignal } from '#base/clock.ts'
import { failed, ok, type Result } from '#base/result.ts'
import { readJson, readRefusal, readRejection } from '#sources/live/answer.ts'
import type {
  ApiTrouble,
  CallOptions,
  ClusterApi,
  LogRequest,
  NodeShell,
  ProviderShell,
} from '#sources/live/api.ts'
import type { ApiRequest, ClusterIdentity, Transport } from '#sources/live/transport.ts'

export interface ClusterApiOptions {
  /** Default for calls that name none. */
  readonly timeoutMs?: number
  /** Makes the signal of a time-out; tests hand in their own. */
  readonly timer?: (ms: number) => AbortSignal
}

/** Reads through a transport: adds time-outs, reads answers, names troubles. Writes nothing. */
export function clusterApi(
  transport: Transport,
  identity: ClusterIdentity,
  { timeoutMs = 10_000, timer = timeoutSignal }: ClusterApiOptions = {},
): ClusterApi {
  const call = caller(timeoutMs, timer)
  const request = (path: string, accept: string, o: CallOptions | undefined) =>
    call(o, (signal) => transport.request({ method: 'GET', path, headers: { Accept: accept }, signal }))
  return {
    server: identity.server,
    context: identity.context,
    user: identity.user,
    async get(path, o) {
      const answer = await request(withQuery(path, o?.query), 'application/json', o)
      return answer.ok ? readJson(answer.value) : answer
    },
    async logs(wanted, o) {
      const answer = await request(logPath(wanted), 'text/plain, application/json', o)
      if (!answer.ok) return answer
      const refusal = readRefusal(answer.value)
      return refusal === undefined ? ok(answer.value.body) : failed(refusal)
    },
    async exec(wanted, o) {
      const answer = await call(o, (signal) => transport.exec({ ...wanted, signal }))
      if (!answer.ok) return answer
      if (answer.value.kind === 'output') {
        const { stdout, stderr, code } = answer.value
        return ok({ stdout, stderr, code })
      }
      return failed(
        readRefusal(answer.value.response) ?? {
          kind: 'garbage',
          status: answer.value.response.status,
          says: 'answered exec with neither a stream nor a refusal',
        },
      )
    },
  }
}

/** Writing calls for the hands, over the same transport and with the same names of trouble. */
export function clusterWrites(
  transport: Transport,
  { timeoutMs = 30_000, timer = timeoutSignal }: ClusterApiOptions = {},
): (
  request: Omit<ApiRequest, 'signal' | 'headers'> & { readonly contentType?: string },
  o?: CallOptions,
) => Promise<Result<unknown, ApiTrouble>> {
  const call = caller(timeoutMs, timer)
  return async ({ contentType, ...request }, o) => {
    const headers = {
      Accept: 'application/json',
      ...(request.body === undefined ? {} : { 'Content-Type': contentType ?? 'application/json' }),
    }
    const answer = await call(o, (signal) => transport.request({ ...request, headers, signal }))
    return answer.ok ? readJson(answer.value) : answer
  }
}

/** A node's shell whose answers do not take for ever, whatever lies behind it. */
export function shellInTime(
  shell: NodeShell,
  { timeoutMs = 30_000, timer = timeoutSignal }: ClusterApiOptions = {},
): NodeShell {
  const call = caller(timeoutMs, timer)
  return {
    command: (node, argv) => shell.command(node, argv),
    async run(node, argv, o) {
      const answer = await call(o, (signal) => shell.run(node, argv, { ...o, signal }))
      return answer.ok ? answer.value : answer
    },
  }
}

/** The provider's command with a limit: a public API behind it answers slowly at times. */
export function providerInTime(
  provider: ProviderShell,
  { timeoutMs = 60_000, timer = timeoutSignal }: ClusterApiOptions = {},
): ProviderShell {
  const call = caller(timeoutMs, timer)
  return {
    command: (argv) => provider.command(argv),
    async run(argv, o) {
      const answer = await call(o, (signal) => provider.run(argv, { ...o, signal }))
      return answer.ok ? answer.value : answer
    },
  }
}

type Call = <T>(
  o: CallOptions | undefined,
  send: (signal: AbortSignal) => Promise<T>,
) => Promise<Result<T, ApiTrouble>>

const caller =
  (timeoutMs: number, timer: (ms: number) => AbortSignal): Call =>
  async (o, send) => {
    const limitMs = o?.timeoutMs ?? timeoutMs
    const late = timer(limitMs)
    const signal = o?.signal === undefined ? late : AbortSignal.any([late, o.signal])
    try {
      return ok(await raced(send(signal), signal))
    } catch (error) {
      if (o?.signal?.aborted) throw o.signal.reason
      if (late.aborted) return failed({ kind: 'timed-out', says: `no answer within ${limitMs / 1000} s` })
      return failed(readRejection(error))
    }
  }

/** Ends with the signal even when the transport does not heed it. */
function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function withQuery(path: string, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? path : `${path}?${text}`
}

function logPath({ namespace, pod, container, previous, tailLines, limitBytes }: LogRequest): string {
  return withQuery(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, {
    container,
    ...(previous === true ? { previous: 'true' } : {}),
    timestamps: 'true',
    tailLines: String(tailLines),
    ...(limitBytes === undefined ? {} : { limitBytes: String(limitBytes) }),
  })
}

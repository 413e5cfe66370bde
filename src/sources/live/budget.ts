import { failed } from '#base/result.ts'
import type { ApiTrouble, ClusterApi, NodeShell, ProviderShell } from '#sources/live/api.ts'

export interface Budget {
  /** Requests in all; further ones are answered `over-budget` without being sent. */
  readonly requestsMax: number
  /** Requests under way at once. */
  readonly concurrency: number
}

export interface Spent {
  requests: number
}

/** What a reading asks. */
export interface Asked {
  readonly api: ClusterApi
  readonly shell: NodeShell | undefined
  readonly provider: ProviderShell | undefined
}

/** The same, with what they may spend. Waiting calls are let through in the order they came. */
export function withinBudget(
  { api, shell, provider }: Asked,
  { requestsMax, concurrency }: Budget,
): Asked & { readonly spent: Spent } {
  const spent: Spent = { requests: 0 }
  const gate = gateOf(concurrency)
  const spend = async <T>(call: () => Promise<T>, refused: () => T): Promise<T> => {
    if (spent.requests >= requestsMax) return refused()
    spent.requests++
    return gate(call)
  }
  const over: ApiTrouble = {
    kind: 'over-budget',
    says: `not asked: the budget of ${requestsMax} requests is spent`,
  }
  const refuse = () => failed(over)
  return {
    spent,
    api: {
      server: api.server,
      context: api.context,
      user: api.user,
      get: (path, o) => spend(() => api.get(path, o), refuse),
      logs: (request, o) => spend(() => api.logs(request, o), refuse),
      exec: (call, o) => spend(() => api.exec(call, o), refuse),
    },
    shell: shell && {
      run: (node, argv, o) => spend(() => shell.run(node, argv, o), refuse),
      command: (node, argv) => shell.command(node, argv),
    },
    provider: provider && {
      run: (argv, o) => spend(() => provider.run(argv, o), refuse),
      command: (argv) => provider.command(argv),
    },
  }
}

function gateOf(concurrency: number): <T>(call: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (call) => {
    if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await call()
    } finally {
      // The place goes over to the next in line, or becomes free.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

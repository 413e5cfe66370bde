/**
 * How requests reach an API server. Two kinds: over sockets (`kubeconfig-transport.ts`), and in process
 * (`in-process.ts`), where a function answers. Everything above is the same code for both.
 */

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query: `/api/v1/nodes?limit=500`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

export interface ApiResponse {
  readonly status: number
  readonly body: string
}

export interface ExecRequest {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly argv: readonly string[]
  readonly signal: AbortSignal
}

/** `refused`: the server answered the upgrade with a plain response (404, 403, 500 …). */
export type ExecAnswer =
  | { readonly kind: 'output'; readonly stdout: string; readonly stderr: string; readonly code: number }
  | { readonly kind: 'refused'; readonly response: ApiResponse }

/** Both calls reject when there is no answer: with a Node.js network or TLS error, or with `signal.reason`. */
export interface Transport {
  request(request: ApiRequest): Promise<ApiResponse>
  exec(request: ExecRequest): Promise<ExecAnswer>
  /** Lets go of kept connections. */
  close(): void
}

/** Who we are to whom, as the report's head tells it. */
export interface ClusterIdentity {
  readonly server: string
  readonly context: string
  readonly user: string
}

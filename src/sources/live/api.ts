/** What the live source consumes: a cluster's API to read from, and where there is one, a shell on its nodes. */
import type { Result } from '#base/result.ts'

export type ApiTroubleKind =
  | 'unauthorized' // 401: the credentials are refused
  | 'forbidden' // 403: this call is
  | 'not-found' // 404: no such object, or an API group that is not served
  | 'bad-request' // 400 and the other 4xx
  | 'not-running' // the container to look into does not run at the moment
  | 'server-error' // 5xx
  | 'garbage' // an answer that is not what the Kubernetes API answers
  | 'timed-out'
  | 'unreachable' // no answer: refused, reset, no route, unknown host
  | 'untrusted' // TLS: one side does not accept the other's certificate
  | 'over-budget' // not asked: the budget of requests was spent

/** An expected way in which a call fails. `says` is one line for people, in the server's words where it has some. */
export interface ApiTrouble {
  readonly kind: ApiTroubleKind
  readonly says: string
  /** HTTP status, where there was an answer. */
  readonly status?: number
}

export interface CallOptions {
  /** How long the answer may take; default: what the api was made with. */
  readonly timeoutMs?: number
  /** The user's interruption: the call rejects with its reason. */
  readonly signal?: AbortSignal
}

export interface LogRequest {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** The terminated container before the current one. */
  readonly previous?: boolean
  readonly tailLines: number
  readonly limitBytes?: number
}

export interface ExecCall {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly argv: readonly string[]
}

export interface ExecOutput {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

/** Reading calls only. Rejects with `signal.reason` when interrupted; every other trouble is a value. */
export interface ClusterApi {
  readonly server: string
  readonly context: string
  readonly user: string
  /** `path` without a query: `/api/v1/nodes`. */
  get(
    path: string,
    o?: CallOptions & { readonly query?: Readonly<Record<string, string>> },
  ): Promise<Result<unknown, ApiTrouble>>
  /** Lines carry the time at which the runtime saw them (`timestamps=true`). */
  logs(request: LogRequest, o?: CallOptions): Promise<Result<string, ApiTrouble>>
  /** Runs a command in a container; a command that fails is an answer (`code`), not trouble. */
  exec(call: ExecCall, o?: CallOptions): Promise<Result<ExecOutput, ApiTrouble>>
}

/** Root's shell on a node: `lab exec` in the lab, SSH elsewhere. */
export interface NodeShell {
  run(node: string, argv: readonly string[], o?: CallOptions): Promise<Result<ExecOutput, ApiTrouble>>
  /** What a person would type for it: `ninelives lab exec k8s-worker-03 -- stat /run/calico`. */
  command(node: string, argv: readonly string[]): string
}

/** The command of the provider whose account holds the cluster; asked only for what lists and shows. */
export interface ProviderShell {
  /** `argv` as it follows the command's name: `['account', 'show']`. */
  run(argv: readonly string[], o?: CallOptions): Promise<Result<ExecOutput, ApiTrouble>>
  /** What a person would type for it: `ninelives lab ibmcloud -- account show`. */
  command(argv: readonly string[]): string
}

import type { ApiRequest, ApiResponse, ExecAnswer, ExecRequest, Transport } from '#sources/live/transport.ts'

/**
 * A transport without a socket: `answer` is handed each request as a server would read it. Tests and the lab in the
 * same process use it. Without `exec`, every exec is refused as a server refuses an unknown pod.
 */
export function inProcessTransport(
  answer: (request: ApiRequest) => Promise<ApiResponse>,
  exec: (request: ExecRequest) => Promise<ExecAnswer> = refuseExec,
): Transport {
  return { request: answer, exec, close: () => {} }
}

const refuseExec = async ({ pod }: ExecRequest): Promise<ExecAnswer> => ({
  kind: 'refused',
  response: {
    status: 404,
    body: JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: `pods "${pod}" not found`,
      reason: 'NotFound',
      code: 404,
    }),
  },
})

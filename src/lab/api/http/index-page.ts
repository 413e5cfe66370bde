import { groupPaths } from '#lab/api/http/discovery.ts'
import { healthPaths } from '#lab/api/http/health.ts'
import { indented } from '#lab/api/http/pretty.ts'
import type { Responder } from '#lab/api/http/request.ts'
import type { ApiServer } from '#lab/api/server.ts'

/** Answers `/`: what there is to ask for (staging:apiserver/pkg/server/routes/index.go). */
export function sendIndex(api: ApiServer, to: Responder): void {
  const others = ['/metrics', '/openapi/v2', '/openapi/v3', '/version']
  const paths = [...groupPaths(api), ...healthPaths(), ...others].sort()
  to.send(200, { 'content-type': 'application/json' }, indented(JSON.stringify({ paths })))
}

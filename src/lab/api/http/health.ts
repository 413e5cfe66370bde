/**
 * `/healthz`, `/livez` and `/readyz`, with `?verbose` and `?exclude=`. Not imitated: checks of what this server has not (etcd, hooks
 * that run once after its start).
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/server/healthz/healthz.go
 */
import { type Responder, sendText } from '#lab/api/http/request.ts'

/** A server that answers passes them. */
const checks = ['ping', 'log'] as const

/** Answers a path of health; false when it is none. */
export function sendHealth(path: string, query: URLSearchParams, to: Responder): boolean {
  const [, name = '', check] = /^\/(healthz|livez|readyz)(?:\/(.+))?$/.exec(path) ?? []
  if (name === '') return false
  if (check !== undefined) {
    const known = (checks as readonly string[]).includes(check)
    sendText(to, known ? 200 : 404, known ? 'ok' : '404 page not found\n')
    return true
  }
  sendText(to, 200, query.has('verbose') ? `${lines(query).join('\n')}\n${name} check passed\n` : 'ok')
  return true
}

function lines(query: URLSearchParams): readonly string[] {
  const excluded = new Set(query.getAll('exclude'))
  const listed = checks.map((check) =>
    excluded.delete(check) ? `[+]${check} excluded: ok` : `[+]${check} ok`,
  )
  if (excluded.size === 0) return listed
  const names = [...excluded].sort().map((name) => JSON.stringify(name))
  return [...listed, `warn: some health checks cannot be excluded: no matches for ${names.join(',')}`]
}

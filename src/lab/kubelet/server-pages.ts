/**
 * What a kubelet answers over plain HTTP: its health, its pods, and the files below its machine's /var/log, which is how they are read
 * through the API server (`kubectl get --raw /api/v1/nodes/<node>/proxy/logs/`).
 *
 * Not imitated: /metrics but /metrics/resource, /stats, /configz, queries of services' journals.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/server/server.go (InstallDefaultHandlers, InstallDebuggingHandlers)
 */
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { ServedPods } from '#lab/kubelet/server.ts'
import { resourceMetrics } from '#lab/kubelet/server-metrics.ts'
import type { HttpRequest, HttpResponse } from '#lab/network/http.ts'

const notFound: HttpResponse = { status: 404, body: '404 page not found\n' }
export const plain = { 'content-type': 'text/plain; charset=utf-8' }

/** One page. */
export async function page(
  p: Process,
  pods: ServedPods,
  { path: asked }: Pick<HttpRequest, 'path'>,
): Promise<HttpResponse> {
  const path = asked.split('?')[0] ?? '/'
  if (/^\/healthz(\/(ping|log|syncloop))?$/.test(path)) return { status: 200, headers: plain, body: 'ok' }
  if (path === '/metrics/resource' && pods.runtime.isServing)
    return {
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      body: resourceMetrics(pods, p.now()),
    }
  if (path === '/pods' || path === '/pods/') return podList(pods)
  return path.startsWith('/logs/') ? logFile(p, decodeURIComponent(path.slice('/logs/'.length))) : notFound
}

const podList = (pods: Pick<ServedPods, 'list'>): HttpResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods.list() }),
})

/** As Go's file server shows a directory (net/http: fs.go, dirList) and a file. Nothing outside of /var/log is led to. */
async function logFile(p: Process, name: string): Promise<HttpResponse> {
  const parts = name.split('/').filter((part) => part !== '')
  if (parts.includes('..')) return { status: 400, body: 'invalid URL path\n' }
  const path = ['/var/log', ...parts].join('/')
  try {
    if ((await p.files.stat(path)).kind !== 'directory')
      return { status: 200, headers: plain, body: await p.files.read(path) }
    const entries = await p.files.list(path)
    const links = entries.map((entry) => (entry.kind === 'directory' ? `${entry.name}/` : entry.name))
    const body = `<pre>\n${links.map((link) => `<a href="${link}">${link}</a>\n`).join('')}</pre>\n`
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
  } catch (error) {
    if (!isErrno(error)) throw error
    return notFound
  }
}

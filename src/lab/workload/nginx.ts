/**
 * nginx as its image runs it: files of /usr/share/nginx/html on port 80, each request with a line in the log. For whoever tries a
 * Service or a policy with `kubectl create deployment web --image=nginx`.
 *
 * Not imitated: its configuration (nothing of /etc/nginx is read), workers, ranges, methods other than GET and HEAD.
 *
 * @see nginx/docker-nginx:mainline/debian/Dockerfile
 */
import { utc } from '#base/clock.ts'
import { shellTools } from '#lab/host/os.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { type HttpRequest, type HttpResponse, serveHttp } from '#lab/network/http.ts'
import { networkTools } from '#lab/network/tools.ts'
import type { Image } from '#lab/runtime/ports.ts'

const root = '/usr/share/nginx/html'
const version = 'nginx/1.27.5'

export const nginxImages = (): readonly Image[] =>
  ['latest', '1.25', '1.27', 'alpine'].map((tag) => ({
    name: `docker.io/library/nginx:${tag}`,
    sizeBytes: 72_188_133,
    tree: [
      ...shellTools(),
      ...networkTools(),
      { path: '/usr/sbin/nginx', kind: 'file', mode: 0o755, program: 'nginx' },
      { path: `${root}/index.html`, kind: 'file', mode: 0o644, text: page('Welcome to nginx!') },
    ],
    entrypoint: [],
    command: ['nginx', '-g', 'daemon off;'],
  }))

export const nginx: Program = async (p) => {
  try {
    await serveHttp(p, { port: 80 }, (request) => async (self) => {
      const answer = await fileFor(self, request)
      p.stdout.write(accessLine(p.now(), request, answer))
      return answer
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    const why = error.code === 'EACCES' ? '13: Permission denied' : '98: Address already in use'
    p.stderr.write(`nginx: [emerg] bind() to 0.0.0.0:80 failed (${why})\n`)
    return 1
  }
  notice(p, version)
  notice(p, 'start worker processes')
  return p.task.wait<number>((wake) => {
    p.onSignal('SIGTERM', () => wake(0))
    return undefined
  })
}

/** A folder is its index; what is outside of the root, or may not be read, is not there or forbidden. */
async function fileFor(p: Process, { method, path }: HttpRequest): Promise<HttpResponse> {
  const asked = decodeURIComponent(path.split('?')[0] ?? '/')
  const file = asked.endsWith('/') ? `${asked}index.html` : asked
  if (asked.split('/').includes('..')) return failure(400, 'Bad Request')
  try {
    const body = await p.files.read(`${root}${file}`)
    return {
      status: 200,
      headers: { server: version, 'content-type': typeOf(file) },
      body: method === 'HEAD' ? '' : body,
    }
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.code === 'EACCES' ? failure(403, 'Forbidden') : failure(404, 'Not Found')
  }
}

const failure = (status: number, text: string): HttpResponse => ({
  status,
  headers: { server: version, 'content-type': 'text/html' },
  body: page(`${status} ${text}`),
})

const page = (title: string): string =>
  `<html>\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n</body>\n</html>\n`

const typeOf = (file: string): string => (/\.html?$/.test(file) ? 'text/html' : 'text/plain')

/** The log format `main` of the image's nginx.conf. */
function accessLine(
  nowMs: number,
  { from, method, path, headers }: HttpRequest,
  answer: HttpResponse,
): string {
  const { date, time, month } = utc(nowMs)
  const [year, , day] = date.split('-')
  const when = `${day}/${month}/${year}:${time.slice(0, 8)} +0000`
  const agent = headers['user-agent'] ?? '-'
  return `${from} - - [${when}] "${method} ${path} HTTP/1.1" ${answer.status} ${answer.body.length} "-" "${agent}" "-"\n`
}

function notice(p: Process, text: string): void {
  const { date, time } = utc(p.now())
  p.stderr.write(`${date.replaceAll('-', '/')} ${time.slice(0, 8)} [notice] 1#1: ${text}\n`)
}

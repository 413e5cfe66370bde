/**
 * curl 7.88 for plain HTTP. Its texts were compared with those of the real one.
 *
 * Not imitated: TLS (an https URL is spoken to in plain HTTP, and a certificate is shown without proof), redirects, the progress meter, cookies, uploads, other protocols.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import {
  type HttpOptions,
  type HttpResponse,
  httpGet,
  parseUrl,
  statusText,
  type Target,
} from '#lab/network/http.ts'
import { HttpFailure } from '#lab/network/http-failure.ts'
import { type Options, parseOptions } from '#lab/network/tools/options.ts'

export const curl: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, withValue)
  const url = o.values('url').at(-1) ?? o.rest[0]
  if (o.unknown !== undefined) return usage(p, `option ${o.unknown}: is unknown`)
  if (o.bare !== undefined) return usage(p, `option ${o.bare}: requires parameter`)
  if (url === undefined) return usage(p, 'no URL specified!')
  if (o.has('version')) {
    p.stdout.write('curl 7.88.1 (x86_64-pc-linux-gnu)\n')
    return 0
  }
  const shown = await clientCertificate(p, o)
  if (shown === 'unreadable')
    return complain(
      p,
      o,
      58,
      'could not load PEM client certificate, OpenSSL error error:80000002:system library::No such file or directory, (no key found, wrong pass phrase, or wrong file format?)',
    )
  const startedMs = p.now()
  const seen = { connectMs: 0, address: '' }
  const verbose = (line: string): void => {
    if (o.has('verbose')) p.stderr.write(`${line}\n`)
  }
  try {
    const response = await httpGet(p, url, {
      ...request(o, parseUrl(url), verbose, (address) => {
        seen.address = address
        seen.connectMs = p.now() - startedMs
      }),
      ...(shown === undefined ? {} : { shown }),
    })
    for (const line of head(response)) verbose(`< ${line}`)
    const failed = o.has('fail') && response.status >= 400
    if (!failed && !(await output(p, o, response)))
      return complain(p, o, 23, 'Failure writing output to destination')
    p.stdout.write(written(o, { response, totalMs: p.now() - startedMs, ...seen }))
    if (!failed) return 0
    return complain(p, o, 22, `The requested URL returned error: ${response.status}`)
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const { code, says } = words(error)
    verbose(`* ${says}`)
    p.stdout.write(written(o, { totalMs: p.now() - startedMs, ...seen }))
    return complain(p, o, code, says)
  }
}

/** What `--cert` names; the key that belongs to it is not looked at. */
async function clientCertificate(p: Process, o: Options): Promise<string | 'unreadable' | undefined> {
  const path = o.value('cert')
  if (path === undefined) return undefined
  try {
    return await p.files.read(path)
  } catch (error) {
    if (!isErrno(error)) throw error
    return 'unreadable'
  }
}

function request(
  o: Options,
  target: Target,
  verbose: (line: string) => void,
  connected: (address: string) => void,
): HttpOptions {
  const seconds = (name: string): number | undefined => {
    const value = o.value(name)
    return value === undefined ? undefined : Math.round(Number(value) * 1000)
  }
  const [timeoutMs, connectTimeoutMs] = [seconds('max-time'), seconds('connect-timeout')]
  const body = o.value('data')
  const method = o.value('request') ?? (o.has('head') ? 'HEAD' : body === undefined ? 'GET' : 'POST')
  return {
    method,
    headers: Object.fromEntries(o.values('header').map((line) => line.split(/:\s*(.*)/).slice(0, 2))),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    // Without one curl waits five minutes, longer than the kernel does.
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
    ...(body === undefined ? {} : { body }),
    onTry: (address, port) => verbose(`*   Trying ${address}:${port}...`),
    onConnect: (address, port) => {
      connected(address)
      verbose(`* Connected to ${target.host} (${address}) port ${port} (#0)`)
      const host = port === 80 ? target.host : `${target.host}:${port}`
      for (const line of [
        `${method} ${target.path} HTTP/1.1`,
        `Host: ${host}`,
        'User-Agent: curl/7.88.1',
        'Accept: */*',
        '',
      ])
        verbose(`> ${line}`)
    },
  }
}

const head = ({ status, headers = {}, body }: HttpResponse): string[] => [
  `HTTP/1.1 ${status} ${statusText(status)}`,
  ...Object.entries({ 'Content-Length': String(body.length), ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  ),
  '',
]

/** Answers whether it could be written. */
async function output(p: Process, o: Options, response: HttpResponse): Promise<boolean> {
  const text =
    (o.has('head') || o.has('include')
      ? head(response)
          .map((line) => `${line}\r\n`)
          .join('')
      : '') + (o.has('head') ? '' : response.body)
  const file = o.value('output')
  if (file === undefined || file === '-') {
    p.stdout.write(text)
    return true
  }
  try {
    await p.files.write(file, text)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`Warning: Failed to open the file ${file}: ${error.message}\n`)
    return false
  }
}

function written(
  o: Options,
  m: { response?: HttpResponse; totalMs: number; connectMs: number; address: string },
): string {
  const values: Readonly<Record<string, string>> = {
    http_code: String(m.response?.status ?? 0).padStart(3, '0'),
    response_code: String(m.response?.status ?? 0).padStart(3, '0'),
    time_total: (m.totalMs / 1000).toFixed(6),
    time_connect: (m.connectMs / 1000).toFixed(6),
    remote_ip: m.address,
    size_download: String(m.response?.body.length ?? 0),
  }
  return (o.value('write-out') ?? '')
    .replace(/%\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
}

/** The exit code and the sentence. @see curl/curl:lib/connect.c, lib/multi.c (version 7.88) */
function words({ options }: HttpFailure): { code: number; says: string } {
  const { stage, cause, target, afterMs, code } = options
  const ms = Math.floor(afterMs)
  if (stage === 'resolve')
    return cause === 'deadline'
      ? { code: 28, says: `Resolving timed out after ${ms} milliseconds` }
      : { code: 6, says: `Could not resolve host: ${target.host}` }
  const to = `Failed to connect to ${target.host} port ${target.port} after ${ms} ms`
  if (stage === 'connect') {
    if (cause === 'deadline') return { code: 28, says: `Connection timed out after ${ms} milliseconds` }
    if (cause === 'connect-deadline') return { code: 28, says: `${to}: Timeout was reached` }
    return { code: code === 'ETIMEDOUT' ? 28 : 7, says: `${to}: Couldn't connect to server` }
  }
  if (cause === 'deadline')
    return { code: 28, says: `Operation timed out after ${ms} milliseconds with 0 bytes received` }
  if (cause === 'error')
    return {
      code: 56,
      says: `Recv failure: ${code === 'ETIMEDOUT' ? 'Connection timed out' : 'Connection reset by peer'}`,
    }
  return { code: 52, says: 'Empty reply from server' }
}

function complain(p: Process, o: Options, code: number, says: string): number {
  if (!o.has('silent') || o.has('show-error')) p.stderr.write(`curl: (${code}) ${says}\n`)
  return code
}

function usage(p: Process, says: string): number {
  p.stderr.write(`curl: ${says}\ncurl: try 'curl --help' or 'curl --manual' for more information\n`)
  return 2
}

const withValue = [
  'output',
  'write-out',
  'max-time',
  'connect-timeout',
  'request',
  'header',
  'data',
  'url',
  'user-agent',
  'cacert',
  'cert',
  'key',
  'retry',
]

const known: Readonly<Record<string, string>> = {
  '-s': 'silent',
  '--silent': 'silent',
  '-S': 'show-error',
  '--show-error': 'show-error',
  '-v': 'verbose',
  '--verbose': 'verbose',
  '-I': 'head',
  '--head': 'head',
  '-i': 'include',
  '--include': 'include',
  '-f': 'fail',
  '--fail': 'fail',
  '-k': 'insecure',
  '--insecure': 'insecure',
  '-L': 'location',
  '--location': 'location',
  '-4': 'ipv4',
  '-V': 'version',
  '--version': 'version',
  '-o': 'output',
  '--output': 'output',
  '-w': 'write-out',
  '--write-out': 'write-out',
  '-m': 'max-time',
  '--max-time': 'max-time',
  '--connect-timeout': 'connect-timeout',
  '-X': 'request',
  '--request': 'request',
  '-H': 'header',
  '--header': 'header',
  '-d': 'data',
  '--data': 'data',
  '--url': 'url',
  '-A': 'user-agent',
  '--user-agent': 'user-agent',
  '--cacert': 'cacert',
  '-E': 'cert',
  '--cert': 'cert',
  '--key': 'key',
  '--retry': 'retry',
  '--no-progress-meter': 'silent-meter',
}

/** GNU wget for one plain HTTP URL. Not imitated: recursion, redirects, proxies, the progress bar, TLS. */
import { utc } from '#base/clock.ts'
import { errnoTexts, type Process, type Program } from '#lab/host/ports.ts'
import { httpGet, parseUrl, statusText } from '#lab/network/http.ts'
import { HttpFailure } from '#lab/network/http-failure.ts'
import { type Options, parseOptions } from '#lab/network/tools/options.ts'

export const wget: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, ['output', 'timeout', 'tries', 'header'])
  const url = o.rest[0]
  if (o.unknown !== undefined || url === undefined) {
    p.stderr.write(url === undefined ? 'wget: missing URL\n' : `wget: unrecognized option '${o.unknown}'\n`)
    p.stderr.write("Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n")
    return url === undefined ? 1 : 2
  }
  const tries = Number(o.value('tries') ?? 20)
  for (let count = 1; ; count++) {
    const result = await attempt(p, o, url, count)
    if (result !== 'again') return result
    if (count === tries) {
      log(p, o, 'Giving up.\n\n')
      return 4
    }
    log(p, o, 'Retrying.\n\n')
    await p.sleep(1000 * Math.min(count, 10))
  }
}

async function attempt(p: Process, o: Options, url: string, count: number): Promise<number | 'again'> {
  const { host, port } = parseUrl(url)
  const full = /^https?:/.test(url) ? url : `http://${url}`
  log(p, o, `--${stamp(p)}--  ${count > 1 ? `(try:${String(count).padStart(2)})  ` : ''}${full}\n`)
  const timeout = o.value('timeout')
  const timeoutMs = timeout === undefined ? undefined : Number(timeout) * 1000
  try {
    const response = await httpGet(p, full, {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      onConnect: (address) =>
        log(
          p,
          o,
          `Connecting to ${address === host ? host : `${host} (${host})|${address}|`}:${port}... connected.\n`,
        ),
    })
    log(p, o, `HTTP request sent, awaiting response... ${response.status} ${statusText(response.status)}\n`)
    if (response.status >= 400) {
      log(p, o, `${stamp(p)} ERROR ${response.status}: ${statusText(response.status)}.\n\n`)
      return 8
    }
    await save(p, o, full, response.body)
    return 0
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    return failed(p, o, error)
  }
}

/** Refusals and missing hosts are final; time-outs are tried again. @see wget: src/http.c, src/connect.c (retryable_socket_connect_error) */
function failed(p: Process, o: Options, error: HttpFailure): number | 'again' {
  const { stage, target, code, address, cause } = error.options
  if (stage === 'resolve') {
    log(p, o, `wget: unable to resolve host address ‘${target.host}’\n`)
    return 4
  }
  const timedOut = error.timedOut
  if (stage === 'connect') {
    log(
      p,
      o,
      `Connecting to ${address}:${target.port}... failed: ${errnoTexts[timedOut ? 'ETIMEDOUT' : (code ?? 'EIO')]}.\n`,
    )
    return timedOut ? 'again' : 4
  }
  const why = timedOut
    ? 'Connection timed out'
    : cause === 'error'
      ? 'Connection reset by peer'
      : 'No data received'
  log(
    p,
    o,
    `HTTP request sent, awaiting response... ${cause === 'error' || timedOut ? `Read error (${why}) in headers` : why}.\n`,
  )
  return 'again'
}

async function save(p: Process, o: Options, url: string, body: string): Promise<void> {
  if (o.has('spider')) return
  const file =
    o.value('output') ??
    (parseUrl(url)
      .path.split(/[/?]/)
      .findLast((part) => part !== '') ||
      'index.html')
  if (file === '-') p.stdout.write(body)
  else await p.files.write(file, body)
}

function log(p: Process, o: Options, text: string): void {
  if (!o.has('quiet')) p.stderr.write(text)
}

function stamp(p: Process): string {
  const { date, time } = utc(p.now())
  return `${date} ${time.slice(0, 8)}`
}

const known = {
  '-q': 'quiet',
  '--quiet': 'quiet',
  '-O': 'output',
  '--output-document': 'output',
  '-T': 'timeout',
  '--timeout': 'timeout',
  '-t': 'tries',
  '--tries': 'tries',
  '--spider': 'spider',
  '-S': 'server-response',
  '--header': 'header',
  '-4': 'ipv4',
  '--no-check-certificate': 'insecure',
}

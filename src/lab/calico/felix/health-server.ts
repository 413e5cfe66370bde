import type { FelixConfig } from '#lab/calico/felix/config.ts'
import type { Log } from '#lab/calico/log.ts'
import { raw } from '#lab/calico/log.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { type HttpResponse, serveHttp } from '#lab/network/http.ts'
import type { Listener } from '#lab/network/ports.ts'

/** One part of Felix that reports; undefined where it does not report of that kind. */
interface Report {
  readonly timeoutSeconds: number | undefined
  live: boolean | undefined
  ready: boolean | undefined
}

type Where = Pick<FelixConfig, 'healthEnabled' | 'healthPort'>

/** Felix's health endpoints, on port 9099 if nobody moves them (projectcalico/calico:libcalico-go/lib/health/health.go). */
export class FelixHealth {
  readonly #reports = new Map<string, Report>([
    ['CalculationGraph', { timeoutSeconds: 30, live: true, ready: false }],
    ['FelixStartup', { timeoutSeconds: undefined, live: true, ready: false }],
    ['InternalDataplaneMainLoop', { timeoutSeconds: 90, live: true, ready: false }],
  ])

  readonly #moved: () => void
  #port: number | undefined
  #listener: Listener | undefined
  /** Asked for by every probe. */
  #rendered: string | undefined

  /** `moved` hears of every report. */
  constructor(moved: () => void) {
    this.#moved = moved
  }

  ready(name: 'CalculationGraph' | 'FelixStartup' | 'InternalDataplaneMainLoop'): void {
    this.report(name, { ready: true })
  }

  report(
    name: 'CalculationGraph' | 'FelixStartup' | 'InternalDataplaneMainLoop',
    { ready }: { readonly ready: boolean },
  ): void {
    this.#rendered = undefined
    const report = this.#reports.get(name)
    if (report) report.ready = ready
    this.#moved()
  }

  /** Serves while the process lives, as the configuration has it that is known by now; elsewhere it ceases to. */
  async serve(p: Process, log: Log, { healthEnabled, healthPort: port }: Where): Promise<void> {
    const wanted = healthEnabled ? port : undefined
    if (wanted === this.#port) return
    this.#listener?.close()
    this.#listener = undefined
    this.#port = wanted
    if (!healthEnabled) return
    log.info('health.go 379', 'Health enabled.  Starting server.', { host: 'localhost', port })
    try {
      this.#listener = await serveHttp(p, { port, address: '127.0.0.1' }, ({ path }) => this.#answer(path))
    } catch (error) {
      if (!isErrno(error)) throw error
      const says = raw(`listen tcp 127.0.0.1:${port}: bind: ${error.message.toLowerCase()}`)
      log.error('health.go 392', 'Health endpoint failed, trying to restart it...', { error: says })
    }
  }

  #answer(path: string): HttpResponse {
    if (path !== '/liveness' && path !== '/readiness') return { status: 404, body: '404 page not found\n' }
    const side = path === '/liveness' ? 'live' : 'ready'
    const healthy = [...this.#reports.values()].every((report) => report[side] !== false)
    this.#rendered ??= this.#table()
    return { status: healthy ? 200 : 503, body: this.#rendered, vouched: true }
  }

  #table(): string {
    const rows = [...this.#reports].map(([name, { timeoutSeconds, live, ready }]) => [
      name,
      timeoutSeconds === undefined ? '-' : `${timeoutSeconds === 90 ? '1m30' : timeoutSeconds}s`,
      live === undefined ? '-' : live ? 'reporting live' : 'reporting non-live',
      ready === undefined ? '-' : ready ? 'reporting ready' : 'reporting non-ready',
      '',
    ])
    const all = [['COMPONENT', 'TIMEOUT', 'LIVENESS', 'READINESS', 'DETAIL'], ...rows]
    const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...all.map((row) => (row[i] ?? '').length)))
    const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`
    const line = (row: readonly string[]): string =>
      `|${row.map((cell, i) => ` ${cell.padEnd(widths[i] ?? 0)} `).join('|')}|`
    const [head = [], ...body] = all
    return [rule, line(head), rule, ...body.map(line), rule, ''].join('\n')
  }
}

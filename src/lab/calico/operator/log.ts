import { rfc3339 } from '#base/clock.ts'
import type { Process } from '#lab/host/ports.ts'

/** zap's lines as controller-runtime writes them: `{"level":"info","ts":"…","logger":"…","msg":"…"}`. */
export class OperatorLog {
  readonly #p: Process

  constructor(p: Process) {
    this.#p = p
  }

  info(logger: string, msg: string, values: Readonly<Record<string, unknown>> = {}): void {
    this.#line('info', logger, msg, values)
  }

  error(logger: string, msg: string, values: Readonly<Record<string, unknown>> = {}): void {
    this.#line('error', logger, msg, values)
  }

  #line(level: string, logger: string, msg: string, values: Readonly<Record<string, unknown>>): void {
    const ts = rfc3339(this.#p.now())
    this.#p.stdout.write(`${JSON.stringify({ level, ts, logger, msg, ...values })}\n`)
  }
}

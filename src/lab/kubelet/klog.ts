import { utc } from '#base/clock.ts'
import type { Process } from '#lab/host/ports.ts'

/**
 * Lines as Kubernetes components write them: `E0107 06:30:00.000000     812 controller.go:195] "Failed to update lease" err="…"`
 * (k8s.io/klog/v2). They go to stderr, which the journal or the container's log keeps.
 */
export class Klog {
  readonly #p: Process

  constructor(p: Process) {
    this.#p = p
  }

  info(at: string, says: string, values: Readonly<Record<string, unknown>> = {}): void {
    this.#line('I', at, says, values)
  }

  warning(at: string, says: string, values: Readonly<Record<string, unknown>> = {}): void {
    this.#line('W', at, says, values)
  }

  error(at: string, says: string, values: Readonly<Record<string, unknown>> = {}): void {
    this.#line('E', at, says, values)
  }

  /** A line without values, as klog.Warningf writes it. */
  warningf(at: string, says: string): void {
    this.#p.stderr.write(`${this.#head('W', at)} ${says}\n`)
  }

  /** The same of an error, as klog.Errorf writes it. */
  errorf(at: string, says: string): void {
    this.#p.stderr.write(`${this.#head('E', at)} ${says}\n`)
  }

  #line(level: string, at: string, says: string, values: Readonly<Record<string, unknown>>): void {
    const pairs = Object.entries(values).map(([key, value]) => ` ${key}=${rendered(value)}`)
    this.#p.stderr.write(`${this.#head(level, at)} ${JSON.stringify(says)}${pairs.join('')}\n`)
  }

  #head(level: string, at: string): string {
    const { date, time } = utc(this.#p.now())
    return `${level}${date.slice(5, 7)}${date.slice(8, 10)} ${time}000 ${String(this.#p.pid).padStart(7)} ${at}]`
  }
}

/** Texts in quotes, structs as JSON. */
const rendered = (value: unknown): string =>
  typeof value === 'string' || isStruct(value) ? JSON.stringify(value) : String(value)

const isStruct = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

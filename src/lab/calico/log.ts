import { utc } from '#base/clock.ts'
import type { Process } from '#lab/host/ports.ts'

export type LogLevel = 'INFO' | 'WARNING' | 'ERROR' | 'FATAL' | 'PANIC'

/** An error's text stands bare in a log line, a string in quotes. */
export type Fields = Readonly<Record<string, string | number | boolean | { readonly raw: string }>>

export const raw = (text: string): { readonly raw: string } => ({ raw: text })

/** One program's log in Calico's format. `at` is the source file and line: `startup.go 95`. */
export interface Log {
  info(at: string, text: string, fields?: Fields): void
  warn(at: string, text: string, fields?: Fields): void
  error(at: string, text: string, fields?: Fields): void
  fatal(at: string, text: string, fields?: Fields): void
  panic(at: string, text: string, fields?: Fields): void
  /** Answers what writes the same as `info` whenever it is called: for what is said again and again. */
  repeated?(at: string, text: string): () => void
}

/** `2026-01-07 06:00:00.000 [INFO][9] startup/startup.go 95: text key="v"`: projectcalico/calico:libcalico-go/lib/logutils/logutils.go */
export function calicoLog(p: Pick<Process, 'now' | 'pid' | 'stdout'>, component: string): Log {
  const line =
    (level: LogLevel) =>
    (at: string, text: string, fields: Fields = {}): void => {
      const { date, time } = utc(p.now())
      p.stdout.write(`${date} ${time} [${level}][${p.pid}] ${component}/${at}: ${text}${shown(fields)}\n`)
    }
  const info = line('INFO')
  return {
    info,
    warn: line('WARNING'),
    error: line('ERROR'),
    fatal: line('FATAL'),
    panic: line('PANIC'),
    repeated: (at, text) => {
      const rest = ` [INFO][${p.pid}] ${component}/${at}: ${text}`
      return () => {
        if (p.stdout.writeStamped !== undefined) p.stdout.writeStamped(p.now(), rest)
        else info(at, text)
      }
    },
  }
}

function shown(fields: Fields): string {
  return Object.keys(fields)
    .sort()
    .map((key) => {
      const value = fields[key]
      if (typeof value === 'object') return ` ${key}=${value.raw}`
      return ` ${key}=${typeof value === 'string' ? JSON.stringify(value) : String(value)}`
    })
    .join('')
}

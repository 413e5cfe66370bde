import { utc } from '#base/clock.ts'
import type { Failure } from '#lab/api/informer.ts'
import { reflectorWords } from '#lab/api/reflector-words.ts'
import type { Process } from '#lab/host/ports.ts'

const source = 'pkg/mod/k8s.io/client-go@v0.30.11/tools/cache/reflector.go:232'

/**
 * What client-go's reflector says of a failed list or watch, in klog's format: these lines stand between those of Calico's own
 * log (k8s.io/client-go v0.30:tools/cache/reflector.go). `what` is the Go type, such as `*v1.Secret`.
 */
export function reflectorFailure(
  p: Pick<Process, 'now' | 'pid' | 'stdout'>,
  { what, ...failure }: Failure & { readonly what: string },
): void {
  for (const { kind, says } of reflectorWords(what, failure)) {
    const { level, at } = places[kind]
    line(p, level, `reflector.go:${at}] ${source}: ${says}`)
  }
}

const places = {
  listed: { level: 'W', at: 547 },
  ended: { level: 'W', at: 470 },
  failed: { level: 'E', at: 150 },
} as const

function line(p: Pick<Process, 'now' | 'pid' | 'stdout'>, level: 'W' | 'E', text: string): void {
  const { date, time } = utc(p.now())
  const day = `${date.slice(5, 7)}${date.slice(8, 10)}`
  p.stdout.write(`${level}${day} ${time}000 ${String(p.pid).padStart(7)} ${text}\n`)
}

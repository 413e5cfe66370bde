import { utc } from '#base/clock.ts'
import type { KubeError, KubeUnreachable } from '#lab/api/ports.ts'
import { watchEnd } from '#lab/api/watch-end.ts'
import type { Process } from '#lab/host/ports.ts'

const source = 'pkg/mod/k8s.io/client-go@v0.30.11/tools/cache/reflector.go:232'

/**
 * What client-go's reflector says of a failed list or watch, in klog's format: these lines stand between those of Calico's own
 * log (k8s.io/client-go v0.30:tools/cache/reflector.go). `what` is the Go type, such as `*v1.Secret`.
 */
export function reflectorFailure(
  p: Pick<Process, 'now' | 'pid' | 'stdout'>,
  o: {
    readonly during: 'list' | 'watch'
    readonly what: string
    readonly error: KubeError | KubeUnreachable
  },
): void {
  const says = `failed to list ${o.what}: ${o.error.message}`
  if (o.during === 'watch') {
    const end = watchEnd(o.error)
    if (end.kind === 'ended')
      line(p, 'W', `reflector.go:470] ${source}: watch of ${o.what} ended with: ${end.says}`)
    if (end.kind === 'failed')
      line(p, 'E', `reflector.go:150] ${source}: Failed to watch ${o.what}: ${end.says}`)
    return
  }
  line(p, 'W', `reflector.go:547] ${source}: ${says}`)
  line(p, 'E', `reflector.go:150] ${source}: Failed to watch ${o.what}: ${says}`)
}

function line(p: Pick<Process, 'now' | 'pid' | 'stdout'>, level: 'W' | 'E', text: string): void {
  const { date, time } = utc(p.now())
  const day = `${date.slice(5, 7)}${date.slice(8, 10)}`
  p.stdout.write(`${level}${day} ${time}000 ${String(p.pid).padStart(7)} ${text}\n`)
}

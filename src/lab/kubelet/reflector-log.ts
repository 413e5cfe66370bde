import type { Failure } from '#lab/api/informer.ts'
import { watchEnd } from '#lab/api/watch-end.ts'
import type { Klog } from '#lab/kubelet/klog.ts'

/** A reflector, as its lines name it. */
export interface ReflectorName {
  /** Where it was made, or what it was called: `object-"kube-system"/"kube-root-ca.crt"`. */
  readonly name: string
  /** The Go type that it reads: `*v1.ConfigMap`. */
  readonly type: string
}

/**
 * Says in a component's log that a list or a watch has failed, as client-go of its release does
 * (kubernetes/client-go:tools/cache/reflector.go, at v0.24.2 to v0.35.2).
 */
export const reflectorLog =
  (klog: Klog, minor: number, { name, type }: ReflectorName) =>
  ({ during, error }: Failure): void => {
    const at = linesOf(minor)
    if (during === 'watch') {
      const end = watchEnd(error)
      if (end.kind === 'ended') ended(end.says)
      if (end.kind === 'failed') failed(end.says)
      return
    }
    const says = `failed to list ${type}: ${error.message}`
    if (at.list !== undefined) klog.warningf(at.list, `${name}: ${says}`)
    failed(says)

    function ended(err: string): void {
      if (minor < 33) klog.warningf(at.ended, `${name}: watch of ${type} ended with: ${err}`)
      else klog.info(at.ended, 'Warning: watch ended with error', { reflector: name, type, err })
    }

    function failed(err: string): void {
      const line = `${name}: Failed to watch ${type}: ${err}`
      const logger = 'UnhandledError'
      if (minor >= 33) klog.error(at.watch, 'Failed to watch', { err, logger, reflector: name, type })
      else if (minor >= 31) klog.error(at.watch, 'Unhandled Error', { err: line, logger })
      else klog.errorf(at.watch, line)
    }
  }

/** The name of a reflector of the shared informers (kubernetes/client-go:informers/factory.go, the line that runs them). */
export function sharedInformers(minor: number): string {
  const path = `${minor <= 29 ? 'vendor/' : ''}k8s.io/client-go/informers/factory.go`
  if (minor <= 25) return `${path}:134`
  if (minor <= 28) return `${path}:150`
  return `${path}:${minor === 29 ? 159 : minor <= 34 ? 160 : 161}`
}

interface Lines {
  /** `failed to list`; since 1.33 there is none. */
  readonly list?: string
  /** `Failed to watch`. */
  readonly watch: string
  /** `watch of … ended with`. */
  readonly ended: string
}

const lines = (list: number | undefined, watch: number, ended: number): Lines => ({
  ...(list === undefined ? {} : { list: `reflector.go:${list}` }),
  watch: `reflector.go:${watch}`,
  ended: `reflector.go:${ended}`,
})

const newest = lines(undefined, 204, 578)

const byMinor: ReadonlyMap<number, Lines> = new Map([
  [24, lines(324, 138, 442)],
  [25, lines(424, 140, 347)],
  [26, lines(424, 140, 347)],
  [27, lines(533, 148, 456)],
  [28, lines(535, 147, 458)],
  [29, lines(539, 147, 462)],
  [30, lines(547, 150, 470)],
  [31, lines(561, 158, 484)],
  [32, lines(569, 166, 492)],
  [33, lines(undefined, 200, 556)],
  [34, lines(undefined, 205, 568)],
  [35, newest],
])

const linesOf = (minor: number): Lines => byMinor.get(Math.max(24, minor)) ?? newest

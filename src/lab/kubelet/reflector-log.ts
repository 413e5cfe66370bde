import type { Failure } from '#lab/api/informer.ts'
import { reflectorWords } from '#lab/api/reflector-words.ts'
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
  (failure: Failure): void => {
    const at = linesOf(minor)
    const logger = 'UnhandledError'
    for (const { kind, err, says } of reflectorWords(type, failure)) {
      const place = at[kind]
      if (place === undefined) continue
      const line = `${name}: ${says}`
      if (kind !== 'failed') {
        if (minor < 33) klog.warningf(place, line)
        else klog.info(place, 'Warning: watch ended with error', { reflector: name, type, err })
      } else if (minor >= 33) klog.error(place, 'Failed to watch', { err, logger, reflector: name, type })
      else if (minor >= 31) klog.error(place, 'Unhandled Error', { err: line, logger })
      else klog.errorf(place, line)
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
  readonly listed?: string
  /** `Failed to watch`. */
  readonly failed: string
  /** `watch of … ended with`. */
  readonly ended: string
}

const lines = (listed: number | undefined, failed: number, ended: number): Lines => ({
  ...(listed === undefined ? {} : { listed: `reflector.go:${listed}` }),
  failed: `reflector.go:${failed}`,
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

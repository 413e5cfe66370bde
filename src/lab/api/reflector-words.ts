import { type Failure, isRefused } from '#lab/api/informer.ts'
import { KubeUnreachable } from '#lab/api/ports.ts'

/** One line that a reflector writes of a failure: an error where it gives up what it began, else a warning. */
export interface ReflectorWords {
  readonly kind: 'listed' | 'ended' | 'failed'
  /** What went wrong. */
  readonly err: string
  /** The same, with what it went wrong with. */
  readonly says: string
}

/**
 * What client-go's reflectors say of a failed list or watch of `type`, a Go type such as `*v1.ConfigMap`, in the order of the lines.
 * Of connections that were closed or reset, and of one that is refused when the watch is begun again, nobody hears
 * (kubernetes/client-go:tools/cache/reflector.go, isWatchErrorRetriable; apimachinery:pkg/watch/streamwatcher.go, pkg/util/net/http.go IsProbableEOF).
 */
export function reflectorWords(type: string, { during, error }: Failure): readonly ReflectorWords[] {
  const { message } = error
  const failed = (err: string): ReflectorWords => ({
    kind: 'failed',
    err,
    says: `Failed to watch ${type}: ${err}`,
  })
  if (during === 'list') {
    const says = `failed to list ${type}: ${message}`
    return [{ kind: 'listed', err: says, says }, failed(says)]
  }
  if (isRefused(error)) return []
  if (!(error instanceof KubeUnreachable) || error.isUnanswered) return [failed(message)]
  if (message.endsWith('unexpected EOF') || message.endsWith('connection reset by peer')) return []
  const inner = `unable to decode an event from the watch stream: ${message}`
  const err = `an error on the server (${JSON.stringify(inner)}) has prevented the request from succeeding`
  return [{ kind: 'ended', err, says: `watch of ${type} ended with: ${err}` }]
}

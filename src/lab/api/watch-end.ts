import { type Failure, isRefused } from '#lab/api/informer.ts'
import { KubeUnreachable } from '#lab/api/ports.ts'

/** How a reflector takes the end of its watch: it says why, or that it could not be begun again, or goes on without a word. */
export type WatchEnd =
  | { readonly kind: 'silent' }
  | { readonly kind: 'ended'; readonly says: string }
  | { readonly kind: 'failed'; readonly says: string }

/**
 * Of connections that were closed or reset, and of one that is refused when the watch is begun again, nobody hears
 * (kubernetes/client-go:tools/cache/reflector.go, isWatchErrorRetriable; apimachinery:pkg/watch/streamwatcher.go, pkg/util/net/http.go IsProbableEOF);
 * of others in the words that a client has for what its stream brings.
 */
export function watchEnd(error: Failure['error']): WatchEnd {
  const { message } = error
  if (isRefused(error)) return { kind: 'silent' }
  if (!(error instanceof KubeUnreachable) || error.isUnanswered) return { kind: 'failed', says: message }
  if (message.endsWith('unexpected EOF') || message.endsWith('connection reset by peer'))
    return { kind: 'silent' }
  const inner = `unable to decode an event from the watch stream: ${message}`
  return {
    kind: 'ended',
    says: `an error on the server (${JSON.stringify(inner)}) has prevented the request from succeeding`,
  }
}

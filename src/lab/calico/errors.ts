import { KubeError, KubeUnreachable } from '#lab/api/ports.ts'

/** The classes of libcalico's datastore errors and how they read (projectcalico/calico:libcalico-go/lib/errors/errors.go). */
export interface DatastoreError {
  readonly kind: 'datastore' | 'unauthorized' | 'missing' | 'exists' | 'conflict'
  readonly text: string
}

/** What a failed API call means to Calico; rethrows what is no answer of the API. `id` is like `ClusterInformation(default)`. */
export function datastoreError(error: unknown, id: string): DatastoreError {
  if (error instanceof KubeUnreachable) return { kind: 'datastore', text: error.message }
  if (!(error instanceof KubeError)) throw error
  const { message, reason, code } = error
  if (code === 401 || code === 403)
    return { kind: 'unauthorized', text: `connection is unauthorized: ${message}` }
  if (code === 404) return { kind: 'missing', text: `resource does not exist: ${id} with error: ${message}` }
  if (reason === 'AlreadyExists')
    return { kind: 'exists', text: `resource already exists: ${id} with error: ${message}` }
  if (reason === 'Conflict') return { kind: 'conflict', text: `update conflict: ${id}` }
  return { kind: 'datastore', text: message }
}

/** The text of a failed API call, as client-go prints it; rethrows anything else. */
export function apiErrorText(error: unknown): string {
  if (error instanceof KubeError || error instanceof KubeUnreachable) return error.message
  throw error
}

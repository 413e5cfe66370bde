/**
 * What kube-apiserver tells of itself at `/metrics`: what webhooks refused, and how much is stored. A process counts from its start.
 *
 * Not imitated: everything else, above all requests and how long they took (apiserver_request_total, …_duration_seconds).
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/admission/metrics/metrics.go
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/storage/etcd3/metrics/metrics.go (apiserver_storage_objects)
 */
import type { ResourceDef } from '#lab/api/types/resource-def.ts'

/** How an admission webhook kept a request from being carried out, or failed and did not. */
export interface WebhookRefusal {
  readonly name: string
  readonly type: 'admit' | 'validating'
  readonly operation: string
  readonly error: 'calling_webhook_error' | 'no_error'
  /** 0: nobody answered. */
  readonly code: number
}

export class ServerMetrics {
  readonly #rejections = new Map<string, number>()
  readonly #failedOpen = new Map<string, number>()

  rejected({ name, type, operation, error, code }: WebhookRefusal): void {
    // Codes above 600 are cut, so that there are not too many series.
    count(this.#rejections, {
      error_type: error,
      name,
      operation,
      rejection_code: String(Math.min(code, 600)),
      type,
    })
  }

  failedOpen({ name, type }: Pick<WebhookRefusal, 'name' | 'type'>): void {
    count(this.#failedOpen, { name, type })
  }

  /** In Prometheus' text format. `stored`: how many objects there are of a type. */
  text(types: readonly ResourceDef[], stored: (bucket: string) => number): string {
    const counted = new Map(
      types
        .filter(({ verbs }) => verbs.includes('list'))
        .map((def) => [labels({ resource: nameOf(def) }), stored(def.bucket)]),
    )
    return [
      family(
        'counter',
        'apiserver_admission_webhook_fail_open_count',
        '[ALPHA] Admission webhook fail open count, identified by name and broken out for each admission type (validating or mutating).',
        this.#failedOpen,
      ),
      family(
        'counter',
        'apiserver_admission_webhook_rejection_count',
        '[ALPHA] Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify an error type (calling_webhook_error or apiserver_internal_error if an error occurred; no_error otherwise) and optionally a non-zero rejection code if the webhook rejects the request with an HTTP status code (honored by the apiserver when the code is greater or equal to 400). Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
        this.#rejections,
      ),
      family(
        'gauge',
        'apiserver_storage_objects',
        '[STABLE] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
        counted,
      ),
    ].join('')
  }
}

const nameOf = ({ group, resource }: ResourceDef): string =>
  group === '' ? resource : `${resource}.${group}`

/** Labels come in the order of their names. */
const labels = (of: Readonly<Record<string, string>>): string =>
  `{${Object.entries(of)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}}`

function count(series: Map<string, number>, of: Readonly<Record<string, string>>): void {
  const key = labels(of)
  series.set(key, (series.get(key) ?? 0) + 1)
}

/** A family that was never counted is not told. */
function family(type: string, name: string, help: string, series: ReadonlyMap<string, number>): string {
  if (series.size === 0) return ''
  const lines = [...series]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([of, value]) => `${name}${of} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

/** Which versions a list or a watch is about: staging:apimachinery/pkg/apis/meta/internalversion/validation/validation.go. */
import type { ApiServer } from '#lab/api/server.ts'
import { type FieldError, forbiddenField, Refusal } from '#lab/api/status.ts'

export interface ListOptions {
  readonly resourceVersion: string | undefined
  /** List as things were at `resourceVersion`, not later. */
  readonly exact: boolean
  /** A watch that begins with what is there and says when that is told. */
  readonly initialEvents: boolean
}

/** Throws 422 for options that do not go together, 504 for a version that is not there yet. */
export function listOptions(
  api: ApiServer,
  query: URLSearchParams,
  { watch }: { readonly watch: boolean },
): ListOptions {
  const asked: Asked = {
    version: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    initial: query.get('sendInitialEvents'),
    continued: Boolean(query.get('continue')),
  }
  const errors = watch ? watchErrors(asked, hasWatchList(api)) : listErrors(asked)
  if (errors.length > 0) throw refusal(errors)
  if (!watch) checkNotFuture(api, asked.version)
  const legacy = Number(query.get('limit') ?? 0) > 0 && asked.match === '' && !asked.continued
  const numbered = asked.version !== '' && asked.version !== '0'
  return {
    resourceVersion: asked.version === '' ? undefined : asked.version,
    exact: asked.match === 'Exact' || (legacy && numbered),
    initialEvents: asked.initial === 'true',
  }
}

interface Asked {
  readonly version: string
  readonly match: string
  readonly initial: string | null
  readonly continued: boolean
}

/** The gate was on by default in 1.32 and is since 1.34: staging:apiserver/pkg/features/kube_features.go. */
function hasWatchList({ kubernetesVersion }: ApiServer): boolean {
  const minor = Number(kubernetesVersion.split('.')[1])
  return minor === 32 || minor >= 34
}

const field = 'resourceVersionMatch'

const unknownMatch = (match: string): readonly FieldError[] =>
  ['', 'Exact', 'NotOlderThan'].includes(match)
    ? []
    : [
        {
          field,
          reason: 'FieldValueNotSupported',
          message: `Unsupported value: ${JSON.stringify(match)}: supported values: "", "Exact", "NotOlderThan"`,
        },
      ]

function listErrors({ version, match, initial, continued }: Asked): readonly FieldError[] {
  const errors: FieldError[] = []
  if (match !== '') {
    if (version === '')
      errors.push(forbiddenField(field, `${field} is forbidden unless resourceVersion is provided`))
    if (continued) errors.push(forbiddenField(field, `${field} is forbidden when continue is provided`))
    errors.push(...unknownMatch(match))
    if (match === 'Exact' && version === '0')
      errors.push(forbiddenField(field, `${field} "exact" is forbidden for resourceVersion "0"`))
  }
  if (initial !== null)
    errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  return errors
}

function watchErrors({ match, initial }: Asked, hasGate: boolean): readonly FieldError[] {
  if (!hasGate) {
    const text = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled'
    if (initial !== null) return [forbiddenField('sendInitialEvents', text)]
    return match === '' ? [] : [forbiddenField(field, `${field} is forbidden for watch`)]
  }
  if (initial === null)
    return match === ''
      ? []
      : [forbiddenField(field, `${field} is forbidden for watch unless sendInitialEvents is provided`)]
  if (match === '')
    return [forbiddenField(field, `sendInitialEvents requires setting ${field} to NotOlderThan`)]
  if (match !== 'NotOlderThan')
    return [
      ...unknownMatch(match),
      forbiddenField(field, `sendInitialEvents requires setting ${field} to NotOlderThan`),
    ]
  return []
}

function refusal(errors: readonly FieldError[]): Refusal {
  const texts = errors.map((error) => `${error.field}: ${error.message}`)
  return new Refusal(
    422,
    'Invalid',
    `ListOptions.meta.k8s.io "" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: errors.map(({ reason, message, field: name }) => ({ reason, message, field: name })),
    },
  )
}

/** staging:apiserver/pkg/storage/errors.go (NewTooLargeResourceVersionError). */
function checkNotFuture({ state }: ApiServer, version: string): void {
  const current = state.store.revision
  if (version === '' || Number(version) <= current) return
  throw new Refusal(504, 'Timeout', `Timeout: Too large resource version: ${version}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}

/** What a client wants an answer to look like: staging:apiserver/pkg/endpoints/handlers/negotiation/negotiate.go. */
import { notAcceptable } from '#lab/api/status.ts'

export type Form =
  | { readonly kind: 'object'; readonly yaml: boolean }
  | { readonly kind: 'table'; readonly apiVersion: 'meta.k8s.io/v1' | 'meta.k8s.io/v1beta1' }
  | { readonly kind: 'partial' }

interface Clause {
  readonly type: string
  readonly parameters: Readonly<Record<string, string>>
}

/** The clauses of an Accept header, in order. */
export const clauses = (accept: string): readonly Clause[] =>
  accept
    .split(',')
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '')
    .map((clause) => {
      const [type = '', ...parameters] = clause.split(';').map((part) => part.trim())
      return { type: type.toLowerCase(), parameters: Object.fromEntries(parameters.map(pair)) }
    })

const pair = (text: string): readonly [string, string] => {
  const [key = '', value = ''] = text.split('=')
  return [key.trim(), value.trim()]
}

/** The first form in the header that is served. Throws 406. */
export function formOf(accept: string | undefined): Form {
  const asked = clauses(accept ?? '')
  for (const clause of asked) {
    const form = served(clause)
    if (form !== undefined) return form
  }
  if (asked.length === 0) return { kind: 'object', yaml: false }
  throw notAcceptable(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'])
}

function served({ type, parameters }: Clause): Form | undefined {
  const { as, v } = parameters
  if (as === 'Table' && type === 'application/json')
    return { kind: 'table', apiVersion: v === 'v1beta1' ? 'meta.k8s.io/v1beta1' : 'meta.k8s.io/v1' }
  if (as?.startsWith('PartialObjectMetadata') && type === 'application/json') return { kind: 'partial' }
  if (as !== undefined) return undefined
  if (type === 'application/json' || type === '*/*' || type === 'application/*')
    return { kind: 'object', yaml: false }
  return type === 'application/yaml' ? { kind: 'object', yaml: true } : undefined
}

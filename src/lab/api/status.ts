/** Refusals of the API server as metav1.Status objects: staging:apimachinery/pkg/api/errors/errors.go. */
import { Quiet } from '#base/quiet.ts'
import type { JsonObject } from '#lab/api/json.ts'

export interface StatusCause {
  readonly reason?: string
  readonly message: string
  readonly field?: string
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

/** What a request is refused with. */
export class Refusal extends Quiet {
  readonly code: number
  readonly reason: string
  readonly details: StatusDetails | undefined

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.reason = reason
    this.details = details
  }
}

/**
 * A refusal that the server gives only after it has looked again, `times` times: what is missing is being made. Where nothing can
 * wait it is a refusal like any other.
 */
export class LookAgain extends Refusal {
  readonly everyMs: number
  readonly times: number

  constructor(refusal: Refusal, { everyMs, times }: { readonly everyMs: number; readonly times: number }) {
    super(refusal.code, refusal.reason, refusal.message, refusal.details)
    this.everyMs = everyMs
    this.times = times
  }
}

/** The Status object of a refusal. */
export const statusOf = (refusal: Refusal): JsonObject => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: refusal.message,
  ...(refusal.reason === '' ? {} : { reason: refusal.reason }),
  ...(refusal.details === undefined ? {} : { details: refusal.details }),
  code: refusal.code,
})

/** The Status object of something that was done and leaves no object. */
export const success = (details?: StatusDetails): JsonObject => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  ...(details === undefined ? {} : { details }),
})

/** What a message calls a resource: `deployments.apps`, `pods`. */
export interface Named {
  readonly group: string
  readonly resource: string
}

export const qualified = ({ group, resource }: Named): string =>
  group === '' ? resource : `${resource}.${group}`

const about = (of: Named, name?: string): StatusDetails => ({
  ...(name === undefined || name === '' ? {} : { name }),
  ...(of.group === '' ? {} : { group: of.group }),
  kind: of.resource,
})

export const badRequest = (message: string): Refusal => new Refusal(400, 'BadRequest', message)

export const unauthorized = (): Refusal => new Refusal(401, 'Unauthorized', 'Unauthorized')

export const forbidden = (of: Named, name: string, why: string, causes?: readonly StatusCause[]): Refusal =>
  new Refusal(
    403,
    'Forbidden',
    `${qualified(of)}${name === '' ? '' : ` ${JSON.stringify(name)}`} is forbidden: ${why}`,
    { ...about(of, name), ...(causes === undefined ? {} : { causes }) },
  )

export const notFound = (of: Named, name: string): Refusal =>
  new Refusal(404, 'NotFound', `${qualified(of)} ${JSON.stringify(name)} not found`, about(of, name))

export const serviceUnavailable = (message: string): Refusal =>
  new Refusal(503, 'ServiceUnavailable', message)

/** A path that nobody serves; `asked` is what clients add that word the answer themselves. */
export const noSuchPath = (asked?: string): Refusal =>
  new Refusal(
    404,
    'NotFound',
    `the server could not find the requested resource${asked === undefined ? '' : ` (${asked})`}`,
    {},
  )

export const methodNotAllowed = (of: Named, verb: string): Refusal =>
  new Refusal(
    405,
    'MethodNotAllowed',
    `${verb} is not supported on resources of kind ${JSON.stringify(qualified(of))}`,
    about(of),
  )

export const alreadyExists = (of: Named, name: string, o: { readonly deleting?: boolean } = {}): Refusal =>
  new Refusal(
    409,
    'AlreadyExists',
    `${o.deleting ? 'object is being deleted: ' : ''}${qualified(of)} ${JSON.stringify(name)} already exists`,
    about(of, name),
  )

export const conflict = (of: Named, name: string, why: string): Refusal =>
  new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(of)} ${JSON.stringify(name)}: ${why}`,
    about(of, name),
  )

/** staging:apiserver/pkg/registry/generic/registry/store.go (OptimisticLockErrorMsg). */
export const modified =
  'the object has been modified; please apply your changes to the latest version and try again'

export const expired = (message: string): Refusal => new Refusal(410, 'Expired', message)

export const tooOld = (asked: string, current: number): Refusal =>
  expired(`too old resource version: ${asked} (${current})`)

export const unsupportedMediaType = (accepted: readonly string[]): Refusal =>
  new Refusal(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

export const notAcceptable = (accepted: readonly string[]): Refusal =>
  new Refusal(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`)

/** One wrong field: `spec.containers[0].image: Required value`. */
export interface FieldError {
  readonly field: string
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueNotFound'
    | 'FieldValueTypeInvalid'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
  /** Without the field's name: `Required value`, `Invalid value: "x": must be …`. */
  readonly message: string
}

export const required = (field: string, says = ''): FieldError => ({
  field,
  reason: 'FieldValueRequired',
  message: `Required value${says === '' ? '' : `: ${says}`}`,
})

export const invalidValue = (field: string, value: unknown, says: string): FieldError => ({
  field,
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${says}`,
})

export const duplicate = (field: string, value: unknown): FieldError => ({
  field,
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${JSON.stringify(value)}`,
})

export const unsupported = (field: string, value: unknown, known: readonly string[]): FieldError => ({
  field,
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${known.map((each) => JSON.stringify(each)).join(', ')}`,
})

/** The same for a value that Go writes in its own way. */
export const invalidGo = (field: string, value: string, says: string): FieldError => ({
  field,
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${value}: ${says}`,
})

export const forbiddenField = (field: string, says: string): FieldError => ({
  field,
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${says}`,
})

/** 422: `Pod "x" is invalid: …`; details carry the Kind here, not the resource. */
export function invalid(
  of: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): Refusal {
  const texts = errors.map((error) => `${error.field}: ${error.message}`)
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const kind = of.group === '' ? of.kind : `${of.kind}.${of.group}`
  return new Refusal(422, 'Invalid', `${kind} ${JSON.stringify(name)} is invalid: ${list}`, {
    name,
    ...(of.group === '' ? {} : { group: of.group }),
    kind: of.kind,
    causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
  })
}

export const internalError = (message: string): Refusal =>
  new Refusal(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ reason: '', message }],
  })

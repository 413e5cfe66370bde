/** What goes wrong, and how kubectl says it: kubernetes/kubectl:pkg/cmd/util/helpers.go (checkErr, StandardErrorMessage). */
import { parsedJson } from '#base/json.ts'
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { Unreachable } from '#lab/kubectl/ports.ts'

/** An error of kubectl's own; `error: ` is put before it unless it is `plain`. */
export class KubectlError extends Error {
  override readonly name: string = 'KubectlError'
  readonly code: number
  readonly plain: boolean

  constructor(message: string, o: { readonly code?: number; readonly plain?: boolean } = {}) {
    super(message)
    this.code = o.code ?? 1
    this.plain = o.plain ?? false
  }
}

/** An error that came after something was printed. */
export class HalfPrinted extends KubectlError {
  override readonly name = 'HalfPrinted'
  readonly printed: string

  constructor(message: string, printed: string) {
    super(message)
    this.printed = printed
  }
}

/** Nothing more to say than the exit code. */
export class Exit extends Error {
  override readonly name = 'Exit'
  readonly code: number

  constructor(code: number) {
    super('')
    this.code = code
  }
}

/** A Status of the server. `before` are words that kubectl puts before the server's. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly status: number
  readonly reason: string
  readonly details: JsonObject | undefined

  constructor(o: {
    readonly status: number
    readonly reason: string
    readonly message: string
    readonly details?: JsonObject | undefined
  }) {
    super(o.message)
    this.status = o.status
    this.reason = o.reason
    this.details = o.details
  }

  /** The same with words put before its message (cmdutil.AddSourceToErr and others). */
  because(before: string): StatusError {
    const { status, reason, details, message } = this
    return new StatusError({ status, reason, details, message: `${before}${message}` })
  }
}

/** Several errors, each told in its own line. */
export class Errors extends Error {
  override readonly name = 'Errors'
  readonly errors: readonly unknown[]

  constructor(errors: readonly unknown[]) {
    super('several errors')
    this.errors = errors
  }
}

/** Throws what was collected: nothing, the one error, or all of them. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new Errors(errors)
}

export const isStatus = (error: unknown, reason: string): error is StatusError =>
  error instanceof StatusError && error.reason === reason

/** The lines for an error of a command that asked `server`. Rethrows what kubectl could not know. */
export function errorText(error: unknown, server: string): string {
  if (error instanceof Exit) return ''
  if (error instanceof Errors) return error.errors.map((each) => oneOfSeveral(each, server)).join('\n')
  if (error instanceof StatusError) return statusText(error)
  if (error instanceof KubectlError)
    return error.plain || error.message.startsWith('error: ') ? error.message : `error: ${error.message}`
  if (error instanceof Unreachable) return unreachableText(error, server)
  throw error
}

/** Beside others kubectl's own errors have nothing put before them, and what is invalid is said as other refusals are (cmdutil.MultipleErrors). */
function oneOfSeveral(error: unknown, server: string): string {
  if (error instanceof KubectlError) return error.message
  return isStatus(error, 'Invalid')
    ? `Error from server (Invalid): ${error.message}`
    : errorText(error, server)
}

export function exitCode(error: unknown): number {
  return error instanceof Exit || error instanceof KubectlError ? error.code : 1
}

function unreachableText({ message }: Unreachable, server: string): string {
  const host = server.replace(/^https?:\/\//, '')
  return message.includes('connection refused')
    ? `The connection to the server ${host} was refused - did you specify the right host or port?`
    : `Unable to connect to the server: ${message}`
}

function statusText(error: StatusError): string {
  const { reason, message } = error
  if (reason === 'Invalid') return invalidText(error)
  if (reason === 'Unauthorized') return `error: You must be logged in to the server (${message})`
  return reason === '' ? `Error from server: ${message}` : `Error from server (${reason}): ${message}`
}

function invalidText({ details, message }: StatusError): string {
  const whole = message === '' ? 'The request is invalid' : `The request is invalid: ${message}`
  if (details === undefined) return whole
  const causes = causesOf(details)
  const kind = asText(details['kind']) ?? ''
  const name = asText(details['name']) ?? ''
  if (kind === '' && name === '' && causes.length === 0) return whole
  const before =
    kind === '' && name === '' ? 'The request is invalid' : `The ${kind} ${JSON.stringify(name)} is invalid`
  if (causes.length === 0) return before
  return causes.length === 1
    ? `${before}: ${causes[0]}`
    : [`${before}: `, ...causes.map((cause) => `* ${cause}`)].join('\n')
}

function causesOf(details: JsonObject): readonly string[] {
  const texts = asList(details['causes'])
    .map(asObject)
    .map((cause) => `${asText(cause['field']) ?? ''}: ${asText(cause['message']) ?? ''}`)
  return [...new Set(texts)]
}

/** The Status in an answer's body; what client-go makes up where there is none (apimachinery:pkg/api/errors, NewGenericServerResponse). */
export function statusError(status: number, body: string, asked: string): StatusError {
  const value = parsedJson(body)
  if (isObject(value) && value['kind'] === 'Status')
    return new StatusError({
      status,
      reason: asText(value['reason']) ?? '',
      message: asText(value['message']) ?? 'unknown',
      details: isObject(value['details']) ? value['details'] : undefined,
    })
  const [reason, message] = generic[status] ?? [
    '',
    `the server responded with the status code ${status} but did not return more information`,
  ]
  return new StatusError({
    status,
    reason,
    message: asked === '' ? message : `${message} (${asked})`,
    details: {},
  })
}

const generic: Readonly<Record<number, readonly [string, string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', 'the server does not allow access to the requested resource'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  409: ['Conflict', 'the server reported a conflict'],
  500: ['InternalError', 'an error on the server has prevented the request from succeeding'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
}

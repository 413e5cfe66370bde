/** The shape of a type's objects, whoever says it: Go's types for what is built in, a CustomResourceDefinition for the rest. */
export type Schema = Scalar | Struct | MapOf | ListOf | Anything

export interface Scalar {
  readonly kind: 'scalar'
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string'
  /** `int32`, `date-time`, `quantity`, `byte` …; the words of OpenAPI. */
  readonly format?: string
}

export interface Struct {
  readonly kind: 'struct'
  /** `core/v1.PodSpec`; absent for an object inside a custom resource's schema. */
  readonly name?: string
  readonly fields: ReadonlyMap<string, Field>
  /** Owned and replaced as a whole by server-side apply. */
  readonly atomic: boolean
  /** Keeps fields that it does not know. */
  readonly open: boolean
}

export interface MapOf {
  readonly kind: 'map'
  readonly values: Schema
  readonly atomic: boolean
}

export interface ListOf {
  readonly kind: 'list'
  readonly items: Schema
  readonly merge: 'atomic' | 'set' | 'map'
  /** Of a map: which fields tell items apart. */
  readonly keys: readonly string[]
}

/** Any JSON value; nothing is known about what is inside. */
export interface Anything {
  readonly kind: 'any'
  /** Any object, nothing else. */
  readonly object?: true
}

export interface Field {
  readonly schema: Schema
  /** Always written, even when it is empty. */
  readonly required: boolean
  /** Its zero is a value of its own; absent is something else. */
  readonly pointer: boolean
  /** In protocol buffers; 0 where nobody numbers it. */
  readonly number: number
  /** How a strategic merge patch treats it: by this key (`''`: as a set). */
  readonly patchKey: string | undefined
  readonly retainKeys: boolean
}

export const anything: Anything = { kind: 'any' }

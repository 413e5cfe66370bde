/** What is asked of an authorizer: staging:apiserver/pkg/authorization/authorizer/interfaces.go (Attributes). */
export type Attributes = ResourceAttributes | PathAttributes

export interface ResourceAttributes {
  readonly kind: 'resource'
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string | undefined
  /** Empty or omitted: every namespace, or a type that has none. */
  readonly namespace?: string | undefined
  /** Empty or omitted: a collection, or an object that has no name yet. */
  readonly name?: string | undefined
}

export interface PathAttributes {
  readonly kind: 'path'
  readonly verb: string
  readonly path: string
}

/** `reason` is what the authorizers say besides: why allowed (reviews show it), or what they could not find out. */
export interface Decision {
  readonly allowed: boolean
  readonly reason: string
}

/** `pods`, `pods/exec` */
export const combined = ({ resource, subresource }: ResourceAttributes): string =>
  subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`

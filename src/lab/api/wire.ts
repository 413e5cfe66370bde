/**
 * What the lab's clients and its API server say to each other on port 6443: many requests on one connection, values
 * instead of bytes. It stands for HTTP/2 with client-go on both ends; the verbs and answers are those of the HTTP API.
 */
import type { JsonObject } from '#lab/api/json.ts'
import type { PatchType, ResourceType } from '#lab/api/ports.ts'
import type { Standing } from '#lab/api/standing.ts'
import type { Stored } from '#lab/api/store.ts'

/** Who asks: a token, or the name that a client certificate would carry. */
export interface Credential {
  readonly token?: string
  readonly user?: string
  readonly groups?: readonly string[]
  /** What else of that certificate the server looks at; absent for programs whose certificates are on no disk of the lab. */
  readonly certificate?: ShownCertificate
}

export interface ShownCertificate {
  readonly key: string
  readonly issuerKey: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

interface On {
  readonly type: ResourceType
  readonly namespace?: string | undefined
}

interface OnOne extends On {
  readonly name: string
}

export type KubeRequest =
  | ({ readonly op: 'get'; readonly subresource?: string } & OnOne)
  | ({
      readonly op: 'list'
      readonly labelSelector?: string
      readonly fieldSelector?: string
      readonly resourceVersion?: string
    } & On)
  | ({
      readonly op: 'watch'
      readonly labelSelector?: string
      readonly fieldSelector?: string
      readonly resourceVersion: string
      /** Nobody waits for its changes: they are read when the client looks. */
      readonly unhurried?: true
    } & On)
  | ({ readonly op: 'create'; readonly body: unknown; readonly fieldManager?: string } & On)
  | ({
      readonly op: 'update'
      readonly body: unknown
      readonly subresource?: string
      readonly fieldManager?: string
    } & OnOne)
  | ({
      readonly op: 'patch'
      readonly patchType: PatchType
      readonly body: unknown
      readonly subresource?: string
      readonly fieldManager?: string
    } & OnOne)
  | ({ readonly op: 'delete'; readonly options: JsonObject } & OnOne)
  | ({ readonly op: 'post'; readonly subresource: string; readonly body: unknown } & OnOne)

/** What is written again and again with nothing but another time: a node's lease, or what its kubelet says of it. */
export type RenewedPart = 'lease' | 'node-status'

export interface Renewal {
  /** The version that is renewed. */
  readonly revision: number
  readonly renewedMs: number
}

/** From client to server. */
export type ClientFrame =
  | { readonly kube: 'request'; readonly id: number; readonly as: Credential; readonly request: KubeRequest }
  /** The write of an object as it is stored, with another time. Only for who asks what would be answered: it has no HTTP. */
  | {
      readonly kube: 'renewal'
      readonly id: number
      readonly as: Credential
      readonly what: RenewedPart
      readonly object: Renewal & { readonly namespace?: string; readonly name: string }
    }
  | { readonly kube: 'cancel'; readonly id: number }
  | { readonly kube: 'ping' }

export interface WireChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: Stored
}

/** What one watch tells at once, in the order in which it happened. */
export interface SeenChanges {
  readonly id: number
  readonly changes: readonly WireChange[]
}

/** What the same client would be answered that asks the same again, or renews again; `undefined`: it has to be asked. */
export type Again = (next?: Renewal) => unknown

/** From server to client. */
export type ServerFrame =
  | {
      readonly kube: 'answer'
      readonly id: number
      readonly value: unknown
      /** Of what was answered without having been sent. */
      readonly again?: Again
      readonly standing?: Standing
    }
  | {
      readonly kube: 'refusal'
      readonly id: number
      readonly code: number
      readonly reason: string
      readonly message: string
    }
  /** What the watches on the connection saw since the last frame. */
  | { readonly kube: 'changes'; readonly seen: readonly SeenChanges[] }
  | { readonly kube: 'pong' }

const isFrame = (payload: unknown): payload is JsonObject & { readonly kube: unknown } =>
  typeof payload === 'object' && payload !== null && 'kube' in payload

/** A payload as a frame from a client; `undefined` when it is something else (HTTP). */
export const clientFrame = (payload: unknown): ClientFrame | undefined =>
  // Only the lab's own clients write frames.
  isFrame(payload) ? (payload as unknown as ClientFrame) : undefined

/** A payload as a frame from the server. */
export const serverFrame = (payload: unknown): ServerFrame | undefined =>
  isFrame(payload) ? (payload as unknown as ServerFrame) : undefined

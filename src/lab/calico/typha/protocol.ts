/** What Typha and its clients say to each other (projectcalico/calico:typha/pkg/syncproto/sync_proto.go), as values. */
import type { KubeObject } from '#lab/api/objects.ts'
import type { ListQuery } from '#lab/api/ports.ts'
import type { Payload } from '#lab/network/ports.ts'

export const typhaPort = 5473

export type SyncerType = 'felix' | 'bgp'

/** `wait-for-ready`, `resync`, `in-sync`: libcalico-go/lib/backend/api. */
export type SyncStatus = 'wait-for-ready' | 'resync' | 'in-sync'

export interface ClientHello {
  readonly hostname: string
  readonly version: string
  readonly info: string
  readonly syncerType: SyncerType
}

/** One change of one object. In the lab objects travel as the API has them, not in Calico's own model. */
export interface Update {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubeObject
}

export type TyphaMessage =
  | ({ readonly typha: 'client-hello' } & ClientHello)
  | {
      readonly typha: 'server-hello'
      readonly version: string
      readonly syncerType: SyncerType
      readonly connection: number
    }
  /** The lab's own: which of the syncer's kinds a client reads, so that a Felix is not told of every other node's pods. */
  | { readonly typha: 'watch'; readonly topic: number; readonly query: ListQuery }
  /** `snapshot`: all there is. */
  | {
      readonly typha: 'kvs'
      readonly topic: number
      readonly updates: readonly Update[]
      readonly snapshot: boolean
    }
  | { readonly typha: 'status'; readonly status: SyncStatus }
  | { readonly typha: 'ping' }
  | { readonly typha: 'pong' }

/** What came, if it is Typha's protocol. Only programs of the lab write such values, so the fields are trusted. */
export function readTypha(payload: Payload): TyphaMessage | undefined {
  if (typeof payload === 'string' || typeof payload.typha !== 'string') return undefined
  return payload as unknown as TyphaMessage
}

export const writeTypha = (message: TyphaMessage): Payload => Object.freeze(message) as unknown as Payload

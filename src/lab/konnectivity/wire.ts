/**
 * What konnectivity's server, its agents and the API server say to each other. The real ones exchange these packets over gRPC
 * (kubernetes-sigs/apiserver-network-proxy:konnectivity-client/proto/client/client.proto); data keeps its boundaries here.
 */
import type { Connection, Payload } from '#lab/network/ports.ts'

export type Packet =
  /** An agent introduces itself; the server answers with its own id. */
  | { readonly konnectivity: 'connect'; readonly agentId: string }
  | { readonly konnectivity: 'connected'; readonly serverId: string }
  | { readonly konnectivity: 'dial'; readonly id: number; readonly address: string; readonly port: number }
  /** An empty error means that the connection is open. */
  | { readonly konnectivity: 'dialled'; readonly id: number; readonly error: string }
  | {
      readonly konnectivity: 'data'
      readonly id: number
      readonly data: Payload
      readonly sizeBytes: number
    }
  | { readonly konnectivity: 'close'; readonly id: number }

/** A payload as a packet; `undefined` for anything else. */
export const packetOf = (payload: Payload): Packet | undefined =>
  typeof payload === 'object' && typeof payload.konnectivity === 'string'
    ? (payload as unknown as Packet) // only konnectivity's own programs write them
    : undefined

export const send = (to: Connection, packet: Packet): void => to.send(packet as unknown as Payload) // a plain value

/** Data as large as what it carries, so that a tunnel has the troubles of its path with large packets. */
export const dataPacket = (id: number, data: Payload): Packet => ({
  konnectivity: 'data',
  id,
  data,
  sizeBytes: typeof data === 'string' ? data.length : Number(data.sizeBytes ?? 0),
})

export const frontendPort = 8131
export const agentPort = 8132

/**
 * What the API server and a kubelet say to each other on port 10250: one connection per request. The real ones speak HTTP
 * with upgraded streams; the lab keeps the verbs and leaves out the framing.
 */
import type { Connection, Payload } from '#lab/network/ports.ts'

export type KubeletRequest =
  | {
      readonly kind: 'logs'
      readonly namespace: string
      readonly pod: string
      readonly container: string
      readonly follow: boolean
      readonly previous: boolean
      readonly timestamps: boolean
      readonly tailLines?: number
      readonly sinceMs?: number // ms since 1970
      readonly limitBytes?: number
    }
  | {
      readonly kind: 'exec'
      readonly namespace: string
      readonly pod: string
      readonly container: string
      readonly command: readonly string[]
      readonly stdin: boolean
      readonly tty: boolean
    }
  | {
      readonly kind: 'attach'
      readonly namespace: string
      readonly pod: string
      readonly container: string
      readonly stdin: boolean
      readonly tty: boolean
    }
  | { readonly kind: 'port-forward'; readonly namespace: string; readonly pod: string }
  | { readonly kind: 'stdin'; readonly text: string }
  | { readonly kind: 'stdin-end' }
  /** Inside any stream. */
  | { readonly kind: 'ping' }
  /** Inside a port-forward: one connection to a port of the pod, its bytes as Latin-1, its end. */
  | { readonly kind: 'forward'; readonly id: number; readonly port: number }
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: string }
  | { readonly kind: 'bytes-end'; readonly id: number }

/** The first request of a connection, and who asks. */
export type KubeletCall = KubeletRequest & {
  readonly method: 'GET' | 'POST'
  /** The certificate (PEM) that was shown in a handshake that is left out. */
  readonly shown?: string | undefined
}

export type KubeletReply =
  | { readonly kind: 'out'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** The log is complete, or the command ended with this code. */
  | { readonly kind: 'end'; readonly code: number }
  /** A log, a command, an attachment or a port-forward has begun. */
  | { readonly kind: 'started' }
  | { readonly kind: 'pong' }
  /** Inside a port-forward. */
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: string }
  | { readonly kind: 'bytes-end'; readonly id: number }
  | { readonly kind: 'forward-failed'; readonly id: number; readonly message: string }
  /** Refused, with the HTTP status and words the real kubelet answers. */
  | { readonly kind: 'error'; readonly code: number; readonly message: string }

export const reply = (connection: Connection, message: KubeletReply): void =>
  connection.send(message as unknown as Payload) // a plain value, as payloads are

/** What came within a stream. */
export const requestIn = (payload: Payload): KubeletRequest => payload as unknown as KubeletRequest // the API server alone dials this port

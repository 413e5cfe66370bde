import { present } from '#base/assert.ts'
import type { ProtocolConfig } from '#lab/calico/bird/config/model.ts'
import type { DownReason } from '#lab/calico/bird/protocols/protocol.ts'
import type { BgpAttributes } from '#lab/calico/bird/route.ts'
import type { Payload } from '#lab/network/ports.ts'

/** What two BIRDs say to each other on port 179. The fields of RFC 4271 messages, without their bytes. */
export type BgpMessage =
  | {
      readonly bgp: 'OPEN'
      readonly as: number
      readonly holdSeconds: number
      readonly id: string
      /** RFC 4724; absent when the sender knows nothing of graceful restart. */
      readonly gracefulRestart?: {
        /** The sender itself has just restarted. */
        readonly restarted: boolean
        readonly seconds: number
        /** It kept forwarding meanwhile. */
        readonly forwarding: boolean
      }
    }
  | { readonly bgp: 'KEEPALIVE' }
  /** Both lists empty: End-of-RIB. */
  | {
      readonly bgp: 'UPDATE'
      readonly announce: readonly Announcement[]
      readonly withdraw: readonly string[]
    }
  | { readonly bgp: 'ROUTE-REFRESH' }
  /** `data`: as BIRD prints it. */
  | { readonly bgp: 'NOTIFICATION'; readonly code: number; readonly subcode: number; readonly data?: string }

export interface Announcement {
  readonly net: string
  readonly attributes: BgpAttributes
}

const kinds: readonly string[] = ['OPEN', 'KEEPALIVE', 'UPDATE', 'ROUTE-REFRESH', 'NOTIFICATION']

/** What came over the wire, if it is BGP at all. Only BIRDs of the lab write such values, so the fields are trusted. */
export function readMessage(payload: Payload): BgpMessage | undefined {
  if (typeof payload === 'string') return undefined
  const kind = payload.bgp
  return typeof kind === 'string' && kinds.includes(kind) ? (payload as unknown as BgpMessage) : undefined
}

export const writeMessage = (message: BgpMessage): Payload => ({ ...message, ...sizes[message.bgp] })

/** Header and fixed part (RFC 4271 section 4), OPEN with BIRD's capabilities; an UPDATE is taken to fill a segment, as a full table's do. */
const sizes: Partial<Record<BgpMessage['bgp'], { readonly sizeBytes: number }>> = {
  OPEN: { sizeBytes: 53 },
  KEEPALIVE: { sizeBytes: 19 },
  'ROUTE-REFRESH': { sizeBytes: 23 },
  NOTIFICATION: { sizeBytes: 21 },
}

export const keepaliveMessage = writeMessage({ bgp: 'KEEPALIVE' })

/** The names of `bird:proto/bgp/packets.c` (bgp_msg_table). */
const errors: Readonly<Record<string, string>> = {
  '1.0': 'Invalid message header',
  '1.1': 'Connection not synchronized',
  '1.2': 'Bad message length',
  '1.3': 'Bad message type',
  '2.0': 'Invalid OPEN message',
  '2.1': 'Unsupported version number',
  '2.2': 'Bad peer AS',
  '2.3': 'Bad BGP identifier',
  '2.4': 'Unsupported optional parameter',
  '2.5': 'Authentication failure',
  '2.6': 'Unacceptable hold time',
  '2.7': 'Required capability missing',
  '2.8': 'No supported AFI/SAFI',
  '3.0': 'Invalid UPDATE message',
  '3.1': 'Malformed attribute list',
  '4.0': 'Hold timer expired',
  '5.0': 'Finite state machine error',
  '6.0': 'Cease',
  '6.1': 'Maximum number of prefixes reached',
  '6.2': 'Administrative shutdown',
  '6.3': 'Peer de-configured',
  '6.4': 'Administrative reset',
  '6.5': 'Connection rejected',
  '6.6': 'Other configuration change',
  '6.7': 'Connection collision resolution',
  '6.8': 'Out of Resources',
}

export const errorName = (code: number, subcode: number): string =>
  errors[`${code}.${subcode}`] ?? errors[`${code}.0`] ?? `Unknown error ${code}.${subcode}`

/** The last trouble of a session, as `show protocols` tells it. */
export interface LastError {
  readonly class: 'Error: ' | 'Socket: ' | 'Received: ' | 'BGP Error: ' | ''
  readonly text: string
}

/** Why we hang up in order, as the subcode of a Cease. */
export const ceaseSubcodes: Readonly<Record<DownReason, number>> = {
  remove: 3,
  disable: 2,
  restart: 6,
  shutdown: 2,
  'command-restart': 4,
}

/** The OPEN that a session sends: its graceful restart flags tell whether this BIRD itself has just restarted. */
export function openMessage(session: {
  readonly config: ProtocolConfig
  readonly daemon: { readonly config: { readonly routerId: string } }
  readonly recovering: boolean
}): BgpMessage {
  const { bgp, gracefulRestart } = session.config
  const { recovering } = session
  const flags = { restarted: recovering, seconds: bgp.gracefulRestartSeconds, forwarding: recovering }
  return {
    bgp: 'OPEN',
    as: present(bgp.localAs, 'the parser refuses a BGP stanza without a local AS'),
    holdSeconds: bgp.holdSeconds,
    id: session.daemon.config.routerId,
    ...(gracefulRestart ? { gracefulRestart: flags } : {}),
  }
}

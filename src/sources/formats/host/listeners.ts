import type { ListenerRow } from '#cluster/relations.ts'

export type Listener = Omit<ListenerRow, 'node'>

/** A connection that the table shows: to whom, and how far it came. */
export interface Connection {
  readonly to: string
  readonly port: number
  readonly outcome: 'ok' | 'timed-out'
}

export interface Socket {
  readonly listener?: Listener
  readonly connection?: Connection
}

/**
 * One line of `ss`, `netstat` or `lsof -i`; `{}` for a header or a socket that tells nothing, undefined for anything else.
 * `*` is given as `0.0.0.0`, and all IPv6 addresses stand in brackets.
 *
 * @see iproute2/iproute2:misc/ss.c, net-tools (netstat.c), lsof (print.c)
 */
export function parseSocket(line: string): Socket | undefined {
  if (isHeader(line)) return {}
  return ssLine(line) ?? netstatLine(line) ?? lsofLine(line)
}

const isHeader = (line: string): boolean =>
  /^\s*(?:(?:Netid\s+)?State\s+Recv-Q\s+Send-Q\s|Proto\s+Recv-Q\s+Send-Q\s|Active Internet connections|COMMAND\s+PID\s+(?:TID\s+)?USER\s+FD\s+TYPE)/.test(
    line,
  )

const states =
  'LISTEN|UNCONN|ESTAB|ESTABLISHED|SYN[-_]SENT|SYN[-_]RECV|TIME[-_]WAIT|CLOSE[-_]WAIT|FIN[-_]WAIT[-_]?[12]|LAST[-_]ACK|CLOSING|CLOSED?'

const ss = new RegExp(
  `^\\s*(?:(?<netid>tcp|udp)\\s+)?(?<state>${states})\\s+\\d{1,10}\\s+\\d{1,10}\\s+(?<local>\\S{3,90})\\s+(?<peer>\\S{3,90})(?:\\s+(?<users>users:\\(\\(.{0,300}|\\S.{0,300}))?$`,
)

function ssLine(line: string): Socket | undefined {
  const m = ss.exec(line)?.groups
  if (m?.state === undefined) return undefined
  const isUdp = m.netid === 'udp' || m.state === 'UNCONN'
  return socketOf({
    protocol: isUdp ? 'udp' : 'tcp',
    state: isUdp ? '' : m.state,
    local: m.local ?? '',
    peer: m.peer ?? '',
    program: /users:\(\("(?<program>[^"]{1,60})"/.exec(m.users ?? '')?.groups?.program,
  })
}

const netstat = new RegExp(
  `^\\s*(?<protocol>tcp|udp)6?\\s+\\d{1,10}\\s+\\d{1,10}\\s+(?<local>\\S{3,90})\\s+(?<peer>\\S{3,90})(?:\\s+(?<state>${states}))?(?:\\s+\\S{1,40}\\s+\\d{1,10})?(?:\\s+(?:-|\\d{1,10}/(?<program>[^\\s:]{1,60}).{0,80}))?\\s*$`,
)

function netstatLine(line: string): Socket | undefined {
  const m = netstat.exec(line)?.groups
  if (m?.protocol === undefined) return undefined
  return socketOf({
    protocol: m.protocol === 'udp' ? 'udp' : 'tcp',
    state: m.state ?? '',
    local: m.local ?? '',
    peer: m.peer ?? '',
    program: m.program,
  })
}

const lsof =
  /^(?<program>[\w.-]{1,40})\s+\d{1,10}\s+[\w.-]{1,40}\s+\d{1,6}[a-zA-Z]*\s+IPv[46]\s+\S+\s+\S+\s+(?<protocol>TCP|UDP)\s+(?<local>[^\s>]{3,90}?)(?:->(?<peer>\S{3,90}))?(?:\s+\((?<state>[A-Z_0-9]{4,12})\))?$/

function lsofLine(line: string): Socket | undefined {
  const m = lsof.exec(line)?.groups
  if (m?.protocol === undefined) return undefined
  return socketOf({
    protocol: m.protocol === 'UDP' ? 'udp' : 'tcp',
    state: m.state ?? '',
    local: m.local ?? '',
    peer: m.peer ?? '*:*',
    program: m.program,
  })
}

interface Parts {
  readonly protocol: 'tcp' | 'udp'
  /** `''` for UDP. */
  readonly state: string
  readonly local: string
  readonly peer: string
  readonly program: string | undefined
}

function socketOf({ protocol, state, local, peer, program }: Parts): Socket | undefined {
  const own = endOf(local)
  if (own === undefined) return undefined
  const isOpen = state === 'LISTEN' || (protocol === 'udp' && /[:.]\*$/.test(peer))
  if (isOpen && own.port !== undefined) {
    const listener: Listener = { protocol, address: own.address, port: own.port, ...(program && { program }) }
    return { listener }
  }
  const other = endOf(peer)
  const outcome = /^ESTAB/.test(state) ? 'ok' : /^SYN.SENT$/.test(state) ? 'timed-out' : undefined
  // The higher port is the one that the kernel chose: the connection was made to the lower one.
  const isOut = other?.port !== undefined && other.port < ephemeralMin && (own.port ?? 0) > other.port
  return isOut && outcome !== undefined && other.port !== undefined
    ? { connection: { to: other.address.replace(/^\[|\]$/g, ''), port: other.port, outcome } }
    : {}
}

const ephemeralMin = 32_768

function endOf(text: string): { readonly address: string; readonly port: number | undefined } | undefined {
  const m =
    /^(?<address>\*|\[[\da-fA-F:.%\w]{2,60}\]|[\da-fA-F:.]{2,45}|[\w.-]{1,80})(?:%[\w.@-]{1,20})?[:.](?<port>\d{1,5}|\*|[a-z][\w-]{1,20})$/.exec(
      text,
    )?.groups
  if (m?.address === undefined || m.port === undefined) return undefined
  const bare = m.address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  const address = bare === '*' ? '0.0.0.0' : bare.includes(':') && !isMapped(bare) ? `[${bare}]` : bare
  return { address: address.replace(/^::ffff:/, ''), port: portOf(m.port) }
}

/** An IPv4 peer of a socket that serves both families. */
const isMapped = (address: string): boolean => /^::ffff:\d{1,3}\./.test(address)

/** A port by number or by its name in /etc/services, as far as names matter here; undefined for `*`. */
export const portOf = (text: string): number | undefined =>
  /^\d{1,5}$/.test(text) ? Number(text) : services.get(text)

const services: ReadonlyMap<string, number> = new Map([
  ['ssh', 22],
  ['domain', 53],
  ['http', 80],
  ['sunrpc', 111],
  ['ntp', 123],
  ['bgp', 179],
  ['https', 443],
])

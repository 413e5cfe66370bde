import {
  type Block,
  type Found,
  isElision,
  isEmpty,
  type Lines,
  lineAt,
  nextFilled,
} from '#sources/formats/host-network/block.ts'

/** What `wg show` tells of an interface or a peer; keys are left out. */
export interface WireguardValue {
  readonly name: string // listening port; latest handshake of a peer by its endpoint
  readonly value: string
}

/**
 * `wg show`.
 *
 * @see WireGuard/wireguard-tools:src/show.c (pretty_print)
 */
export function parseWireguard(lines: Lines, at: number): Block<WireguardValue> | undefined {
  if (!/^\s{0,4}(?:interface: [^\s:]{1,15}|peer: \S{30,60})$/.test(lineAt(lines, at))) return undefined
  const found: Found<WireguardValue>[] = []
  let next = at + 1
  let peer: { at: number; endpoint?: string; handshake?: string } | undefined
  const keep = (): void => {
    if (peer?.endpoint !== undefined)
      found.push({
        at: peer.at,
        row: { name: `handshake with ${peer.endpoint}`, value: peer.handshake ?? 'never' },
      })
    peer = undefined
  }
  if (/^\s{0,4}peer: /.test(lineAt(lines, at))) peer = { at }
  for (; lines(next) !== undefined; next++) {
    const filled = isEmpty(lines(next)) ? nextFilled(lines, next) : next
    const line = lineAt(lines, filled)
    const m = field.exec(line)?.groups
    if (m?.name === undefined && !isElision(line)) break
    if (m?.name === 'peer' || m?.name === 'interface') keep()
    if (m?.name === 'peer') peer = { at: filled }
    if (m?.name === 'endpoint' && peer !== undefined) peer.endpoint = m.value ?? ''
    if (m?.name === 'latest handshake' && peer !== undefined) peer.handshake = m.value ?? ''
    if (m?.name === 'listening port')
      found.push({ at: filled, row: { name: 'listening port', value: m.value ?? '' } })
    next = filled
  }
  keep()
  return { end: next, found }
}

const field =
  /^\s{0,8}(?<name>interface|peer|public key|private key|preshared key|listening port|fwmark|endpoint|allowed ips|latest handshake|transfer|persistent keepalive): (?<value>.{1,1000})$/

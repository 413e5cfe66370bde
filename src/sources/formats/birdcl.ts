import type { BgpSessionRow } from '#cluster/relations.ts'

export const birdclArgv = ['birdcl', '-s', '/var/run/calico/bird.ctl', 'show', 'protocols'] as const

export type BirdProtocols =
  | { readonly kind: 'sessions'; readonly sessions: readonly Omit<BgpSessionRow, 'node'>[] }
  /** BIRD could not be asked: no socket, or nobody behind it, or no right to it. */
  | { readonly kind: 'no-bird'; readonly says: string }
  | { readonly kind: 'unreadable' }

/**
 * The BGP sessions of `birdcl show protocols` (BIRD 1.6). A row counts by its name, as calico-node's own readiness
 * check counts it: `Mesh_10_0_0_22`, `Node_…`, `Global_…`, with `_port_N` for another port than 179.
 *
 * @see projectcalico/calico:node/pkg/health/bird/bird.go
 * @see bird:nest/proto.c (proto_cmd_show), bird:proto/bgp/bgp.c (bgp_get_status)
 */
export function parseBirdProtocols(text: string): BirdProtocols {
  const lines = text.split('\n')
  const refusal = lines.find((line) => /Unable to connect to server control socket/.test(line))
  if (refusal !== undefined) return { kind: 'no-bird', says: refusal.trim() }
  if (
    !lines.some((line) =>
      /^\s*name\s+proto\s+table\s+state\s+since\s+info\s*$/.test(line.replace(/^\d{4}-/, '')),
    )
  )
    return { kind: 'unreadable' }
  return { kind: 'sessions', sessions: lines.flatMap(sessionOf) }
}

// Real birdcl output, and the raw replies of the socket with their reply codes.
const row =
  /^(?:\d{4}[- ]| )?(Mesh|Node|Global)_(\S+)\s+BGP\s+\S+\s+(\S+)\s+\S+(?:\s+(\S+)(?:\s+(.*\S))?)?\s*$/

function sessionOf(line: string): readonly Omit<BgpSessionRow, 'node'>[] {
  const match = row.exec(line)
  if (match === null) return []
  const [, scope = '', name = '', protocolState, word, rest] = match
  // A protocol that is down has no state of BGP, only its last error.
  const hasState = word === undefined || !word.endsWith(':')
  const [state, info] = hasState ? [word, rest] : [undefined, [word, rest].filter(Boolean).join(' ')]
  return [
    {
      peer: peerAddress(name),
      kind: scope === 'Mesh' ? 'mesh' : scope === 'Node' ? 'node' : 'global',
      up: protocolState === 'up' && state === 'Established',
      state: state ?? protocolState ?? '',
      ...(info === undefined ? {} : { info }),
    },
  ]
}

function peerAddress(name: string): string {
  const address = name.replace(/_port_\d+$/, '')
  const parts = address.split('_')
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part))
    ? parts.join('.')
    : parts.join(':')
}

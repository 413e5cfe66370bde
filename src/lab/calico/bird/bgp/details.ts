import type { ErrorWait } from '#lab/calico/bird/bgp/error-wait.ts'
import type { Link } from '#lab/calico/bird/bgp/link.ts'
import type { LastError } from '#lab/calico/bird/bgp/messages.ts'
import type { RestartHelper } from '#lab/calico/bird/bgp/restart-helper.ts'
import type { BgpConfig } from '#lab/calico/bird/config/model.ts'
import type { ProtocolState } from '#lab/calico/bird/protocols/protocol.ts'

/** What `show protocols all` tells of a session. */
export interface SessionView {
  readonly state: ProtocolState
  readonly bgpState: string
  readonly bgp: BgpConfig
  readonly internal: boolean
  readonly current: Link | undefined
  readonly outgoing: Link
  readonly helper: RestartHelper
  readonly errorWait: ErrorWait
  readonly lastError: LastError
}

/** The lines of `bgp_show_proto_info` (`bird:proto/bgp/bgp.c`). */
export function sessionDetails(s: SessionView): readonly string[] {
  const { class: kind, text } = s.lastError
  return [
    `  BGP state:          ${s.bgpState}`,
    `    Neighbor address: ${s.bgp.neighbor}`,
    `    Neighbor AS:      ${s.bgp.neighborAs}`,
    ...helperDetails(s.helper),
    ...(s.state === 'start' ? startDetails(s) : []),
    ...(s.state === 'up' && s.current ? upDetails(s, s.current) : []),
    ...(text === '' ? [] : [`    Last error:       ${kind}${text}`]),
  ]
}

function helperDetails({ active, remainingSeconds }: RestartHelper): readonly string[] {
  if (!active) return []
  const timer = remainingSeconds === undefined ? [] : [`    Restart timer:    ${remainingSeconds}/-`]
  return ['    Neighbor graceful restart active', ...timer]
}

function startDetails({ errorWait, outgoing, bgp }: SessionView): readonly string[] {
  const waits = errorWait.remainingSeconds
  return [
    ...(waits === undefined ? [] : [`    Error wait:       ${waits}/${errorWait.seconds}`]),
    ...(outgoing.state === 'Active'
      ? [`    Connect delay:    ${outgoing.retry.remainingSeconds}/${bgp.connectDelaySeconds}`]
      : []),
  ]
}

function upDetails({ internal, bgp }: SessionView, link: Link): readonly string[] {
  const restart = link.peer?.gracefulRestart ? ' restart-able' : ''
  const kind = `${internal ? 'internal' : 'external'}${bgp.multihop ? ' multihop' : ''}`
  return [
    `    Neighbor ID:      ${link.peer?.id}`,
    `    Neighbor caps:    refresh enhanced-refresh${restart} AS4 add-path-rx add-path-tx`,
    `    Session:          ${kind} AS4 add-path-rx add-path-tx`,
    `    Source address:   ${bgp.source}`,
    `    Hold timer:       ${link.remaining.holdSeconds}/${link.holdSeconds}`,
    `    Keepalive timer:  ${link.remaining.keepaliveSeconds}/${link.keepaliveSeconds}`,
  ]
}

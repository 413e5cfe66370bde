/** `Get-BgpPeer` of Windows' own BGP router, which Calico for Windows uses in place of BIRD. */
import type { BgpSessionRow } from '#cluster/relations.ts'

export type WindowsSession = Omit<BgpSessionRow, 'node'>

export const isBgpPeerHeader = (line: string): boolean =>
  /^\s*PeerName\s+LocalIPAddress\s+PeerIPAddress\s+PeerASN\s+OperationMode\s+ConnectivityStatus\s*$/.test(
    line,
  )

/**
 * A row of the table; its rule gives `[]`, another line undefined.
 *
 * @see MicrosoftDocs/windows-powershell-docs:docset/winserver2022-ps/remoteaccess/Get-BgpPeer.md
 */
export function parseBgpPeer(line: string): readonly WindowsSession[] | undefined {
  if (isBgpPeerHeader(line) || /^[\s-]*-{4,}[\s-]*$/.test(line)) return []
  const m =
    /^\s*(?<name>\S{1,80})\s+[\da-f.:]{3,45}\s+(?<peer>[\w.:-]{1,253})\s+(?<as>\d{1,10})\s+(?:Mixed|Server|Client)\s+(?<state>Connected|Connecting|Stopped|Idle|Failed)\s*$/.exec(
      line,
    )?.groups
  if (m?.peer === undefined || m.state === undefined) return undefined
  const kind = m.name?.startsWith('Mesh') ? 'mesh' : 'node'
  return [{ peer: m.peer, kind, up: m.state === 'Connected', state: m.state }]
}

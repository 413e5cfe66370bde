import { parseBgpPeer } from '#sources/formats/host/windows-bgp.ts'
import { nodeOrPod } from '#sources/text/reader.ts'
import { lineReader, ofNode } from '#sources/text/readers/host/line-reader.ts'

/** `Get-BgpPeer` on a Windows node; that it was asked is a setting, since only Windows has it. */
export const windowsBgpReader = lineReader({
  format: 'BGP peers of a Windows node',
  relations: ['bgpSessions', 'settings'],
  open: (scope) => {
    let peers = 0
    return {
      line: (text) => {
        const sessions = parseBgpPeer(text)
        peers += sessions?.length ?? 0
        return sessions?.map((row) => ({ relation: 'bgpSessions', row: { node: nodeOrPod(scope), ...row } }))
      },
      end: () => [
        {
          relation: 'settings',
          row: { of: 'other', name: 'Get-BgpPeer', value: String(peers), ...ofNode(scope) },
        },
      ],
    }
  },
})

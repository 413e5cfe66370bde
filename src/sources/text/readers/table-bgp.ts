/** BGP peers, as calicoctl lists them and kubectl those of native CRDs. @see projectcalico/calico:calicoctl/calicoctl/resourcemgr/bgppeer.go */
import { nameOf, type TableKind } from '#sources/text/readers/table-kinds.ts'

const bgpPeers: TableKind = {
  format: 'list of BGP peers',
  columns: ['PEERIP', 'ASN'],
  wide: ['NODE'],
  relation: 'bgpPeers',
  bare: {
    pattern:
      /^\s*([a-z0-9][a-z0-9.-]{0,252})\s+([\d.]{7,15}(?::\d{1,5})?|[\da-f]{1,4}:[\da-f:]{2,40})\s+(\(global\)|all\(\)|\S{1,253}(?: (?:==|!=|in) \S{1,100})?)\s+(\d{1,10}(?:\.\d{1,5})?)\s*$/,
    columns: ['NAME', 'PEERIP', 'NODE', 'ASN'],
  },
  rowsOf: (cells) => {
    const name = nameOf(cells)
    if (name === undefined || cells.ASN === undefined) return undefined
    const node = cells.NODE ?? '(global)'
    const isSelector = /[()=\s]|^all$/.test(node)
    const row = {
      name,
      ...(cells.PEERIP !== undefined && { peerIp: cells.PEERIP }),
      ...(cells.ASN !== '0' && { asNumber: cells.ASN }),
      ...(isSelector ? node !== '(global)' && { nodeSelector: node } : { node }),
    }
    return [{ relation: 'bgpPeers', row }]
  },
}

const nativePeers: TableKind = {
  format: 'list of BGP peers',
  columns: ['PEER IP', 'PEER ASN'],
  relation: 'bgpPeers',
  rowsOf: (cells) => {
    const name = nameOf(cells)
    if (name === undefined) return undefined
    const row = {
      name,
      ...(cells['PEER IP'] !== undefined && { peerIp: cells['PEER IP'] }),
      ...(cells['PEER ASN'] !== undefined && { asNumber: cells['PEER ASN'] }),
      ...(cells.NODE !== undefined && { node: cells.NODE }),
      ...(cells['NODE SELECTOR'] !== undefined && { nodeSelector: cells['NODE SELECTOR'] }),
      ...(cells['PEER SELECTOR'] !== undefined && { peerSelector: cells['PEER SELECTOR'] }),
    }
    return [{ relation: 'bgpPeers', row }]
  },
}

export const bgpPeerKinds: readonly TableKind[] = [bgpPeers, nativePeers]

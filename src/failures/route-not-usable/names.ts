/** The relations that this mode may look at. */
export type Names =
  | 'messages'
  | 'routes'
  | 'pods'
  | 'nodes'
  | 'bgpSessions'
  | 'ipamBlocks'
  | 'services'
  | 'settings'
  | 'ipPools'
  | 'links'

/** The relations that this mode may look at. */
export type Names =
  | 'bgpSessions'
  | 'messages'
  | 'pods'
  | 'nodes'
  | 'filterRules'
  | 'filterChains'
  | 'reachability'
  | 'captures'
  | 'units'
  | 'attempts'
  | 'remarks'

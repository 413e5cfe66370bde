/** The relations that this mode may look at. */
export type Names =
  | 'bgpSessions'
  | 'messages'
  | 'pods'
  | 'nodes'
  | 'filterRules'
  | 'filterChains'
  | 'reachability'
  | 'cloudRules'
  | 'captures'
  | 'units'
  | 'attempts'
  | 'remarks'

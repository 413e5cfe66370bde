/** The relations that this mode may look at. */
export type Names =
  | 'nodes'
  | 'bgpSessions'
  | 'messages'
  | 'pods'
  | 'calicoNodes'
  | 'reachability'
  | 'workers'
  | 'certificates'
  | 'events'

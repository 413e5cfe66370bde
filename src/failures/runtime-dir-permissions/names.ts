import type { RelationName } from '#cluster/relations.ts'

/** The relations that this mode's detector looks at. */
export type Names = Extract<
  RelationName,
  'pods' | 'processes' | 'hostPaths' | 'tmpfilesEntries' | 'nodes' | 'messages' | 'bgpSessions' | 'remarks'
>

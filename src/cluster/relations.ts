/**
 * The relations: what ninelives knows about a cluster, as typed rows. Each has a file of its own under `relations/`
 * with its row and how it is read.
 */
import { type BgpSessionRow, bgpSessionsInfo } from '#cluster/relations/bgp-sessions.ts'
import { type DaemonSetRow, daemonSetsInfo } from '#cluster/relations/daemon-sets.ts'
import { type EventRow, eventsInfo } from '#cluster/relations/events.ts'
import { type HostPathRow, hostPathsInfo } from '#cluster/relations/host-paths.ts'
import { type IpPoolRow, ipPoolsInfo } from '#cluster/relations/ip-pools.ts'
import { type MessageRow, messagesInfo } from '#cluster/relations/messages.ts'
import { type ConditionRow, type NodeRow, nodesInfo } from '#cluster/relations/nodes.ts'
import { type CalicoComponent, type ContainerRow, type PodRow, podsInfo } from '#cluster/relations/pods.ts'
import { type ProcessRow, processesInfo } from '#cluster/relations/processes.ts'
import type { RelationInfo } from '#cluster/relations/relation.ts'
import { type RemarkRow, remarksInfo } from '#cluster/relations/remarks.ts'
import { type TmpfilesEntryRow, tmpfilesEntriesInfo } from '#cluster/relations/tmpfiles-entries.ts'

export type { RelationInfo, Tier, Where } from '#cluster/relations/relation.ts'
export type {
  BgpSessionRow,
  CalicoComponent,
  ConditionRow,
  ContainerRow,
  DaemonSetRow,
  EventRow,
  HostPathRow,
  IpPoolRow,
  MessageRow,
  NodeRow,
  PodRow,
  ProcessRow,
  RemarkRow,
  TmpfilesEntryRow,
}

export interface Relations {
  nodes: NodeRow
  pods: PodRow
  events: EventRow
  daemonSets: DaemonSetRow
  messages: MessageRow
  hostPaths: HostPathRow
  tmpfilesEntries: TmpfilesEntryRow
  processes: ProcessRow
  bgpSessions: BgpSessionRow
  ipPools: IpPoolRow
  remarks: RemarkRow
}

export type RelationName = keyof Relations

/** How each relation is keyed, read by people, allowed and paid for. */
export const relationInfo: { readonly [R in RelationName]: RelationInfo<Relations[R]> } = {
  nodes: nodesInfo,
  pods: podsInfo,
  events: eventsInfo,
  daemonSets: daemonSetsInfo,
  messages: messagesInfo,
  hostPaths: hostPathsInfo,
  tmpfilesEntries: tmpfilesEntriesInfo,
  processes: processesInfo,
  bgpSessions: bgpSessionsInfo,
  ipPools: ipPoolsInfo,
  remarks: remarksInfo,
}

/** In the order in which a person would read them: cheap first. */
export const relationNames = Object.keys(relationInfo) as readonly RelationName[]

/** What each relation is about, for a sentence. */
export const relationWords: Readonly<Record<RelationName, string>> = {
  nodes: 'nodes',
  pods: 'pods',
  daemonSets: 'DaemonSets',
  events: 'events',
  messages: 'logs',
  bgpSessions: 'BGP sessions',
  hostPaths: 'host folders',
  processes: 'processes',
  tmpfilesEntries: 'tmpfiles.d',
  ipPools: 'IP pools',
  remarks: 'remarks',
}

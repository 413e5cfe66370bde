/**
 * The relations: what ninelives knows about a cluster, as typed rows. Each has a file of its own under `relations/`
 * with its row and how it is read.
 */

import { type ApiServiceRow, apiServicesInfo } from '#cluster/relations/api-services.ts'
import { type AttemptRow, attemptsInfo } from '#cluster/relations/attempts.ts'
import { type BgpPeerRow, bgpPeersInfo } from '#cluster/relations/bgp-peers.ts'
import { type BgpSessionRow, bgpSessionsInfo } from '#cluster/relations/bgp-sessions.ts'
import { type CalicoNodeRow, calicoNodesInfo } from '#cluster/relations/calico-nodes.ts'
import { type CaptureRow, capturesInfo } from '#cluster/relations/captures.ts'
import { type CertificateRow, certificatesInfo } from '#cluster/relations/certificates.ts'
import { type CloudRuleRow, cloudRulesInfo } from '#cluster/relations/cloud-rules.ts'
import { type DaemonSetRow, daemonSetsInfo } from '#cluster/relations/daemon-sets.ts'
import { type EndpointGatewayRow, endpointGatewaysInfo } from '#cluster/relations/endpoint-gateways.ts'
import { type EndpointsRow, endpointsInfo } from '#cluster/relations/endpoints.ts'
import { type EventRow, eventsInfo } from '#cluster/relations/events.ts'
import { type FilterChainRow, filterChainsInfo } from '#cluster/relations/filter-chains.ts'
import { type FilterRuleRow, filterRulesInfo } from '#cluster/relations/filter-rules.ts'
import { type HostEndpointRow, hostEndpointsInfo } from '#cluster/relations/host-endpoints.ts'
import { type HostPathRow, hostPathsInfo } from '#cluster/relations/host-paths.ts'
import { type IpPoolRow, ipPoolsInfo } from '#cluster/relations/ip-pools.ts'
import { type IpamBlockRow, ipamBlocksInfo } from '#cluster/relations/ipam-blocks.ts'
import { type KernelModuleRow, kernelModulesInfo } from '#cluster/relations/kernel-modules.ts'
import { type LinkRow, linksInfo } from '#cluster/relations/links.ts'
import { type ListenerRow, listenersInfo } from '#cluster/relations/listeners.ts'
import { type ManagedLinkRow, managedLinksInfo } from '#cluster/relations/managed-links.ts'
import { type MessageRow, messagesInfo } from '#cluster/relations/messages.ts'
import { type MountRow, mountsInfo } from '#cluster/relations/mounts.ts'
import { type ConditionRow, type NodeRow, nodesInfo } from '#cluster/relations/nodes.ts'
import { type CalicoComponent, type ContainerRow, type PodRow, podsInfo } from '#cluster/relations/pods.ts'
import { type PolicyRow, policiesInfo } from '#cluster/relations/policies.ts'
import { type ProcessRow, processesInfo } from '#cluster/relations/processes.ts'
import { type ReachabilityRow, reachabilityInfo } from '#cluster/relations/reachability.ts'
import type { RelationInfo } from '#cluster/relations/relation.ts'
import { type RemarkRow, remarksInfo } from '#cluster/relations/remarks.ts'
import { type RoleRow, rolesInfo } from '#cluster/relations/roles.ts'
import { type RouteRow, routesInfo } from '#cluster/relations/routes.ts'
import { type SecretRow, secretsInfo } from '#cluster/relations/secrets.ts'
import { type ServiceRow, servicesInfo } from '#cluster/relations/services.ts'
import { type SettingRow, settingsInfo } from '#cluster/relations/settings.ts'
import { type SigningRequestRow, signingRequestsInfo } from '#cluster/relations/signing-requests.ts'
import { type TmpfilesEntryRow, tmpfilesEntriesInfo } from '#cluster/relations/tmpfiles-entries.ts'
import { type UnitRow, unitsInfo } from '#cluster/relations/units.ts'
import { type VersionRow, versionsInfo } from '#cluster/relations/versions.ts'
import { type WebhookRow, webhooksInfo } from '#cluster/relations/webhooks.ts'
import { type WorkerRow, workersInfo } from '#cluster/relations/workers.ts'

export type { AttemptAct } from '#cluster/relations/attempts.ts'
export type { PolicyRule } from '#cluster/relations/policies.ts'
export type { RelationInfo, Tier, Where } from '#cluster/relations/relation.ts'
export type { RemarkSays } from '#cluster/relations/remarks.ts'
export type { SettingSource } from '#cluster/relations/settings.ts'
export type {
  ApiServiceRow,
  AttemptRow,
  BgpPeerRow,
  BgpSessionRow,
  CalicoComponent,
  CalicoNodeRow,
  CaptureRow,
  CertificateRow,
  CloudRuleRow,
  ConditionRow,
  ContainerRow,
  DaemonSetRow,
  EndpointGatewayRow,
  EndpointsRow,
  EventRow,
  FilterChainRow,
  FilterRuleRow,
  HostEndpointRow,
  HostPathRow,
  IpamBlockRow,
  IpPoolRow,
  KernelModuleRow,
  LinkRow,
  ListenerRow,
  ManagedLinkRow,
  MessageRow,
  MountRow,
  NodeRow,
  PodRow,
  PolicyRow,
  ProcessRow,
  ReachabilityRow,
  RemarkRow,
  RoleRow,
  RouteRow,
  SecretRow,
  ServiceRow,
  SettingRow,
  SigningRequestRow,
  TmpfilesEntryRow,
  UnitRow,
  VersionRow,
  WebhookRow,
  WorkerRow,
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
  links: LinkRow
  routes: RouteRow
  settings: SettingRow
  calicoNodes: CalicoNodeRow
  bgpPeers: BgpPeerRow
  endpoints: EndpointsRow
  services: ServiceRow
  filterChains: FilterChainRow
  filterRules: FilterRuleRow
  listeners: ListenerRow
  kernelModules: KernelModuleRow
  units: UnitRow
  mounts: MountRow
  reachability: ReachabilityRow
  captures: CaptureRow
  managedLinks: ManagedLinkRow
  ipamBlocks: IpamBlockRow
  policies: PolicyRow
  hostEndpoints: HostEndpointRow
  webhooks: WebhookRow
  certificates: CertificateRow
  signingRequests: SigningRequestRow
  apiServices: ApiServiceRow
  secrets: SecretRow
  roles: RoleRow
  versions: VersionRow
  cloudRules: CloudRuleRow
  endpointGateways: EndpointGatewayRow
  workers: WorkerRow
  attempts: AttemptRow
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
  links: linksInfo,
  routes: routesInfo,
  settings: settingsInfo,
  calicoNodes: calicoNodesInfo,
  bgpPeers: bgpPeersInfo,
  endpoints: endpointsInfo,
  services: servicesInfo,
  filterChains: filterChainsInfo,
  filterRules: filterRulesInfo,
  listeners: listenersInfo,
  kernelModules: kernelModulesInfo,
  units: unitsInfo,
  mounts: mountsInfo,
  reachability: reachabilityInfo,
  captures: capturesInfo,
  managedLinks: managedLinksInfo,
  ipamBlocks: ipamBlocksInfo,
  policies: policiesInfo,
  hostEndpoints: hostEndpointsInfo,
  webhooks: webhooksInfo,
  certificates: certificatesInfo,
  signingRequests: signingRequestsInfo,
  apiServices: apiServicesInfo,
  secrets: secretsInfo,
  roles: rolesInfo,
  versions: versionsInfo,
  cloudRules: cloudRulesInfo,
  endpointGateways: endpointGatewaysInfo,
  workers: workersInfo,
  attempts: attemptsInfo,
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
  links: 'network interfaces',
  routes: 'kernel routes',
  settings: 'settings',
  calicoNodes: 'Calico’s nodes',
  bgpPeers: 'BGP peers',
  endpoints: 'endpoints',
  services: 'Services',
  filterChains: 'packet filters',
  filterRules: 'filter rules',
  listeners: 'listening programs',
  kernelModules: 'kernel modules',
  units: 'systemd units',
  mounts: 'mounts',
  reachability: 'connection tests',
  captures: 'packet captures',
  managedLinks: 'network managers',
  ipamBlocks: 'IPAM blocks',
  policies: 'network policies',
  hostEndpoints: 'HostEndpoints',
  webhooks: 'admission webhooks',
  certificates: 'certificates',
  signingRequests: 'requests for certificates',
  apiServices: 'aggregated APIs',
  secrets: 'names of Secrets',
  roles: 'roles',
  versions: 'versions',
  cloudRules: 'the cloud’s network rules',
  endpointGateways: 'endpoint gateways',
  workers: 'the provider’s workers',
  attempts: 'what was tried',
  remarks: 'remarks',
}

/** A small cluster as tables, for tests of detectors and reports: what a live reading of the hardened lab looks like. */

import type {
  ContainerRow,
  HostPathRow,
  NodeRow,
  PodRow,
  ProcessRow,
  TmpfilesEntryRow,
} from '#cluster/relations.ts'
import type { Table } from '#cluster/testing/facts.ts'
import { ago } from '#cluster/testing/facts.ts'

export const workers = ['w1', 'w2', 'w3'] as const
export type Worker = (typeof workers)[number]

export const addressOf = (node: Worker): string => `10.0.0.2${node.slice(1)}`

export const node = (name: string, more: Partial<NodeRow> = {}): NodeRow => ({
  name,
  unschedulable: false,
  taints: [],
  labels: {},
  internalIp: addressOf(name as Worker),
  conditions: [
    {
      type: 'NetworkUnavailable',
      status: 'False',
      reason: 'CalicoIsUp',
      message: 'Calico is running on this node',
    },
    { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  ],
  ...more,
})

/** A security context of the hardened kind: a user, and three capabilities of the network. */
export const hardened: Partial<ContainerRow> = {
  runAsUser: 10001,
  runAsGroup: 0,
  privileged: false,
  capabilities: { add: ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW'], drop: ['ALL'] },
}

export const stock: Partial<ContainerRow> = { privileged: true }

export const calicoNode = (
  on: string,
  more: Partial<PodRow> = {},
  container: Partial<ContainerRow> = hardened,
): PodRow => ({
  namespace: 'kube-system',
  name: `calico-node-on-${on}`,
  node: on,
  component: 'calico-node',
  phase: 'Running',
  status: 'Running',
  ready: true,
  hostNetwork: true,
  containers: [{ name: 'calico-node', init: false, ready: more.ready ?? true, restarts: 0, ...container }],
  ...more,
})

export const sick = (on: string, container: Partial<ContainerRow> = hardened): PodRow =>
  calicoNode(
    on,
    { ready: false, status: 'CrashLoopBackOff' },
    {
      ...container,
      ready: false,
      restarts: 7,
      state: 'waiting',
      reason: 'CrashLoopBackOff',
      lastTermination: { reason: 'Completed', exitCode: 0, finishedAtMs: ago(1) },
    },
  )

export const bird = (on: string, more: Partial<ProcessRow> = {}): ProcessRow => ({
  node: on,
  program: 'bird',
  uid: 10001,
  gid: 0,
  capabilities: ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW'],
  ...more,
})

export const folder = (
  on: string,
  mode: number,
  uid: number,
  gid: number,
  path = '/run/calico',
): HostPathRow => ({
  node: on,
  path,
  exists: true,
  kind: 'directory',
  mode,
  uid,
  gid,
})

export const entry = (on: string, mode: number, user: string, group: string): TmpfilesEntryRow => ({
  node: on,
  file: '/etc/tmpfiles.d/calico.conf',
  path: '/run/calico',
  kind: 'd',
  mode,
  user,
  group,
  wins: true,
})

const socket = '/var/run/calico/bird.ctl'

export const denial = (on?: string, error = 'Permission denied', atMs: number = ago(1)) => ({
  message: { id: 'bird/cannot-create-control-socket', params: { path: socket, error } },
  ...(on !== undefined && { node: on, pod: { namespace: 'kube-system', name: `calico-node-on-${on}` } }),
  container: 'calico-node',
  count: 128,
  atMs,
  from: {
    source: `log of pod kube-system/calico-node-on-${on ?? '?'}`,
    quote: `bird: Cannot create control socket ${socket}: ${error}`,
    command: `kubectl logs -n kube-system calico-node-on-${on ?? 'XXXXX'} -c calico-node`,
    atMs,
  },
})

/** Everything of these relations was read. */
export const apiRead = ['nodes', 'pods', 'events', 'daemonSets', 'ipPools'] as const
export const deepRead = [
  ...apiRead,
  'messages',
  'hostPaths',
  'tmpfilesEntries',
  'processes',
  'bgpSessions',
] as const

/** Three healthy hardened workers, read with --deep. */
export const healthy: Table = {
  nodes: workers.map((name) => node(name)),
  pods: workers.map((name) => calicoNode(name)),
  processes: workers.map((name) => bird(name)),
  hostPaths: workers.flatMap((name) => [
    folder(name, 0o755, 10001, 0),
    folder(name, 0o755, 10001, 0, '/var/lib/calico'),
  ]),
  tmpfilesEntries: workers.map((name) => entry(name, 0o755, '10001', '0')),
  bgpSessions: workers.flatMap((name) =>
    workers
      .filter((peer) => peer !== name)
      .map((peer) => ({
        node: name,
        peer: addressOf(peer),
        kind: 'mesh' as const,
        up: true,
        state: 'Established',
      })),
  ),
}

/** The update replaced the entry on every node; w3 was rebooted since. */
export const incident: Table = {
  ...healthy,
  pods: [calicoNode('w1'), calicoNode('w2'), sick('w3')],
  messages: [denial('w3')],
  hostPaths: [
    folder('w1', 0o755, 10001, 0),
    folder('w2', 0o755, 10001, 0),
    {
      ...folder('w3', 0o600, 10001, 0),
      from: {
        source: 'w3',
        quote: '0600 10001:0 /run/calico',
        command: `ssh w3 'stat -c "%a %u:%g %n" /run/calico'`,
      },
    },
  ],
  tmpfilesEntries: workers.map((name) => entry(name, 0o600, '10001', '0')),
  bgpSessions: [
    { node: 'w1', peer: '10.0.0.22', kind: 'mesh', up: true, state: 'Established' },
    {
      node: 'w1',
      peer: '10.0.0.23',
      kind: 'mesh',
      up: false,
      state: 'Passive',
      info: 'Socket: Connection closed',
    },
    { node: 'w2', peer: '10.0.0.21', kind: 'mesh', up: true, state: 'Established' },
    {
      node: 'w2',
      peer: '10.0.0.23',
      kind: 'mesh',
      up: false,
      state: 'Passive',
      info: 'Socket: Connection closed',
    },
  ],
}

/** Kubernetes objects as the API shows them, for tests: the shapes of Kubernetes 1.31 and Calico 3.29. */
import { rfc3339 } from '#base/clock.ts'

export const startMs = 1_767_852_000_000 // 2026-01-08T06:00:00Z
const at = (agoMs: number): string => rfc3339(startMs - agoMs)

export interface ApiObject {
  readonly kind?: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

export const nodeAddress = (index: number): string => (index === 0 ? '10.0.0.11' : `10.0.0.${20 + index}`)

export function node(
  name: string,
  o: { ip?: string; ready?: 'True' | 'False' | 'Unknown'; labels?: Record<string, string> } = {},
): ApiObject {
  const { ip = '10.0.0.21', ready = 'True', labels = {} } = o
  return {
    metadata: {
      name,
      uid: `uid-${name}`,
      creationTimestamp: at(86_400_000),
      labels: { 'kubernetes.io/hostname': name, ...labels },
      annotations: { 'projectcalico.org/IPv4Address': `${ip}/24` },
    },
    spec: {},
    status: {
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        {
          type: 'NetworkUnavailable',
          status: 'False',
          reason: 'CalicoIsUp',
          message: 'Calico is running on this node',
          lastHeartbeatTime: at(3_600_000),
          lastTransitionTime: at(3_600_000),
        },
        {
          type: 'Ready',
          status: ready,
          reason: ready === 'True' ? 'KubeletReady' : 'NodeStatusUnknown',
          message:
            ready === 'True' ? 'kubelet is posting ready status' : 'Kubelet stopped posting node status.',
          lastHeartbeatTime: at(10_000),
          lastTransitionTime: at(3_600_000),
        },
      ],
      nodeInfo: { kubeletVersion: 'v1.31.9' },
    },
  }
}

export function calicoNodePod(
  name: string,
  o: { node: string; broken?: boolean; namespace?: string; image?: string },
): ApiObject {
  const { broken = false, namespace = 'kube-system' } = o
  const state = broken
    ? {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: `back-off 2m40s restarting failed container=calico-node pod=${name}_${namespace}(uid)`,
        },
      }
    : { running: { startedAt: at(3_600_000) } }
  return {
    metadata: {
      name,
      namespace,
      uid: `uid-${name}`,
      generateName: 'calico-node-',
      creationTimestamp: at(86_400_000),
      labels: { 'k8s-app': 'calico-node', 'controller-revision-hash': '5d8f7c' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', uid: 'uid-ds', controller: true },
      ],
    },
    spec: {
      nodeName: o.node,
      hostNetwork: true,
      initContainers: [{ name: 'install-cni', image: 'registry.example/calico/cni:v3.29.3' }],
      containers: [
        {
          name: 'calico-node',
          image: 'registry.example/calico/node:v3.29.3-hardened',
          securityContext: {
            runAsUser: 10001,
            runAsGroup: 0,
            capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW'] },
          },
        },
      ],
    },
    status: {
      phase: 'Running',
      podIP: '10.0.0.21',
      conditions: [
        { type: 'Initialized', status: 'True' },
        { type: 'Ready', status: broken ? 'False' : 'True' },
      ],
      initContainerStatuses: [
        {
          name: 'install-cni',
          ready: true,
          restartCount: broken ? 1 : 0,
          state: { terminated: { exitCode: 0, reason: 'Completed', finishedAt: at(3_600_000) } },
        },
      ],
      containerStatuses: [
        {
          name: 'calico-node',
          ready: !broken,
          restartCount: broken ? 7 : 0,
          state,
          ...(broken
            ? { lastState: { terminated: { exitCode: 137, reason: 'Error', finishedAt: at(60_000) } } }
            : {}),
        },
      ],
    },
  }
}

export function appPod(name: string, o: { node: string; phase?: string; namespace?: string }): ApiObject {
  const { phase = 'Running', namespace = 'shop' } = o
  return {
    metadata: {
      name,
      namespace,
      uid: `uid-${name}`,
      creationTimestamp: at(3_600_000),
      labels: { app: 'shop' },
    },
    spec: { nodeName: o.node, containers: [{ name: 'app', image: 'registry.example/shop:1' }] },
    status: { phase, conditions: [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False' }] },
  }
}

export function event(o: {
  about: { kind: string; namespace?: string; name: string }
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  count?: number
  host?: string
}): ApiObject {
  const { about, count = 1, host } = o
  return {
    metadata: {
      name: `${about.name}.${o.reason.toLowerCase()}.${o.message.length}`,
      namespace: about.namespace ?? 'default',
    },
    involvedObject: about,
    type: o.type,
    reason: o.reason,
    message: o.message,
    source: { component: 'kubelet', ...(host === undefined ? {} : { host }) },
    count,
    firstTimestamp: at(600_000),
    lastTimestamp: at(20_000),
  }
}

export const daemonSet = (o: { desired: number; ready: number }): ApiObject => ({
  metadata: { name: 'calico-node', namespace: 'kube-system', uid: 'uid-ds' },
  status: {
    desiredNumberScheduled: o.desired,
    currentNumberScheduled: o.desired,
    numberReady: o.ready,
    numberAvailable: o.ready,
  },
})

export const ipPool: ApiObject = {
  kind: 'IPPool',
  metadata: { name: 'default-ipv4-ippool', resourceVersion: '812' },
  spec: { cidr: '10.244.0.0/16', blockSize: 26, ipipMode: 'Never', vxlanMode: 'Never', natOutgoing: true },
}

/** A small cluster's objects, as its components would have left them. */
import { rfc3339 } from '#base/clock.ts'
import type { Bench } from '#lab/api/kubectl-bench.ts'

const labels = { app: 'web' }
const template = {
  metadata: { labels },
  spec: {
    containers: [
      { name: 'c1', image: 'img:1' },
      { name: 'c2', image: 'img:2' },
    ],
  },
}

export function seedCluster({ seed, status, kernel }: Bench): void {
  const time = rfc3339(kernel.nowMs)
  for (const namespace of ['default', 'kube-system'])
    seed({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
  seed({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'n1',
      labels: { 'kubernetes.io/hostname': 'n1', 'node-role.kubernetes.io/worker': '' },
    },
    spec: {},
    status: {
      addresses: [
        { type: 'InternalIP', address: '10.0.0.21' },
        { type: 'Hostname', address: 'n1' },
      ],
      allocatable: { cpu: '2', memory: '4Gi', pods: '110' },
      capacity: { cpu: '2', memory: '4Gi', pods: '110' },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
          lastHeartbeatTime: time,
          lastTransitionTime: time,
        },
      ],
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'containerd://1.7.27',
        kernelVersion: '5.15.0-136-generic',
        kubeProxyVersion: 'v1.31.9',
        kubeletVersion: 'v1.31.9',
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Ubuntu 22.04.5 LTS',
        systemUUID: '',
      },
    },
  })
  const set = seed({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: { ...template, metadata: { labels: { app: 'agent' } } },
    },
  })
  status(
    'apps/v1',
    'DaemonSet',
    'agent',
    {
      currentNumberScheduled: 1,
      desiredNumberScheduled: 1,
      numberAvailable: 1,
      numberMisscheduled: 0,
      numberReady: 1,
      observedGeneration: 1,
      updatedNumberScheduled: 1,
    },
    'kube-system',
  )
  seed({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  })
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    name: 'agent',
    uid: set.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  }
  running('web', 'default', {})
  running('agent-x', 'kube-system', { ownerReferences: [owner], labels: { app: 'agent' } })

  function running(name: string, namespace: string, metadata: object): void {
    seed({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels, ...metadata },
      spec: { ...template.spec, nodeName: 'n1' },
    })
    const state = { running: { startedAt: time } }
    const containers = ['c1', 'c2'].map((each) => ({
      name: each,
      state,
      lastState: {},
      ready: true,
      restartCount: 0,
      image: 'img',
      imageID: 'sha256:1',
      containerID: 'containerd://1',
      started: true,
    }))
    status(
      'v1',
      'Pod',
      name,
      {
        phase: 'Running',
        podIP: '10.244.0.5',
        podIPs: [{ ip: '10.244.0.5' }],
        hostIP: '10.0.0.21',
        startTime: time,
        conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
          type,
          status: 'True',
          lastProbeTime: null,
          lastTransitionTime: time,
        })),
        containerStatuses: containers,
        qosClass: 'BestEffort',
      },
      namespace,
    )
  }
  seed({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'web.1', namespace: 'default' },
    involvedObject: { kind: 'Pod', name: 'web', namespace: 'default', apiVersion: 'v1' },
    reason: 'Scheduled',
    message: 'Successfully assigned default/web to n1',
    type: 'Normal',
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
    source: { component: 'default-scheduler' },
  })
  seed({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cm1', namespace: 'default' },
    data: { a: '1' },
  })
  seed({
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'IPPool',
    metadata: { name: 'default-ipv4-ippool' },
    spec: { cidr: '10.244.0.0/16', blockSize: 26 },
  })
  seed({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'n1', namespace: 'kube-node-lease' },
    spec: { holderIdentity: 'n1', leaseDurationSeconds: 40, renewTime: `${time.slice(0, -1)}.000000Z` },
  })
}

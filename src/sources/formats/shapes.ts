/**
 * The parts of Kubernetes objects that are read, and nothing else. Every field may be absent: an object of another
 * version costs the fields it lacks, never the reading.
 */
import { z } from 'zod'

const text = z.string().nullish()
const count = z.number().int().nullish()
const flag = z.boolean().nullish()
const list = <T extends z.ZodType>(of: T) => z.array(of).nullish()

const metadata = z.object({
  name: z.string().min(1),
  namespace: text,
  uid: text,
  resourceVersion: text,
  creationTimestamp: text,
  deletionTimestamp: text,
  labels: z.record(z.string(), z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
})

/** Items stay unread here: one that cannot be read costs itself, not its list. */
export const listShape = z.object({
  items: z.array(z.unknown()),
  metadata: z.object({ continue: text }).nullish(),
})

export const namespaceShape = z.object({ metadata })

export const nodeShape = z.object({
  metadata,
  spec: z
    .object({
      unschedulable: flag,
      podCIDR: text,
      taints: list(z.object({ key: z.string(), effect: z.string() })),
    })
    .nullish(),
  status: z
    .object({
      addresses: list(z.object({ type: z.string(), address: z.string() })),
      conditions: list(
        z.object({
          type: z.string(),
          status: z.enum(['True', 'False', 'Unknown']),
          reason: text,
          message: text,
          lastHeartbeatTime: text,
          lastTransitionTime: text,
        }),
      ),
      nodeInfo: z
        .object({ kubeletVersion: text, kernelVersion: text, osImage: text, containerRuntimeVersion: text })
        .nullish(),
    })
    .nullish(),
})

const terminated = z.object({
  exitCode: z.number().int(),
  reason: text,
  message: text,
  signal: count,
  finishedAt: text,
})

const containerStatus = z.object({
  name: z.string(),
  image: text,
  ready: flag,
  started: flag,
  restartCount: count,
  state: z
    .object({
      waiting: z.object({ reason: text, message: text }).nullish(),
      running: z.object({ startedAt: text }).nullish(),
      terminated: terminated.nullish(),
    })
    .nullish(),
  lastState: z.object({ terminated: terminated.nullish() }).nullish(),
})

const containerSpec = z.object({
  name: z.string(),
  image: text,
  restartPolicy: text,
  resources: z.object({ limits: z.object({ cpu: text }).nullish() }).nullish(),
  securityContext: z
    .object({
      runAsUser: count,
      runAsGroup: count,
      privileged: flag,
      capabilities: z.object({ add: list(z.string()), drop: list(z.string()) }).nullish(),
    })
    .nullish(),
})

export const podShape = z.object({
  metadata: metadata.extend({
    ownerReferences: list(
      z.object({ apiVersion: text, kind: z.string(), name: z.string(), controller: flag }),
    ),
  }),
  spec: z
    .object({
      nodeName: text,
      hostNetwork: flag,
      securityContext: z.object({ runAsUser: count, runAsGroup: count }).nullish(),
      initContainers: list(containerSpec),
      containers: list(containerSpec),
    })
    .nullish(),
  status: z
    .object({
      phase: text,
      reason: text,
      podIP: text,
      conditions: list(z.object({ type: z.string(), status: z.string(), reason: text })),
      initContainerStatuses: list(containerStatus),
      containerStatuses: list(containerStatus),
    })
    .nullish(),
})

export const eventShape = z.object({
  involvedObject: z.object({ kind: z.string(), namespace: text, name: z.string() }),
  type: z.enum(['Normal', 'Warning']),
  reason: text,
  message: text,
  source: z.object({ component: text, host: text }).nullish(),
  reportingComponent: text,
  reportingInstance: text,
  count: count,
  firstTimestamp: text,
  lastTimestamp: text,
  eventTime: text,
  series: z.object({ count: count, lastObservedTime: text }).nullish(),
})

export const daemonSetShape = z.object({
  metadata,
  status: z
    .object({
      desiredNumberScheduled: count,
      currentNumberScheduled: count,
      numberReady: count,
      numberAvailable: count,
    })
    .nullish(),
})

export const ipPoolShape = z.object({
  metadata,
  spec: z.object({
    cidr: z.string(),
    disabled: flag,
    ipipMode: text,
    vxlanMode: text,
    natOutgoing: flag,
    nodeSelector: text,
    blockSize: count,
    allowedUses: list(z.string()),
  }),
})

export const blockAffinityShape = z.object({
  metadata,
  spec: z.object({
    cidr: z.string(),
    node: z.string(),
    state: text,
    deleted: z.union([z.string(), z.boolean()]).nullish(),
  }),
})

export const leaseShape = z.object({
  metadata,
  spec: z.object({ holderIdentity: text, renewTime: text, leaseDurationSeconds: count }).nullish(),
})

export type NodeObject = z.infer<typeof nodeShape>
export type PodObject = z.infer<typeof podShape>
export type ContainerStatus = z.infer<typeof containerStatus>
export type ContainerSpecObject = z.infer<typeof containerSpec>
export type EventObject = z.infer<typeof eventShape>
export type DaemonSetObject = z.infer<typeof daemonSetShape>
export type IpPoolObject = z.infer<typeof ipPoolShape>

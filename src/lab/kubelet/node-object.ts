import { rfc3339 } from '#base/clock.ts'
import { asObject } from '#lab/api/json.ts'
import type { Condition, Node } from '#lab/api/objects.ts'
import { quantity } from '#lab/api/quantity.ts'
import type { Pressure } from '#lab/kubelet/eviction-signals.ts'
import { fullImageName, imageId } from '#lab/runtime/images.ts'
import type { Image } from '#lab/runtime/ports.ts'

/** What a kubelet knows of its machine. */
export interface NodeFacts {
  readonly name: string
  readonly address: string
  readonly providerId: string | undefined
  /** The kubelet's: `v1.31.9`. */
  readonly version: string
  readonly bootId: string
  /** `containerd://1.7.27` */
  readonly runtime: string
  readonly machineId: string
  readonly kernelVersion: string
  readonly osImage: string
  readonly images: readonly Image[]
  /** Empty: ready. Else the message of KubeletNotReady. */
  readonly trouble: string
  readonly pressures: ReadonlySet<Pressure>
  readonly diskBytes: number
  readonly nowMs: number
}

/** An event that a change of conditions calls for: `Node n1 status is now: <reason>`. */
export type NodeChange =
  | 'NodeHasSufficientMemory'
  | 'NodeHasInsufficientMemory'
  | 'NodeHasDiskPressure'
  | 'NodeHasNoDiskPressure'
  | 'NodeHasSufficientPID'
  | 'NodeReady'
  | 'NodeNotReady'

export const nodeLabels = (name: string): Readonly<Record<string, string>> => ({
  'beta.kubernetes.io/arch': 'amd64',
  'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': 'linux',
})

/** A cloud's nodes are not made by kubeadm, which notes the runtime's socket. */
export const nodeAnnotations = ({
  providerId,
}: Pick<NodeFacts, 'providerId'>): Readonly<Record<string, string>> => ({
  ...(providerId === undefined
    ? { 'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///run/containerd/containerd.sock' }
    : {}),
  'node.alpha.kubernetes.io/ttl': '0',
  'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
})

const capacity = {
  cpu: '4',
  'hugepages-1Gi': '0',
  'hugepages-2Mi': '0',
  memory: '8139312Ki',
  pods: '110',
}

/** What is left of a machine for pods, its disk apart. */
export const allocatable: Readonly<Record<string, string>> = { ...capacity, memory: '8036912Ki' }

export const memoryCapacityBytes = quantity(capacity.memory)

/** The status a kubelet reports, conditions apart (kubernetes/kubernetes:pkg/kubelet/nodestatus/setters.go). */
export function nodeStatus(
  facts: NodeFacts,
): Omit<Node['status'], 'conditions'> & { readonly daemonEndpoints: unknown } {
  return {
    addresses: [
      { type: 'InternalIP', address: facts.address },
      { type: 'Hostname', address: facts.name },
    ],
    allocatable: {
      ...allocatable,
      'ephemeral-storage': String(Math.floor(facts.diskBytes * 0.9)),
    },
    capacity: { ...capacity, 'ephemeral-storage': `${Math.floor(facts.diskBytes / 1024)}Ki` },
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    images: facts.images.map((image) => ({
      names: [imageId(image.name), fullImageName(image.name)],
      sizeBytes: image.sizeBytes,
    })),
    nodeInfo: {
      architecture: 'amd64',
      bootID: facts.bootId,
      containerRuntimeVersion: facts.runtime,
      kernelVersion: facts.kernelVersion,
      kubeProxyVersion: facts.version,
      kubeletVersion: facts.version,
      machineID: facts.machineId,
      operatingSystem: 'linux',
      osImage: facts.osImage,
      systemUUID: systemUuid(facts.machineId),
    },
  }
}

/** Of a virtual machine both are one number: systemd takes it from the firmware (machine-id(5)). */
const systemUuid = (machineId: string): string =>
  machineId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** The four conditions of the kubelet, after those that the node has now, and the events that they call for. */
export function nodeConditions(
  facts: NodeFacts,
  known: readonly Condition[],
): { readonly conditions: readonly Condition[]; readonly changes: readonly NodeChange[] } {
  const changes: NodeChange[] = []
  const now = rfc3339(facts.nowMs)
  const conditions = wantedConditions(facts).map(({ change, ...wanted }): Condition => {
    const before = known.find(({ type }) => type === wanted.type)
    // A Ready condition that is new needs no event; the pressures always tell when they become False.
    if (before?.status !== wanted.status && (before !== undefined || wanted.type !== 'Ready'))
      changes.push(change)
    const since = before?.status === wanted.status ? before.lastTransitionTime : undefined
    return { ...wanted, lastHeartbeatTime: now, lastTransitionTime: since ?? now }
  })
  return { conditions, changes }
}

function wantedConditions(facts: NodeFacts): readonly (Condition & { readonly change: NodeChange })[] {
  return [
    facts.pressures.has('memory')
      ? {
          type: 'MemoryPressure',
          status: 'True',
          reason: 'KubeletHasInsufficientMemory',
          message: 'kubelet has insufficient memory available',
          change: 'NodeHasInsufficientMemory',
        }
      : {
          type: 'MemoryPressure',
          status: 'False',
          reason: 'KubeletHasSufficientMemory',
          message: 'kubelet has sufficient memory available',
          change: 'NodeHasSufficientMemory',
        },
    facts.pressures.has('disk')
      ? {
          type: 'DiskPressure',
          status: 'True',
          reason: 'KubeletHasDiskPressure',
          message: 'kubelet has disk pressure',
          change: 'NodeHasDiskPressure',
        }
      : {
          type: 'DiskPressure',
          status: 'False',
          reason: 'KubeletHasNoDiskPressure',
          message: 'kubelet has no disk pressure',
          change: 'NodeHasNoDiskPressure',
        },
    {
      type: 'PIDPressure',
      status: 'False',
      reason: 'KubeletHasSufficientPID',
      message: 'kubelet has sufficient PID available',
      change: 'NodeHasSufficientPID',
    },
    facts.trouble === ''
      ? {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
          change: 'NodeReady',
        }
      : {
          type: 'Ready',
          status: 'False',
          reason: 'KubeletNotReady',
          message: facts.trouble,
          change: 'NodeNotReady',
        },
  ]
}

/** Whether a status made of either would say the same, times apart. */
export const sameFacts = (a: NodeFacts, b: NodeFacts): boolean =>
  a.trouble === b.trouble &&
  a.images === b.images &&
  a.bootId === b.bootId &&
  a.runtime === b.runtime &&
  a.diskBytes === b.diskBytes &&
  a.pressures.size === b.pressures.size &&
  [...a.pressures].every((pressure) => b.pressures.has(pressure))

/**
 * Whether a Node still has what was stored of a report, and its kubelet would report the same again, conditions apart. What nobody
 * changed is the same value in each version of an object.
 */
export const saysStill = (
  stored: { readonly node: Node; readonly facts: NodeFacts },
  { node, facts }: { readonly node: Node; readonly facts: NodeFacts },
): boolean =>
  constant.every((key) => stored.facts[key] === facts[key]) &&
  sameFacts(stored.facts, facts) &&
  sameParts(stored.node, node)

/** Whether a version of a Node says what the one before it said, and with it the conditions that were reported. */
export const saysToo = (
  stored: Node,
  { node, conditions }: { readonly node: Node; readonly conditions: readonly Condition[] },
): boolean =>
  sameParts(stored, node) &&
  conditions.every((each) =>
    stored.status.conditions?.some(
      ({ type, status, reason, message }) =>
        type === each.type && status === each.status && reason === each.reason && message === each.message,
    ),
  )

const sameParts = (a: Node, b: Node): boolean =>
  reportedParts.every((part) => asObject(a.status)[part] === asObject(b.status)[part])

const constant = ['name', 'address', 'version', 'machineId', 'kernelVersion', 'osImage'] as const
const reportedParts = ['addresses', 'allocatable', 'capacity', 'daemonEndpoints', 'images', 'nodeInfo']

/** Whether a status has to be posted before its five minutes are over: anything but heartbeats differs. */
export function statusDiffers({ status }: Node, facts: NodeFacts, conditions: readonly Condition[]): boolean {
  const foreign = (status.conditions ?? []).filter(({ type }) => !conditions.some((own) => own.type === type))
  const next = { ...status, ...nodeStatus(facts), conditions: [...foreign, ...conditions] }
  return !sameImages(status.images ?? [], next.images ?? []) || comparable(status) !== comparable(next)
}

type NodeImages = NonNullable<Node['status']['images']>

/** Apart from the rest, and first: it is most of a status, and compared without writing it out. */
const sameImages = (a: NodeImages, b: NodeImages): boolean =>
  a.length === b.length &&
  a.every(({ names }, i) => {
    const others = b[i]?.names
    return names.length === others?.length && names.every((name, j) => name === others[j])
  })

const comparable = (status: Node['status']): string =>
  JSON.stringify([
    status.addresses,
    status.nodeInfo,
    [...(status.conditions ?? [])]
      .sort((x, y) => (x.type < y.type ? -1 : 1))
      .map(({ type, status: is, reason, message }) => [type, is, reason, message]),
  ])

/**
 * The relations: what ninelives knows about a cluster, as typed rows. Each has a file of its own under `relations/`
 * with its row, and its entry in `relationInfo` with how a person reads it, what permission and what tier it costs.
 */
import type { Message } from '#cluster/messages.ts'

export interface NodeRow {
  readonly name: string
  readonly internalIp?: string
  readonly unschedulable: boolean
  readonly conditions: readonly ConditionRow[]
  readonly taints: readonly { readonly key: string; readonly effect: string }[]
  readonly labels: Readonly<Record<string, string>>
  /** `projectcalico.org/IPv4Address`, e.g. 10.0.0.21/24. */
  readonly calicoIpv4?: string
  readonly kubeletVersion?: string
  readonly createdAtMs?: number
}

export interface ConditionRow {
  readonly type: string // Ready, NetworkUnavailable, MemoryPressure …
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly heartbeatAtMs?: number
  readonly transitionAtMs?: number
}

export interface ContainerRow {
  readonly name: string
  readonly init: boolean
  readonly image?: string
  readonly ready?: boolean
  readonly restarts?: number
  readonly state?: 'running' | 'waiting' | 'terminated'
  /** Waiting or terminated reason: CrashLoopBackOff, ImagePullBackOff, Error, OOMKilled … */
  readonly reason?: string
  readonly message?: string
  readonly startedAtMs?: number
  readonly lastTermination?: {
    readonly reason: string
    readonly exitCode: number
    readonly finishedAtMs?: number
  }
  /** As the pod's spec says it; undefined where the source does not show it. */
  readonly runAsUser?: number
  readonly runAsGroup?: number
  readonly privileged?: boolean
  readonly capabilities?: { readonly add: readonly string[]; readonly drop: readonly string[] }
}

export interface PodRow {
  readonly namespace: string
  readonly name: string
  readonly node?: string
  /** `calico-node`, `calico-typha`, `calico-kube-controllers`, `tigera-operator`; undefined for any other pod. */
  readonly component?: CalicoComponent
  readonly phase?: string
  /** kubectl's STATUS column: Running, CrashLoopBackOff, Init:Error, ContainerCreating … */
  readonly status?: string
  readonly ready?: boolean
  readonly ip?: string
  readonly hostNetwork?: boolean
  readonly containers: readonly ContainerRow[]
  readonly createdAtMs?: number
  readonly deleting?: boolean
}

export type CalicoComponent = 'calico-node' | 'calico-typha' | 'calico-kube-controllers' | 'tigera-operator'

export interface EventRow {
  readonly about: { readonly kind: string; readonly namespace?: string; readonly name: string }
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  readonly component?: string
  readonly node?: string
  readonly count: number
  readonly firstAtMs?: number
  readonly lastAtMs?: number
}

export interface DaemonSetRow {
  readonly namespace: string
  readonly name: string
  readonly desired?: number
  readonly current?: number
  readonly ready?: number
  readonly available?: number
}

/** One recognised line of some program: log line, event message, probe output. */
export interface MessageRow {
  readonly message: Message
  readonly node?: string
  readonly pod?: { readonly namespace?: string; readonly name: string }
  readonly container?: string
  readonly atMs?: number
  /** How often the same message was seen (events carry a count; equal log lines are folded). */
  readonly count: number
}

/** A path of a node's file system, seen from the node or from a container that mounts it. */
export interface HostPathRow {
  readonly node: string
  readonly path: string // canonical: /run/calico, not /var/run/calico
  readonly exists: boolean
  readonly kind?: 'file' | 'directory' | 'symlink' | 'socket'
  readonly mode?: number // 0o755
  readonly uid?: number
  readonly gid?: number
}

/** One line of a node's tmpfiles.d that concerns a path Calico uses. */
export interface TmpfilesEntryRow {
  readonly node: string
  readonly file: string // /etc/tmpfiles.d/calico.conf
  readonly path: string // /run/calico
  readonly kind: string // d, D, z …
  readonly mode?: number
  readonly user?: string // as written: 10001, root, calico
  readonly group?: string
  /** false where a file that sorts earlier configures the same path (the lexically first wins). */
  readonly wins: boolean
}

/** The credentials with which a node's calico-node container runs its programs, as far as they were seen. */
export interface ProcessRow {
  readonly node: string
  readonly program: string // bird, calico-node
  readonly uid: number // effective
  readonly gid?: number
  readonly capabilities?: readonly string[]
}

export interface BgpSessionRow {
  readonly node: string // on which it was read
  readonly peer: string // address
  readonly kind: 'mesh' | 'node' | 'global'
  readonly up: boolean
  readonly state: string // Established, Active, Connect, Idle, Passive …
  readonly info?: string // Socket: Connection refused
}

export interface IpPoolRow {
  readonly name: string
  readonly cidr: string
  readonly disabled: boolean
  readonly encapsulation: 'none' | 'ipip' | 'ipip-cross-subnet' | 'vxlan' | 'vxlan-cross-subnet'
  readonly resourceVersion?: string
}

/** A person's own sentence about what they see. Weak evidence, never decisive. */
export interface RemarkRow {
  readonly says:
    | 'same-node-works-cross-node-fails'
    | 'node-was-rebooted'
    | 'os-was-updated'
    | 'service-timeouts'
    | 'node-network-fine'
    | 'ssh-works'
  readonly node?: string
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

import type { Child, Container, ContainerSpec, Credentials, Mount } from '#lab/host/ports.ts'
import type { NetStack } from '#lab/network/ports.ts'
import type { ContainerIo } from '#lab/runtime/container-io.ts'
import type { ContainerLog } from '#lab/runtime/logs.ts'
import type { Image } from '#lab/runtime/ports.ts'

export interface PodIdentity {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** A pod's sandbox: the namespaces its containers share. */
export interface Sandbox {
  readonly id: string // 64 hex
  readonly pod: PodIdentity
  /** Counts up each time the pod gets a new sandbox. */
  readonly attempt: number
  readonly createdMs: number
  readonly hostNetwork: boolean
  readonly hostPid: boolean
  readonly hostname: string
  readonly address: string | undefined
  readonly ready: boolean
  /** As the kubelet named it: `/kubepods.slice/…-pod<uid>.slice`, `/kubepods/besteffort/pod<uid>`. */
  readonly cgroupParent: string
}

/** One instance of a container. A restart makes another one with a higher attempt. */
export interface ContainerInstance {
  readonly id: string // 64 hex
  readonly sandboxId: string
  readonly pod: PodIdentity
  readonly name: string
  readonly attempt: number
  readonly image: string
  readonly log: ContainerLog
  readonly createdMs: number
  readonly state: 'created' | 'running' | 'exited'
  /** Of its first process, as the machine counts; 0 before there is one. */
  readonly pid: number
  readonly startedMs: number
  readonly finishedMs: number
  readonly exitCode: number
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, `Unknown`. Empty while it runs. */
  readonly reason: string
  readonly message: string
  /** What the kubelet wants kept with it across its own restarts, as the runtime's labels and annotations do. */
  readonly labels: Readonly<Record<string, string>>
}

export interface ContainerConfig {
  readonly name: string
  readonly attempt: number
  readonly image: Image
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string | undefined
  readonly credentials: Credentials
  readonly procSys: NonNullable<ContainerSpec['procSys']>
  /** What its label is to be, on machines with SELinux. */
  readonly selinux?: Omit<NonNullable<ContainerSpec['selinux']>, 'pod'>
  readonly mounts: readonly Mount[]
  readonly labels: Readonly<Record<string, string>>
  /** Whether its input is kept open for who attaches; default: it has none. */
  readonly input?: { readonly once: boolean }
  readonly tty?: boolean
  /** Where its last words are, and whether its log has them when there are none and it failed. */
  readonly lastWords: { readonly path: string; readonly orLog: boolean }
  /** Its control group's memory. */
  readonly memory: NonNullable<ContainerSpec['memory']>
  /** Its CPU limit. */
  readonly cpuCores?: number
}

/** @internal The runtime's own side of a sandbox. */
export type SandboxState = { -readonly [K in keyof Sandbox]: Sandbox[K] } & {
  readonly bootId: string
  readonly net: NetStack
  netnsPath: string
}

/** @internal */
export type InstanceState = { -readonly [K in keyof ContainerInstance]: ContainerInstance[K] } & {
  readonly bootId: string
  readonly config: ContainerConfig
  readonly container: Container
  readonly io: ContainerIo
  child: Child | undefined
}

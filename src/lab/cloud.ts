/** What a cloud provider is to a lab: somebody outside the cluster who owns its machines and keeps its master. */
import type { ApiServer } from '#lab/api/server.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import type { Output, Program } from '#lab/host/ports.ts'
import type { Kernel, Task } from '#lab/kernel/kernel.ts'
import type { Underlay } from '#lab/network/ports.ts'
import type { NodePlan } from '#lab/plan.ts'

/** The data centre, as far as the provider's own software reaches it. */
export interface CloudSite {
  readonly kernel: Kernel
  readonly api: ApiServer
  readonly underlay: Underlay
  /** The machine of a node, or one that is no node. Undefined for one that there is not. */
  machine(name: string): LabMachine | undefined
  /** A new machine with the disk that provisioning leaves, plugged in and switched off. */
  build(node: NodePlan): LabMachine
  /** The same machine with a new disk; it must be off. */
  rebuild(node: NodePlan): LabMachine
  /** Gives a machine back; it must be off. */
  remove(name: string): void
}

export interface CloudProvider {
  /** Programs of its own that run on its machines. */
  readonly programs: Readonly<Record<string, Program>>
  /** Once, before anything runs. */
  connect(site: CloudSite): void
  /** One command line of the provider's command, `ks worker ls --cluster shop`, as the account's owner types it. */
  run(task: Task, argv: readonly string[]): Promise<Output>
}

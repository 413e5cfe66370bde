import type { Draft, KubeObject } from '#lab/api/objects.ts'
import type { CloudProvider } from '#lab/cloud.ts'
import type { Program, Tree } from '#lab/host/ports.ts'
import type { ClusterPlan, MachinePlan, NodePlan, PlanOptions } from '#lab/plan.ts'
import type { Image } from '#lab/runtime/ports.ts'

/** One kind of cluster: how it is laid out, what is on its disks, and what its owner applied before the first boot. */
export interface FlavourDefinition {
  plan(o: PlanOptions): ClusterPlan
  /** A node's disk as provisioning leaves it: what a new or rebuilt machine boots from. */
  disk(node: NodePlan, plan: ClusterPlan): Tree
  /** Machines that are no nodes: a master that the provider runs, say. Default: none. */
  others?(plan: ClusterPlan): readonly { readonly machine: MachinePlan; readonly tree: Tree }[]
  /** What the registry holds, and every node has pulled. */
  images(plan: ClusterPlan): readonly Image[]
  /** What registries hold besides, and nobody has pulled. Default: none. */
  published?(plan: ClusterPlan): readonly Image[]
  manifests(plan: ClusterPlan): readonly Draft<KubeObject>[]
  /** Programs that no other flavour has. Default: none. */
  readonly programs?: Readonly<Record<string, Program>>
  /** Who owns the machines and keeps the master. Default: nobody else than the cluster's owner. */
  cloud?(plan: ClusterPlan): CloudProvider
}

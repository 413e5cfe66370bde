import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { KubeUnreachable } from '#lab/api/ports.ts'
import type { CloudProvider, CloudSite } from '#lab/cloud.ts'
import type { Output, Program } from '#lab/host/ports.ts'
import { runCommand } from '#lab/ibm/cli/run.ts'
import { cloudController } from '#lab/ibm/cloud-controller.ts'
import type { Endpoints, Infrastructure } from '#lab/ibm/infrastructure.ts'
import { Inventory } from '#lab/ibm/inventory.ts'
import type { Product } from '#lab/ibm/product.ts'
import { VpcNetwork } from '#lab/ibm/vpc-network.ts'
import { vpcRouter } from '#lab/ibm/vpc-plan.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { type OwnerKube, ownerKube } from '#lab/owner-kube.ts'
import type { ClusterPlan } from '#lab/plan.ts'
import { askServer } from '#lab/request.ts'

export interface IbmCloudOptions {
  readonly plan: ClusterPlan
  readonly infrastructure: Infrastructure
  readonly product: Product
  /** Of Kubernetes or OpenShift, without suffix, when the cluster was delivered: its workers stay with it. */
  readonly version: string
  /** What the provider keeps in a cluster whose master is of a version. */
  readonly managed: (master: { readonly version: string } & Endpoints) => readonly Draft<KubeObject>[]
}

/** What the provider's commands and operations work with. */
export interface IbmAccount extends IbmCloudOptions {
  readonly inventory: Inventory
  /** Of an account whose infrastructure is a VPC. */
  readonly vpc: VpcNetwork | undefined
  readonly site: CloudSite
  /** The cluster's API for one of the provider's tasks: calls reject with KubeError, and KubeUnreachable while the master is down. */
  kube(task: Task): OwnerKube
}

/** IBM Cloud as the owner of one cluster meets it: a record of workers, operations that take their time, a command. */
export class IbmCloud implements CloudProvider {
  readonly programs: Readonly<Record<string, Program>>
  readonly #options: IbmCloudOptions
  readonly #inventory: Inventory
  #account: IbmAccount | undefined

  constructor(options: IbmCloudOptions) {
    this.#options = options
    const { infrastructure, plan, product, version } = options
    this.#inventory = new Inventory(infrastructure, plan.nodes, version)
    if (infrastructure.provider === 'vpc-gen2' && product.isSecureByDefault(version))
      this.#inventory.outboundProtection = 'enabled'
    this.programs = { 'ibm-cloud-controller-manager': cloudController(this.#inventory, options) }
  }

  connect(site: CloudSite): void {
    this.#inventory.delivered(site.kernel.nowMs)
    this.#account = {
      ...this.#options,
      inventory: this.#inventory,
      vpc: this.#options.infrastructure.provider === 'vpc-gen2' ? new VpcNetwork(vpcRouter) : undefined,
      site,
      kube: (task) => kubeFor(task, site),
    }
  }

  run(task: Task, argv: readonly string[]): Promise<Output> {
    if (this.#account === undefined) throw new Error('the provider is connected before anybody asks it')
    return runCommand(this.#account, task, argv)
  }
}

const kubeFor = (task: Task, { api }: CloudSite): OwnerKube =>
  ownerKube(async (request) => {
    const answer = await task.wait<Parameters<Parameters<typeof askServer>[2]>[0]>((wake) => {
      askServer(api, request, wake)
      return undefined
    })
    if (answer === undefined || answer === 'broken-off')
      throw new KubeUnreachable('the master does not answer')
    return answer
  })

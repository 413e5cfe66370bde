import {
  firstHost,
  firstWorkers,
  type Infrastructure,
  type Worker,
  workerAt,
} from '#lab/ibm/infrastructure.ts'

/** Something that the provider does with a worker; while it lasts, the cluster is not asked how the worker is. */
export interface WorkerOperation {
  readonly state: WorkerState
  readonly status: string
}

/** As `ibmcloud ks worker ls` prints them. */
export type WorkerState =
  | 'provision_pending'
  | 'provisioning'
  | 'provisioned'
  | 'deploying'
  | 'deployed'
  | 'deploy_failed'
  | 'reload_pending'
  | 'reloading'
  | 'reloading_failed'
  | 'normal'
  | 'warning'
  | 'critical'
  | 'unknown'
  | 'deleting'

export interface MasterOperation {
  readonly state: 'deployed' | 'updating' | 'update_failed'
  readonly status: string
  readonly sinceMs: number
}

/** What the account has on record, as it changes while the lab runs. */
export class Inventory {
  readonly infrastructure: Infrastructure
  /** When the cluster was delivered. */
  createdMs = 0
  /** Of Kubernetes, without suffix. */
  masterVersion: string
  master: MasterOperation = { state: 'deployed', status: 'Ready', sinceMs: 0 }
  /** VRF and service endpoints come together; with them VLAN spanning is no longer an option. */
  account: { readonly vrf: boolean; readonly spanning: boolean } = { vrf: false, spanning: true }
  /** Of a classic cluster: whether its owner has a private service endpoint. Workers learn of it with their next disk. */
  hasPrivateMaster = false
  /** Of a cluster in a VPC that is secure by default: whether its workers send out nothing but what is listed. */
  outboundProtection: 'enabled' | 'disabled' | undefined
  /** Whether the private VLANs are routed through the account's gateway appliance, or bypass it. */
  gatewayRouted = false
  readonly #workers: Worker[]
  readonly #operations = new Map<string, WorkerOperation>()
  #ordered: number

  constructor(infrastructure: Infrastructure, workers: number, version: string) {
    this.masterVersion = version
    this.infrastructure = infrastructure
    this.#workers = [...firstWorkers(infrastructure, workers)]
    this.#ordered = workers
  }

  delivered(nowMs: number): void {
    this.createdMs = nowMs
    this.master = { ...this.master, sinceMs: nowMs }
  }

  get workers(): readonly Worker[] {
    return this.#workers
  }

  operation({ id }: Worker): WorkerOperation | undefined {
    return this.#operations.get(id)
  }

  /** Notes what happens to a worker now; nothing: it is over. */
  note({ id }: Worker, operation: WorkerOperation | undefined): void {
    if (operation === undefined) this.#operations.delete(id)
    else this.#operations.set(id, operation)
  }

  /** Puts another worker on record, with an address that none had before. */
  order(zone: string): Worker {
    const { zones } = this.infrastructure
    const index = this.#ordered++
    // As far up as if every worker ever ordered had been of this zone: no address comes back.
    const worker = workerAt(this.infrastructure, { index, zone, host: firstHost + index + zones.length })
    this.#workers.push(worker)
    return worker
  }

  strike({ id }: Worker): void {
    this.#workers.splice(
      this.#workers.findIndex((each) => each.id === id),
      1,
    )
    this.#operations.delete(id)
  }
}

import { cluster, pool } from '#lab/ibm/account.ts'
import type { NodePlan } from '#lab/plan.ts'

export interface Worker {
  readonly id: string
  readonly zone: string
  readonly pool: string
  readonly privateIp: string
  /** Where it has a public interface. */
  readonly publicIp?: string
}

/** One of the addresses at which a master is reached. */
export interface MasterAddress {
  readonly address: string
  readonly port: number
  /** Only while none of the others works. */
  readonly isBackup: boolean
}

/** By which service endpoints a master can be reached. A VPC's has both from its first day on. */
export interface Endpoints {
  /** Beside the public one. */
  readonly hasPrivateMaster: boolean
}

/** What the two generations of the provider's machines differ in. */
export interface Infrastructure {
  readonly provider: 'classic' | 'vpc-gen2'
  readonly zones: readonly string[]
  readonly machineType: string
  readonly location: string // Dallas
  readonly nameserver: string
  /** Where the agents of konnectivity find their server: they know one way. */
  konnectivityServer(o: Endpoints): string
  /** Where a worker finds its master, the first way first. */
  masters(worker: Pick<Worker, 'zone'> & Endpoints): readonly MasterAddress[]
  /** The `host`-th address of the zone's subnets. */
  addresses(zone: string, host: number): Pick<Worker, 'privateIp' | 'publicIp'>
  nodeOf(worker: Worker): NodePlan
  /** Labels that workers of the other generation do not have. */
  labels(worker: Worker): Readonly<Record<string, string>>
}

/** The `index`-th worker of a cluster: they are spread over the zones in turns, and their ids sort by age. */
export function workerAt(
  infrastructure: Infrastructure,
  { index, zone, host }: { readonly index: number; readonly zone: string; readonly host: number },
): Worker {
  const suffix = (0x0000_01a3 + index * 0x5b).toString(16).padStart(8, '0')
  return {
    id: `kube-${cluster.id}-${cluster.name}-${pool.name}-${suffix}`,
    zone,
    pool: pool.name,
    ...infrastructure.addresses(zone, host),
  }
}

/** The provider keeps the first addresses of a subnet. */
export const firstHost = 4

export function firstWorkers(infrastructure: Infrastructure, count: number): readonly Worker[] {
  const { zones } = infrastructure
  return Array.from({ length: count }, (_, index) => {
    const zone = zones[index % zones.length] as string // a cluster has zones
    return workerAt(infrastructure, { index, zone, host: firstHost + Math.floor(index / zones.length) })
  })
}

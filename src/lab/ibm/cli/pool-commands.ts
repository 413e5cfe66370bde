import { classicZones, pool } from '#lab/ibm/account.ts'
import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, sheet, table } from '#lab/ibm/cli/print.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import { vpcZones } from '#lab/ibm/vpc-zones.ts'

/**
 * Worker pools, as far as they are looked at. Not imitated: making, resizing and balancing them; the columns of the plug-in's newest
 * versions are not published.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-kubernetes-service-cli (worker-pool)
 */
export const poolCommands: Commands = {
  'ks worker-pool ls': {
    needs: ['cluster'],
    run: (call) => {
      if (wantsJson(call.words)) return json([poolJson(call)])
      const { infrastructure, inventory } = call.account
      const flavor = infrastructure.provider === 'classic' ? 'Machine Type' : 'Flavor'
      return `OK\n${table(
        ['Name', 'ID', flavor, 'Workers'],
        [[pool.name, pool.id, infrastructure.machineType, String(inventory.workers.length)]],
      )}`
    },
  },

  'ks worker-pool get': {
    needs: ['cluster', 'worker-pool'],
    run: (call) => {
      const named = call.words.option('worker-pool')
      if (named !== pool.name && named !== pool.id)
        throw new Refused('The specified worker pool could not be found.')
      return wantsJson(call.words)
        ? json(poolJson(call))
        : `Retrieving worker pool ${pool.name}...\nOK\n\n${about(call)}`
    },
  },
}

interface PoolZone {
  readonly id: string
  readonly workers: number
  /** Where its machines are plugged in: VLANs, or a subnet. */
  readonly networks: Readonly<Record<string, string>>
}

const zonesOf = ({ account: { infrastructure, inventory } }: Call): readonly PoolZone[] =>
  infrastructure.zones.map((id) => ({
    id,
    workers: inventory.workers.filter(({ zone }) => zone === id).length,
    networks: infrastructure.provider === 'classic' ? vlansOf(id) : subnetOf(id),
  }))

function vlansOf(id: string): Readonly<Record<string, string>> {
  const zone = classicZones.find(({ name }) => name === id)
  return zone === undefined ? {} : { privateVlan: zone.private.id, publicVlan: zone.public.id }
}

function subnetOf(id: string): Readonly<Record<string, string>> {
  const zone = vpcZones.find(({ name }) => name === id)
  return zone === undefined ? {} : { subnet: zone.subnetId }
}

/** What the pool wants in each zone: as many as the zone with most has. */
const perZone = (zones: readonly PoolZone[]): number => Math.max(...zones.map(({ workers }) => workers))

function about(call: Call): string {
  const zones = zonesOf(call)
  const { infrastructure } = call.account
  const isClassic = infrastructure.provider === 'classic'
  const head = sheet([
    ['Name', pool.name],
    ['ID', pool.id],
    ['State', 'active'],
    [isClassic ? 'Hardware' : 'Flavor', isClassic ? 'shared' : infrastructure.machineType],
    ['Zones', zones.map(({ id }) => id).join(',')],
    ['Workers per zone', String(perZone(zones))],
    ...(isClassic ? ([['Machine type', infrastructure.machineType]] as const) : []),
    ['Labels', `ibm-cloud.kubernetes.io/worker-pool-id=${pool.id}`],
  ])
  const networks = isClassic ? ['Private VLAN', 'Public VLAN'] : ['Subnet']
  return `${head}\n${table(
    ['Zone', 'Workers', ...networks],
    zones.map(({ id, workers, networks: of }) => [id, String(workers), ...Object.values(of)]),
  )}`
}

function poolJson(call: Call): unknown {
  const { infrastructure } = call.account
  const zones = zonesOf(call)
  return {
    id: pool.id,
    poolName: pool.name,
    flavor: infrastructure.machineType,
    provider: infrastructure.provider,
    labels: { 'ibm-cloud.kubernetes.io/worker-pool-id': pool.id },
    lifecycle: { actualState: 'active', desiredState: 'active' },
    workerCount: perZone(zones),
    isBalanced: zones.every(({ workers }) => workers === perZone(zones)),
    zones: zones.map(({ id, workers, networks: { subnet, ...vlans } }) => ({
      id,
      workerCount: workers,
      ...vlans,
      ...(subnet === undefined ? {} : { subnets: [{ id: subnet, primary: true }] }),
    })),
  }
}

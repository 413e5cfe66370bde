import { isErrno } from '#lab/host/ports.ts'
import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, table } from '#lab/ibm/cli/print.ts'
import { checkVpc, vpcOf } from '#lab/ibm/cli/vpc-objects.ts'
import { operandsOf } from '#lab/ibm/cli/vpc-words.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import type { CustomRoute } from '#lab/ibm/vpc-network.ts'
import { vpcName, vpcZones } from '#lab/ibm/vpc-zones.ts'

/** The VPC's one routing table, which all its subnets ask, and the custom routes in it. A route's id is its name. */
export const routeCommands: Commands = {
  'is vpc-routing-tables': {
    only: 'vpc-gen2',
    run: (call) => {
      checkVpc(operandsOf(call.words)[0])
      if (wantsJson(call.words)) return json([tableJson(call)])
      return `Listing routing tables of VPC ${vpcName}...\n${table(
        ['ID', 'Name', 'Default', 'State', 'Routes', 'Subnets'],
        [[tableId, tableName, 'true', 'stable', String(vpcOf(call).routes.length), String(vpcZones.length)]],
      )}`
    },
  },

  'is vpc-routing-table-routes': {
    only: 'vpc-gen2',
    run: (call) => {
      checkTable(call)
      const { routes } = vpcOf(call)
      if (wantsJson(call.words)) return json(routes.map(routeJson))
      return `Listing routes of routing table ${tableName}...\n${table(
        ['ID', 'Name', 'Action', 'Destination', 'Next hop', 'Zone', 'State'],
        routes.map(({ name, zone, destination, via }) => [
          name,
          name,
          via === undefined ? 'drop' : 'deliver',
          destination,
          via ?? nowhere,
          zone,
          'stable',
        ]),
      )}`
    },
  },

  'is vpc-routing-table-route-create': {
    only: 'vpc-gen2',
    needs: ['zone', 'destination', 'action'],
    run: (call) => {
      checkTable(call)
      const route = routeOf(call)
      try {
        vpcOf(call).addRoute(call.account.site.underlay, route)
      } catch (error) {
        if (!isErrno(error)) throw error
        throw new Refused('The route is there already, or its next hop is in none of the subnets.')
      }
      return `Creating route ${route.name} in routing table ${tableName}...\nOK\n`
    },
  },

  'is vpc-routing-table-route-delete': {
    only: 'vpc-gen2',
    run: (call) => {
      checkTable(call)
      const name = operandsOf(call.words)[2]
      const route = vpcOf(call).routes.find((each) => each.name === name)
      if (route === undefined) throw new Refused('Route not found')
      vpcOf(call).deleteRoute(call.account.site.underlay, route)
      return `Deleting route ${route.name} from routing table ${tableName}...\nOK\n`
    },
  },
}

const tableName = 'shop-vpc-default'
const tableId = 'r006-6f1d0c2e-5c1f-4b0c-8d5e-6a1b2c3d4e60'
const nowhere = '0.0.0.0'

function checkTable(call: Call): void {
  const [vpc, routing] = operandsOf(call.words)
  checkVpc(vpc)
  if (routing !== tableId && routing !== tableName) throw new Refused('Routing table not found')
}

function routeOf({ words }: Call): CustomRoute {
  const [zone, destination, action] = ['zone', 'destination', 'action'].map(
    (name) => words.option(name) ?? '',
  )
  const via = words.option('next-hop') ?? words.option('next-hop-ip')
  if (!vpcZones.some(({ name }) => name === zone)) throw new Refused('Zone not found')
  if (action !== 'deliver' && action !== 'drop')
    throw new Refused('Incorrect Usage: the action is deliver or drop')
  if (action === 'deliver' && via === undefined)
    throw new Refused('Incorrect Usage: Required flag "next-hop" not set')
  return {
    name: words.option('name') ?? `route-${destination?.replaceAll(/[./]/g, '-')}`,
    zone: zone as string, // of the list
    destination: destination as string, // needed
    ...(action === 'deliver' && via !== undefined && { via }),
  }
}

const routeJson = ({ name, zone, destination, via }: CustomRoute) => ({
  id: name,
  name,
  action: via === undefined ? 'drop' : 'deliver',
  destination,
  next_hop: { address: via ?? nowhere },
  zone: { name: zone },
  lifecycle_state: 'stable',
  origin: 'user',
})

const tableJson = (call: Call) => ({
  id: tableId,
  name: tableName,
  is_default: true,
  lifecycle_state: 'stable',
  routes: vpcOf(call).routes.map(({ name }) => ({ id: name, name })),
  subnets: vpcZones.map(({ name, subnetId }) => ({ id: subnetId, name: `${vpcName}-${name}` })),
})

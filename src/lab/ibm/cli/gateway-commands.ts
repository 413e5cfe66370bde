import { cluster } from '#lab/ibm/account.ts'
import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json } from '#lab/ibm/cli/print.ts'
import { gatewayId, routeThrough } from '#lab/ibm/gateway-appliance.ts'

/**
 * Classic infrastructure's API, as far as it is about the gateway appliance: which VLANs go through it. Its rules are its own:
 * `ninelives lab exec gateway -- iptables -S FORWARD`.
 *
 * @see https://sldn.softlayer.com/reference/services/SoftLayer_Network_Gateway (unbypassAllVlans, bypassAllVlans)
 */
export const gatewayCommands: Commands = {
  'sl call-api SoftLayer_Network_Gateway getObject': {
    only: 'classic',
    needs: ['init'],
    run: (call) => {
      check(call)
      return json({ id: Number(gatewayId), name: `gateway-${cluster.name}`, statusId: 1 })
    },
  },
  'sl call-api SoftLayer_Network_Gateway getInsideVlans': {
    only: 'classic',
    needs: ['init'],
    run: (call) => {
      check(call)
      const { gatewayRouted } = call.account.inventory
      return json([{ networkGatewayId: Number(gatewayId), bypassFlag: !gatewayRouted }])
    },
  },
  'sl call-api SoftLayer_Network_Gateway unbypassAllVlans': {
    only: 'classic',
    needs: ['init'],
    run: (call) => route(call, true),
  },
  'sl call-api SoftLayer_Network_Gateway bypassAllVlans': {
    only: 'classic',
    needs: ['init'],
    run: (call) => route(call, false),
  },
}

function check({ words }: Call): void {
  if (words.option('init') !== gatewayId)
    throw new Refused('SoftLayer_Exception_ObjectNotFound: Unable to find object with that id. (HTTP 404)')
}

function route(call: Call, isRouted: boolean): string {
  check(call)
  const { inventory, site } = call.account
  if (inventory.gatewayRouted !== isRouted) routeThrough(site.underlay, isRouted)
  inventory.gatewayRouted = isRouted
  return json(null)
}

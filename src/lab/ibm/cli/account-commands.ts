import { cluster } from '#lab/ibm/account.ts'
import { type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, sheet } from '#lab/ibm/cli/print.ts'
import { joinNetworks } from '#lab/ibm/spanning.ts'

export const accountCommands: Commands = {
  'account show': {
    run: ({ account: { inventory }, words }) => {
      const { vrf } = inventory.account
      if (words.option('output')?.toLowerCase() === 'json')
        return json({ id: cluster.account, vrfEnabled: vrf, serviceEndpointEnabled: vrf })
      return `OK\n\n${sheet([
        ['Account ID', cluster.account],
        ['VRF Enabled', String(vrf)],
        ['Service Endpoint Enabled', String(vrf)],
      ])}`
    },
  },

  /** Turns VRF on with it; that there is no way back is the provider's. */
  'account update': {
    needs: ['service-endpoint-enable'],
    run: ({ account, words }) => {
      const { inventory } = account
      if (words.option('service-endpoint-enable') !== 'true')
        throw new Refused('VRF and service endpoints of an account cannot be disabled here.')
      inventory.account = { ...inventory.account, vrf: true }
      joinNetworks(account)
      return 'OK\nThe account was updated.\n'
    },
  },
}

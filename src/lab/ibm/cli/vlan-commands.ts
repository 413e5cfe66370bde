import { classicZones, type Vlan } from '#lab/ibm/account.ts'
import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, sheet, table } from '#lab/ibm/cli/print.ts'
import { joinNetworks } from '#lab/ibm/spanning.ts'

/** The words of `vlan spanning` and its JSON are the lab's own: the provider's are not published. */
export const vlanCommands: Commands = {
  'ks vlan ls': {
    needs: ['zone'],
    only: 'classic',
    run: ({ words }) => {
      const zone = classicZones.find(({ name }) => name === words.option('zone'))
      if (zone === undefined) throw new Refused('The specified zone could not be found.')
      const vlans = [row(zone.private, 'private'), row(zone.public, 'public')]
      if (words.has('json') || words.option('output') === 'json') return json(vlans)
      return `OK\n${table(
        ['ID', 'Name', 'Number', 'Type', 'Router', 'Supports Virtual Workers'],
        vlans.map(({ id, properties: { name, number, type, primaryRouter } }) => [
          id,
          name,
          number,
          type,
          primaryRouter,
          'true',
        ]),
      )}`
    },
  },

  'ks vlan spanning get': {
    needs: ['region'],
    only: 'classic',
    run: ({ account: { inventory }, words }) => {
      const { spanning } = inventory.account
      if (words.option('output') === 'json') return json({ vlanSpanning: spanning })
      return `OK\n${sheet([['VLAN spanning', spanning ? 'enabled' : 'disabled']])}`
    },
  },
  'ks vlan spanning enable': { only: 'classic', run: (call) => span(call, true) },
  'ks vlan spanning disable': { only: 'classic', run: (call) => span(call, false) },
}

const row = ({ id, number, router }: Vlan, type: string) => ({
  id,
  type,
  properties: {
    name: '',
    number: String(number),
    type,
    primaryRouter: router,
    supports_virtual_workers: 'true',
  },
})

function span({ account }: Call, spanning: boolean): string {
  const { inventory } = account
  if (inventory.account.vrf)
    throw new Refused('VLAN spanning is not available for an account with VRF enabled.')
  inventory.account = { ...inventory.account, spanning }
  joinNetworks(account)
  return `OK\nVLAN spanning is ${spanning ? 'enabled' : 'disabled'}. This can take up to 15 minutes.\n`
}

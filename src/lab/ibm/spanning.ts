import { backendRouter, serviceEndpoints } from '#lab/ibm/classic-plan.ts'
import type { IbmAccount } from '#lab/ibm/cloud.ts'
import { changeUnderlay } from '#lab/network/underlay-change.ts'

/** Until the provider's routers know. The guide says: up to 15 minutes. */
const propagationMs = 600_000

/** Has the account's private VLANs joined, or set apart, and its way to service endpoints open, as the account says by the time that the routers hear of it. */
export function joinNetworks({ site, inventory }: IbmAccount): void {
  site.kernel.at(site.kernel.nowMs + propagationMs, 'vlan spanning', () => {
    const { vrf, spanning } = inventory.account
    changeUnderlay(site.underlay, { op: 'spanning', router: backendRouter, spans: vrf || spanning })
    const chains = serviceEndpoints(vrf)
    changeUnderlay(site.underlay, { op: 'router-rules', router: backendRouter, table: 'filter', chains })
  })
}

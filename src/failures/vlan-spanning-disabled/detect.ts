import { nodeAddresses, nodeNetworks } from '#cluster/node-subnets.ts'
import { isOff, isOn, settingsNamed } from '#cluster/settings.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

type Names = 'settings' | 'workers' | 'nodes' | 'remarks' | 'bgpSessions' | 'messages'

/**
 * Finds classic workers in several VLANs or subnets whose account neither spans VLANs nor has VRF: packets between the subnets
 * are not routed, even where both are of one VLAN.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-plan_clusters (VLAN spanning, VRF)
 */
export const detector = defineDetector<undefined, Names>({
  needs: ['settings', 'nodes'],
  uses: ['workers', 'remarks', 'bgpSessions', 'messages'],
  judges: 'cluster',
  detect: (view) => {
    const spanning = settingsNamed(view, 'cloud', 'vlan-spanning')
    const off = spanning.filter(isOff)
    const vrf = settingsNamed(view, 'cloud', 'vrf')
    if (off.length === 0 && !view.rows('remarks').some(({ says }) => says === 'cross-subnet-fails')) return []
    return findingsOf(
      [
        ...off.map((row) =>
          sign(row, offWeight(view), 'VLAN spanning is off in this account', clusterSubject),
        ),
        ...spanning.filter(isOn).map((row) => sign(row, 'against', 'VLAN spanning is on', clusterSubject)),
        ...vrf.filter(isOff).map((row) => sign(row, 'strong', 'the account has no VRF', clusterSubject)),
        ...vrf
          .filter(isOn)
          .map((row) =>
            sign(row, 'against', 'the account has VRF, which routes between VLANs', clusterSubject),
          ),
        ...placeSigns(view),
      ],
      {
        judges: 'cluster',
        conclude: () => ({
          says: 'nothing routes between the subnets of the workers: VLAN spanning is off and there is no VRF',
          state: undefined,
        }),
      },
    )
  },
  explains: explainsHere,
})

/** Off is right in an account with VRF, and harmless while all workers are in one subnet. */
function offWeight(view: View<Names>): 'decisive' | 'strong' | 'weak' {
  const networks = networksOf(view)
  const isWithoutVrf = settingsNamed(view, 'cloud', 'vrf').some(isOff)
  if (networks > 1) return isWithoutVrf ? 'decisive' : 'strong'
  return networks === 1 ? 'weak' : 'strong'
}

/** VLANs, where the provider shows them; else networks of the nodes' addresses. 0: neither is known. */
function networksOf(view: View<Names>): number {
  const vlans = new Set(view.rows('workers').flatMap(({ vlan }) => vlan ?? []))
  return Math.max(vlans.size, nodeNetworks(nodeAddresses(view)).length)
}

function placeSigns(view: View<Names>): readonly Sign[] {
  const [worker] = view.rows('workers')
  return [
    ...(worker !== undefined && networksOf(view) > 1
      ? [sign(worker, 'weak', `the workers are in ${networksOf(view)} networks`, clusterSubject)]
      : []),
    ...view.rows('remarks').flatMap((row) => {
      if (row.says === 'cross-subnet-fails')
        return [sign(row, 'weak', 'only traffic between subnets fails, as somebody says', clusterSubject)]
      return row.says === 'same-subnet-fails'
        ? [sign(row, 'against', 'traffic within one subnet fails as well, as somebody says', clusterSubject)]
        : []
    }),
  ]
}

import { type GroupListing, groupListings } from '#cluster/group-rules.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

type Names = 'cloudRules' | 'nodes' | 'workers' | 'bgpSessions' | 'messages' | 'remarks'

/**
 * Finds a security group of the nodes that does not let them reach each other: security groups only allow, so a rule that is
 * missing blocks. The workers' own group refers to itself; whoever removes that rule cuts all nodes off from each other.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-vpc-security-group-reference (kube-<cluster-id>)
 */
export const detector = defineDetector<{ readonly group: string } | undefined, Names>({
  needs: ['cloudRules'],
  uses: ['nodes', 'workers', 'bgpSessions', 'messages', 'remarks'],
  judges: 'cluster',
  detect: (view) => {
    const listings = groupListings(view)
    const signs = listings.flatMap(groupSigns)
    if (signs.length === 0) return []
    return findingsOf([...signs, ...changed(view)], {
      judges: 'cluster',
      conclude: () => ({
        says: `the security group ${[...new Set(listings.map(({ group }) => group))].join(', ')} does not let the nodes reach each other`,
        state: undefined,
      }),
    })
  },
  explains: explainsHere,
})

function groupSigns({ group, direction, first, passed, isWorkers }: GroupListing): readonly Sign[] {
  if (passed.includes('everything')) return []
  const missing = passed.length === 0 ? 'nothing' : `only ${[...new Set(passed)].join(', ')}`
  // The provider's own group must hold a rule for itself; of another group other groups may do it.
  return [
    sign(
      first,
      isWorkers ? 'decisive' : 'weak',
      `no ${direction} rule of ${group} lets the nodes' traffic ${direction === 'inbound' ? 'in' : 'out'}: ${missing} of it passes`,
      clusterSubject,
    ),
  ]
}

const changed = (view: View<Names>): readonly Sign[] =>
  view
    .rows('remarks')
    .filter(({ says }) => says === 'firewall-was-changed')
    .map((row) => sign(row, 'weak', 'rules were changed shortly before, as somebody says', clusterSubject))

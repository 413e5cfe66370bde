import { bareAddress, holds, overlaps } from '#cluster/addresses.ts'
import type { Fact } from '#cluster/facts.ts'
import { isEverywhere, nodeAddresses } from '#cluster/node-subnets.ts'
import type { CloudRuleRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

type Names = 'cloudRules' | 'nodes' | 'workers' | 'bgpSessions' | 'messages' | 'ipPools' | 'settings'

/**
 * Finds a route of the cloud network that takes packets of pods or nodes elsewhere: its destination covers addresses of pods or
 * of nodes, and its next hop is none of the nodes.
 *
 * @see https://cloud.ibm.com/docs/vpc?topic=vpc-about-custom-routes
 */
export const detector = defineDetector<undefined, Names>({
  needs: ['cloudRules'],
  uses: ['nodes', 'workers', 'bgpSessions', 'messages', 'ipPools', 'settings'],
  judges: 'cluster',
  detect: (view) => {
    const addresses = nodeAddresses(view)
    const pods = podRanges(view)
    const signs = view
      .rows('cloudRules')
      .filter(({ kind }) => kind === 'route')
      .flatMap((route) => hijack(route, { addresses, pods }))
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: () => ({
        says: 'a route of the cloud network takes the cluster’s packets elsewhere',
        state: undefined,
      }),
    })
  },
  explains: explainsHere,
})

const podRanges = (view: View<Names>): readonly string[] => [
  ...view.rows('ipPools').map(({ cidr }) => cidr),
  ...['podSubnet', 'cluster-cidr', 'pod-subnet'].flatMap((name) =>
    settingsNamed(view, ['other', 'cloud'], name).map(({ value }) => value),
  ),
]

function hijack(
  route: Fact<CloudRuleRow>,
  { addresses, pods }: { readonly addresses: readonly string[]; readonly pods: readonly string[] },
): readonly Sign[] {
  const { destination, nextHop, action } = route
  // The default route leads out of every VPC; a delegated route is left to the system.
  if (destination === undefined || isEverywhere(destination) || action === 'delegate') return []
  // Routes to the nodes themselves are how clusters without encapsulation are built.
  if (nextHop !== undefined && addresses.includes(bareAddress(nextHop))) return []
  const where = nextHop === undefined || nextHop === '0.0.0.0' ? 'nowhere' : `to ${nextHop}`
  const says = (whose: string): string =>
    `${destination} (${whose}) is ${action === 'drop' ? 'dropped' : `sent ${where}`} by ${route.group}`
  if (pods.some((range) => overlaps(range, destination)))
    return [sign(route, 'decisive', says('addresses of pods'), clusterSubject)]
  if (addresses.some((address) => holds(destination, address)))
    return [sign(route, 'decisive', says('addresses of nodes'), clusterSubject)]
  // Ranges that clusters give to pods by default, where nothing of this one is known.
  const isUsual =
    pods.length === 0 &&
    ['172.17.0.0/18', '172.30.0.0/16', '10.244.0.0/16', '192.168.0.0/16'].some((range) =>
      overlaps(range, destination),
    )
  return isUsual ? [sign(route, 'weak', says('a usual range of pods'), clusterSubject)] : []
}

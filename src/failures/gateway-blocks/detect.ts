import type { Fact } from '#cluster/facts.ts'
import { calicoTrafficIn, nodeAddresses, nodeNetworks, speaksOfNodes } from '#cluster/node-subnets.ts'
import type { BgpSessionRow, CloudRuleRow } from '#cluster/relations.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

type Names = 'cloudRules' | 'nodes' | 'workers' | 'bgpSessions' | 'messages' | 'remarks' | 'captures'

/**
 * Finds a gateway appliance or router between the nodes that drops their traffic: its own rule says so; or sessions fail exactly
 * across the border of a network while those within it are up.
 */
export const detector = defineDetector<undefined, Names>({
  needs: ['cloudRules', 'bgpSessions'],
  uses: ['nodes', 'workers', 'messages', 'remarks', 'captures'],
  judges: 'cluster',
  detect: (view) => {
    const signs = [...ruleSigns(view), ...sessionSigns(view), ...remarkSigns(view)]
    const isEnough = hasSign(signs, 'decisive') || hasSign(signs, 'strong') || signs.length > 1
    if (!isEnough) return []
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: () => ({
        says: 'a gateway or firewall between the nodes’ networks drops their traffic',
        state: undefined,
      }),
    })
  },
  explains: explainsHere,
})

function ruleSigns(view: View<Names>): readonly Sign[] {
  const addresses = nodeAddresses(view)
  return view
    .rows('cloudRules')
    .filter((rule) => rule.kind === 'gateway' && (rule.action === 'deny' || rule.action === 'drop'))
    .flatMap((rule: Fact<CloudRuleRow>) => {
      const what = calicoTrafficIn(rule)
      const sides = [rule.remote, rule.destination].filter((range) => speaksOfNodes(range, addresses))
      if (what === undefined || sides.length === 0) return []
      const says = `${rule.group} drops ${what} between ${rule.remote ?? 'any'} and ${rule.destination ?? 'any'}`
      // Of one side it is not known whether nodes are there.
      return [sign(rule, sides.length === 2 ? 'decisive' : 'strong', says, clusterSubject)]
    })
}

/** Sessions of one node: every one within its network is up, every one beyond it is silent. */
function sessionSigns(view: View<Names>): readonly Sign[] {
  const sessions = view.rows('bgpSessions').filter(({ kind }) => kind === 'mesh')
  const up = sessions.filter((one) => one.up)
  const down = sessions.filter((one) => !one.up && isSilent(one))
  const [first] = down
  if (first === undefined || up.length === 0) return []
  const [inside, beyond] = [
    nodeNetworks(up.map(({ peer }) => peer)),
    nodeNetworks(down.map(({ peer }) => peer)),
  ]
  if (beyond.some((network) => inside.includes(network))) return []
  return [
    sign(
      first,
      'weak',
      `sessions within ${inside.join(', ')} are up, all to ${beyond.join(', ')} get no answer`,
      clusterSubject,
    ),
  ]
}

/** Dropped packets leave no error text. */
const isSilent = ({ info, state }: BgpSessionRow): boolean =>
  info === undefined && ['start', 'Active', 'Connect'].includes(state)

const remarkSigns = (view: View<Names>): readonly Sign[] =>
  view.rows('remarks').flatMap((row) => {
    switch (row.says) {
      case 'firewall-was-changed':
        return [
          sign(
            row,
            'weak',
            'a firewall or gateway was changed shortly before, as somebody says',
            clusterSubject,
          ),
        ]
      case 'cross-subnet-fails':
        return [sign(row, 'weak', 'only traffic between subnets fails, as somebody says', clusterSubject)]
      case 'same-subnet-fails':
        return [
          sign(
            row,
            'against',
            'traffic within a subnet, which passes no gateway, fails as well',
            clusterSubject,
          ),
        ]
      default:
        return []
    }
  })

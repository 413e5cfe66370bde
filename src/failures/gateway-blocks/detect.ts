import type { Fact } from '#cluster/facts.ts'
import { infrastructureOf } from '#cluster/managed.ts'
import { calicoTrafficIn, nodeAddresses, speaksOfNodes } from '#cluster/node-subnets.ts'
import type { CloudRuleRow } from '#cluster/relations.ts'
import { sessionBorders } from '#cluster/session-borders.ts'
import { isOn, settingsNamed } from '#cluster/settings.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

type Names =
  | 'cloudRules'
  | 'nodes'
  | 'workers'
  | 'bgpSessions'
  | 'messages'
  | 'remarks'
  | 'captures'
  | 'settings'
  | 'pods'

/**
 * Finds a gateway appliance or router between the nodes that drops their traffic: its own rule says so; or sessions fail exactly
 * across the border of a network while those within it are up.
 */
export const detector = defineDetector<undefined, Names>({
  needs: ['cloudRules', 'bgpSessions'],
  uses: ['nodes', 'workers', 'messages', 'remarks', 'captures', 'settings', 'pods'],
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

/**
 * Sessions that fail exactly across borders. Where the account joins the networks, and more than one node sees it, something that
 * stands between them is left.
 */
function sessionSigns(view: View<Names>): readonly Sign[] {
  // Between the subnets of a VPC stands no appliance, but the account's rules and routes.
  if (infrastructureOf(view) === 'g2') return []
  const seen = sessionBorders(view)
  const isPattern = seen.length > 1 && isJoined(view)
  return seen.map(({ session, inside, beyond }) => {
    const says = `sessions within ${inside.join(', ')} are up, all to ${beyond.join(', ')} get no answer`
    return isPattern
      ? sign(
          session,
          'strong',
          `${says}, though the account joins these networks (on ${session.node})`,
          clusterSubject,
        )
      : sign(session, 'weak', says, clusterSubject)
  })
}

/** Classic infrastructure: VLAN spanning or VRF has private networks reach each other. */
const isJoined = (view: View<Names>): boolean =>
  [...settingsNamed(view, 'cloud', 'vlan-spanning'), ...settingsNamed(view, 'cloud', 'vrf')].some(isOn)

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

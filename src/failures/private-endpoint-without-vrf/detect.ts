import type { Fact } from '#cluster/facts.ts'
import { infrastructureOf, managedBy } from '#cluster/managed.ts'
import { masterWays } from '#cluster/master-proxy.ts'
import { isComplete } from '#cluster/queries.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { isOff, isOn, settingsNamed } from '#cluster/settings.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

type Names = 'settings' | 'messages' | 'nodes' | 'pods' | 'workers' | 'versions'

/**
 * Finds a cluster on classic infrastructure that has a private service endpoint in an account without VRF or without service
 * endpoints: workers fall back to the master's public address, and Konnectivity, which knows the private one alone, does not come
 * about. The account proves it; a proxy on its backup way fits it, and fits whatever else stands between a worker and that endpoint.
 *
 * @see ibm-cloud-docs/openshift:cluster-plan-network-classic.md ("VRF is required … and you must enable your account to use service
 *   endpoints")
 */
export const detector = defineDetector<undefined, Names>({
  needs: ['settings', 'messages'],
  uses: ['nodes', 'pods', 'workers', 'versions'],
  judges: 'cluster',
  detect: (view) => {
    if (infrastructureOf(view) === 'g2' || hasWay(view)) return []
    const signs = [...ofAccount(view), ...ofProxies(view)]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['master-on-backup'])
          ? {
              says: 'the cluster has a private service endpoint, and its account has no way to service endpoints',
              state: undefined,
            }
          : undefined,
    })
  },
  explains: explainsHere,
  isImmune: (_, view) => isElsewhere(view),
})

/** What an account needs for them, as its owner sees it. */
const switchesOf = (view: View<Names>): readonly Fact<SettingRow>[] =>
  ['vrf', 'service-endpoint'].flatMap((name) => settingsNamed(view, 'cloud', name))

const hasWay = (view: View<Names>): boolean => {
  const switches = switchesOf(view)
  return switches.length > 0 && switches.every(isOn)
}

/** That the account has no way there matters once the cluster uses it: its owner's list says so, or a worker's proxy, which has a backup. */
function ofAccount(view: View<Names>): readonly Sign[] {
  const off = switchesOf(view).filter(isOff)
  const [endpoint] = settingsNamed(view, 'cloud', 'private-service-endpoint-url').filter(isUrl)
  const isUsed = endpoint !== undefined || onBackup(view).length > 0
  if (!isUsed) return []
  return [
    ...off.map((row) => sign(row, 'decisive', `the account has no ${wordsOf(row)}`, clusterSubject)),
    ...(endpoint === undefined || off.length === 0
      ? []
      : [
          sign(
            endpoint,
            'weak',
            `the cluster’s master has the private address ${endpoint.value}`,
            clusterSubject,
          ),
        ]),
  ]
}

/** A cluster without one has `-` there. */
const isUrl = ({ value }: SettingRow): boolean => value.startsWith('https://')

const wordsOf = ({ name }: SettingRow): string => (name === 'vrf' ? 'VRF' : 'service endpoints')

const onBackup = (view: View<Names>) => masterWays(view).filter(({ way }) => way === 'backup')

function ofProxies(view: View<Names>): readonly Sign[] {
  const own = onBackup(view)
  const [first] = own
  if (first === undefined) return []
  const whose = own.length === 1 ? 'the proxy of a worker has' : `the proxies of ${own.length} workers have`
  const isClassic = infrastructureOf(view) === 'softlayer'
  const says = `${whose} fallen back to the master’s public address${isClassic ? ', on classic infrastructure' : ''}`
  return [sign({ from: first.row.from }, 'weak', says, clusterSubject)]
}

/** Clusters of others, and in a VPC, have no such endpoint. */
const isElsewhere = (view: View<Names>): boolean =>
  isComplete(view.coverage('nodes')) &&
  view.rows('nodes').length > 0 &&
  (managedBy(view) === undefined || infrastructureOf(view) === 'g2')

import { type ApiContact, apiContacts, isApiOutOfReach } from '#cluster/api-contacts.ts'
import type { Reads, Subject } from '#cluster/facts.ts'
import { calicoNodePodAt, calicoNodePods, isReady } from '#cluster/queries.ts'
import { envNamed, isOff } from '#cluster/settings.ts'
import { contactSigns } from '#diagnosis/contact-signs.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface TokenState {
  /** CALICO_MANAGE_CNI is off: nobody renews the token. */
  readonly isUnmanaged: boolean
}

type Needs = 'messages' | 'pods' | 'settings' | 'attempts'

/**
 * Finds nodes where only the CNI plugin is refused (401): the token in the kubeconfig that calico-node wrote for it is out of
 * its time or was revoked, while calico-node's own token works.
 *
 * @see projectcalico/calico:node/pkg/cni/token_watch.go (who renews it, and when)
 * @see projectcalico/calico:cni-plugin/pkg/plugin/plugin.go (error getting ClusterInformation)
 */
export const detector = defineDetector<TokenState, Needs>({
  needs: ['messages', 'pods'],
  uses: ['settings', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const refused = apiContacts(view).filter(({ outcome }) => outcome === 'unauthorized')
    const ofPlugin = refused.filter(({ by }) => by === 'cni-plugin')
    const signs = [
      ...contactSigns(ofPlugin, () => ['strong', 'the API server refuses the CNI plugin’s token']),
      ...contactSigns(refused, (one) => againstAt(one, ofPlugin)),
      ...(ofPlugin.length === 0 ? [] : [...onlyThePlugin(view, ofPlugin, refused), ...ofPeople(view)]),
      ...notRenewed(view, ofPlugin.length > 0),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, ['sandbox-creation-failing'])
          ? {
              says: 'the token in the CNI plugin’s kubeconfig is refused: new pods get no network there, old ones cannot go',
              state: { isUnmanaged: envNamed(view, 'CALICO_MANAGE_CNI').some(isOff) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
  isHidden: (about, view) => isApiOutOfReach(view, about),
})

/** Whoever uses calico-node's own account is refused too: then it is not the plugin's kubeconfig alone. */
const againstAt = (
  { by }: ApiContact,
  ofPlugin: readonly ApiContact[],
): readonly ['against', string] | undefined =>
  (by === 'calico-node' || by === 'pod') && ofPlugin.length > 0
    ? ['against', 'other programs of Calico’s are refused as well']
    : undefined

/** calico-node uses a token of the same API server: where it is well, the API server and its keys are. */
function onlyThePlugin(
  view: Reads<'pods'>,
  ofPlugin: readonly ApiContact[],
  refused: readonly ApiContact[],
): readonly Sign[] {
  if (refused.some(({ by }) => by === 'calico-node')) return []
  const places = ofPlugin.map(({ about }) => about)
  return places.flatMap((about) => {
    const pod = healthyAt(view, about)
    return pod === undefined
      ? []
      : [sign(pod, 'decisive', 'only the plugin is refused: calico-node on the same node is ready', about)]
  })
}

/** The calico-node of the place that is ready; where nobody said where it was, all that were shown must be. */
function healthyAt(view: Reads<'pods'>, about: Subject) {
  const own = calicoNodePodAt(view, about)
  if (own !== undefined) return isReady(own) === true ? own : undefined
  const all = about.kind === 'node' ? [] : calicoNodePods(view)
  return all.every((pod) => isReady(pod) === true) ? all[0] : undefined
}

function notRenewed(view: Reads<'messages' | 'pods' | 'settings'>, isRefused: boolean): readonly Sign[] {
  const weight = isRefused ? 'decisive' : 'weak'
  return [
    ...envNamed(view, 'CALICO_MANAGE_CNI')
      .filter(isOff)
      .map((row) =>
        sign(row, weight, 'CALICO_MANAGE_CNI is false: calico-node does not renew the plugin’s token'),
      ),
    ...messageSigns(view, {
      'cni/token-monitor-failed': [
        isRefused ? 'strong' : 'weak',
        'the program that renews the plugin’s token ended',
      ],
      'cni/token-write-failed': [
        isRefused ? 'strong' : 'weak',
        'the plugin’s new token could not be written',
      ],
      'cni/token-watcher-failed': ['weak', 'the plugin’s token is renewed by the clock alone'],
      'cni/token-updated': ['weak', 'calico-node makes tokens for the plugin: its own is good'],
      'token/expired': ['weak', 'somebody’s token is out of its time'],
      'token/invalidated': ['weak', 'somebody’s token was revoked: its account or pod was made anew'],
    }),
  ]
}

/** A new calico-node writes the file anew. */
const ofPeople = (view: Reads<'attempts'>): readonly Sign[] =>
  view
    .rows('attempts')
    .filter(({ act, outcome }) => rewriting.has(act) && outcome === 'cured')
    .map((row) => sign(row, 'strong', 'a new calico-node, which writes the kubeconfig anew, cured it'))

const rewriting: ReadonlySet<string> = new Set(['delete-calico-pod', 'restart-calico-node'])

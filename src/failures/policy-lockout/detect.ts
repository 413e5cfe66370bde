import { settingChanged } from '#cluster/attempts.ts'
import type { Reads } from '#cluster/facts.ts'
import { trafficSymptoms } from '#cluster/pod-traffic.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, type Sign } from '#diagnosis/signs.ts'
import { attemptSigns, besideFacts, ofOutcome, remarkSigns } from '#diagnosis/told-signs.ts'
import type { Symptom } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { type HostReads, hostSigns } from '#failures/policy-lockout/hosts.ts'
import { policySigns } from '#failures/policy-lockout/policies.ts'

export interface LockoutState {
  /** Hosts themselves are locked out, not only pods. */
  readonly isOfHosts: boolean
}

type Needs = HostReads | 'reachability' | 'remarks' | 'attempts'

/**
 * Finds clusters in which a policy, or a HostEndpoint that denies by default, keeps pods or hosts from what they need: DNS, the API
 * server, BGP, Typha, etcd, kubelet.
 *
 * @see projectcalico/calico:felix/rules/endpoints.go (an endpoint that a policy selects drops the rest)
 * @see projectcalico/calico:felix/config/config_params.go (failsafe ports)
 */
export const detector = defineDetector<LockoutState, Needs>({
  needs: ['policies', 'hostEndpoints'],
  uses: ['settings', 'filterRules', 'reachability', 'remarks', 'attempts'],
  judges: 'cluster',
  detect: (view) => {
    const isSomethingFailing = view.symptoms.some(isNow)
    const ofHosts = hostSigns(view, (node) =>
      node === undefined ? isSomethingFailing : view.symptoms.some((one) => isNow(one) && isLoss(one, node)),
    )
    const facts = [
      ...ofHosts,
      ...policySigns(view, { isDnsFailing: isDnsFailing(view), isSomethingFailing }),
      ...ofAttempts(view),
    ]
    const signs = besideFacts(facts, ofPeople(view, isSomethingFailing || view.isComplaint === true))
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, trafficSymptoms)
          ? {
              says: 'a policy or HostEndpoint denies what the cluster needs',
              state: { isOfHosts: hasSign(ofHosts, 'decisive') },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const isNow = ({ when }: Symptom): boolean => when === 'now'

/** The control plane does not hear of that host. */
const isLoss = ({ id, about }: Symptom, node: string): boolean =>
  id === 'node-not-ready' && isSameSubject(about, nodeSubject(node))

/** Names cannot be looked up in pods, by what people say or tried. */
const isDnsFailing = (view: Reads<'remarks' | 'reachability'>): boolean =>
  view.rows('remarks').some(({ says }) => says === 'dns-fails') ||
  view
    .rows('reachability')
    .some(
      ({ in: where, port, protocol, outcome }) =>
        where === 'pod' &&
        outcome !== 'ok' &&
        (port === 53 || protocol === 'dns' || outcome === 'name-unknown'),
    )

const ofAttempts = (view: Reads<'attempts'>): readonly Sign[] =>
  attemptSigns(view, {
    'remove-policy': (row) => ofOutcome(row, `${row.after ?? 'a policy'} was removed`),
    'set-setting': (row) => {
      const name = settingChanged(row)?.name
      return name !== undefined && failsafes.has(name)
        ? ofOutcome(row, 'failsafe ports were changed')
        : undefined
    },
  })

const failsafes: ReadonlySet<string> = new Set([
  'failsafeinboundhostports',
  'failsafeoutboundhostports',
  'autocreate',
])

const ofPeople = (view: Reads<'remarks'>, isSomethingFailing: boolean): readonly Sign[] =>
  remarkSigns(view, {
    'policy-was-applied': [
      isSomethingFailing ? 'strong' : 'weak',
      'a policy or HostEndpoint was applied before',
    ],
    'policy-blocks': ['strong', 'a policy blocks it, as somebody says'],
    'dns-fails': ['weak', 'names cannot be resolved in pods'],
    'pods-cannot-reach-api': ['weak', 'pods cannot reach the API server'],
    'egress-fails': ['weak', 'pods cannot reach the outside'],
    'small-works-large-fails': ['against', 'small packets get through to the same port'],
    'only-new-nodes-fail': ['against', 'only new nodes fail'],
  })

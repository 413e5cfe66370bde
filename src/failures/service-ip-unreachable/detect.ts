import { type ApiContact, apiContacts } from '#cluster/api-contacts.ts'
import { bpfOn } from '#cluster/bpf.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { isBroken, kubeProxyPods } from '#cluster/kube-proxy.ts'
import { type OverlapRelations, overlaps, podInDefaultPool } from '#cluster/overlaps.ts'
import { spreadOf } from '#cluster/places.ts'
import type { ReachabilityRow } from '#cluster/relations.ts'
import { isServiceAddress } from '#cluster/service-address.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { contactSigns } from '#diagnosis/contact-signs.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface UnreachableState {
  /** The Service address that was tried. */
  readonly address: string | undefined
}

type Needs = OverlapRelations | 'messages' | 'reachability' | 'services' | 'remarks'

/**
 * Finds nodes (or pods) from which the API server's Service address does not answer and nothing says why: kube-proxy, a firewall
 * or a route. What names one of these speaks against it.
 *
 * @see projectcalico/calico:node/pkg/cni/token_watch.go (Unable to create token for CNI kubeconfig)
 */
export const detector = defineDetector<UnreachableState, Needs>({
  needs: ['messages', 'reachability'],
  uses: [
    'pods',
    'services',
    'nodes',
    'remarks',
    'calicoNodes',
    'links',
    'ipPools',
    'ipamBlocks',
    'settings',
    'endpoints',
  ],
  judges: 'node',
  detect: (view) => {
    const contacts = apiContacts(view).filter((one) => isServiceAddress(view, one))
    const narrowing = narrowed(view, contacts)
    const ofPeople = view.rows('remarks').filter(({ says }) => says === 'pods-cannot-reach-api')
    const signs = [
      ...contactSigns(contacts, meaningOf),
      ...ofTests(view, narrowing.length > 0),
      ...ofPeople.map((row) => sign(row, 'weak', 'pods cannot reach the API server, as somebody says')),
    ]
    return findingsOf(signs.length === 0 ? [] : [...signs, ...narrowing], {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, ['api-unreachable', 'pod-traffic-failing'])
          ? {
              says: 'the API server’s Service address does not answer from here; what stands in the way is not told yet',
              state: { address: contacts[0]?.address },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

function meaningOf({ outcome, address }: ApiContact): readonly [Weight, string] | undefined {
  if (outcome === 'timed-out') return ['strong', `nothing answers at the Service address ${address}`]
  return outcome === 'no-answer' || outcome === 'refused'
    ? ['weak', `the Service address ${address} does not serve`]
    : undefined
}

/** The endpoint answers and the Service address does not; or the host gets through and the pod does not. */
function ofTests(view: Reads<'reachability' | 'services' | 'nodes'>, isNarrowed: boolean): readonly Sign[] {
  const rows = view.rows('reachability')
  // The tests say that it is the Service address; where something says why, that is the answer.
  const decisive = isNarrowed ? 'strong' : 'decisive'
  const ofService = rows.filter((row) =>
    isServiceAddress(view, { address: row.to, port: String(row.port ?? '') }),
  )
  return ofService.filter(fails).flatMap((row) => {
    const isEndpointFine = rows.some(
      (other) => other.node === row.node && other.port === 6443 && works(other),
    )
    const isHostFine = row.in === 'pod' && ofService.some((other) => other.in === 'host' && works(other))
    if (isEndpointFine)
      return [sign(row, decisive, `the API server answers by its own address, ${row.to} does not`)]
    if (isHostFine) return [sign(row, decisive, `${row.to} answers the host and not the pod`)]
    return [sign(row, 'strong', `${row.to}:${row.port} does not answer`)]
  })
}

const fails = ({ outcome }: Fact<ReachabilityRow>): boolean =>
  outcome === 'timed-out' || outcome === 'no-route'

/** A TLS error is an answer. */
const works = ({ outcome }: Fact<ReachabilityRow>): boolean => outcome === 'ok' || outcome === 'tls-failed'

/** What tells more than that the address does not answer. */
function narrowed(
  view: Reads<OverlapRelations | 'messages'>,
  contacts: readonly ApiContact[],
): readonly Sign[] {
  const told = contacts.filter(({ outcome }) => outcome === 'no-route' || outcome === 'unreachable')
  const everywhere = contacts.filter(({ outcome }) => outcome === 'timed-out' || outcome === 'refused')
  const shared = podInDefaultPool(view)
  const isEverywhere = spreadOf(
    view,
    everywhere.map(({ about }) => about),
  ).isEverywhere
  return [
    ...contactSigns(told, ({ outcome }) => [
      'against',
      outcome === 'no-route' ? 'a host rejects the connection' : 'the kernel has no route',
    ]),
    ...kubeProxyPods(view)
      .filter(isBroken)
      .map((pod) => sign(pod, 'against', `${pod.name} does not run: that is why`)),
    ...[bpfOn(view)].flatMap((row) =>
      row === undefined ? [] : [sign(row, 'against', 'eBPF serves Services here', clusterSubject)],
    ),
    ...overlaps(view).map((one) => sign({ from: one.from }, 'against', `nodes lie inside ${one.range}`)),
    ...(shared === undefined
      ? []
      : [sign(shared, 'against', 'nodes and pods share the default pool’s range', clusterSubject)]),
    ...(isEverywhere
      ? contactSigns(everywhere, () => ['against', 'all or most nodes say so at one time'])
      : []),
  ]
}

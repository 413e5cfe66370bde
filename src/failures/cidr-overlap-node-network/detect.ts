import { apiContacts } from '#cluster/api-contacts.ts'
import type { Reads } from '#cluster/facts.ts'
import {
  defaultPool,
  type Overlap,
  type OverlapRelations,
  overlaps,
  podInDefaultPool,
} from '#cluster/overlaps.ts'
import { isServiceAddress } from '#cluster/service-address.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { contactSigns } from '#diagnosis/contact-signs.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import { silenced } from '#failures/cidr-overlap-node-network/astray.ts'

export interface OverlapState {
  readonly overlaps: readonly Overlap[]
}

type Needs = OverlapRelations | 'services' | 'reachability'

/**
 * Finds pod or Service ranges that hold addresses of nodes: what is meant for a node is taken for a pod (or translated), and goes
 * the wrong way. Arithmetic on addresses that are all shown.
 *
 * @see projectcalico/calico:manifests/calico.yaml (192.168.0.0/16 as the pool of old manifests)
 */
export const detector = defineDetector<OverlapState, Needs>({
  needs: ['nodes', 'ipPools'],
  uses: [
    'calicoNodes',
    'pods',
    'links',
    'ipamBlocks',
    'settings',
    'messages',
    'endpoints',
    'services',
    'reachability',
  ],
  judges: 'cluster',
  detect: (view) => {
    const found = overlaps(view)
    const signs = found.map((one) =>
      sign({ from: one.from }, one.isTold ? 'strong' : 'decisive', sentenceOf(one), clusterSubject),
    )
    const own = signs.length > 0 ? signs : byDefault(view)
    return findingsOf(own.length === 0 ? [] : [...own, ...consequences(view)], {
      judges: 'cluster',
      conclude: () => ({
        says:
          found.length > 0
            ? 'the nodes’ network lies inside a range of pods or Services'
            : 'nodes and pods share what is mostly the default pool’s range',
        state: { overlaps: found },
      }),
    })
  },
  explains: explainsHere,
})

function sentenceOf({ nodes, range, by, what }: Overlap): string {
  const [first] = nodes
  const others = nodes.length > 1 ? ` and ${nodes.length - 1} more` : ''
  return `node ${first?.name ?? ''} (${first?.address})${others} lies inside the range of ${what}, ${range} of ${by}`.replace(
    'node  ',
    'a node ',
  )
}

/** No range is shown; only where the API server's Service address fails is a shared default range more than a curiosity. */
function byDefault(view: Reads<Needs>): readonly Sign[] {
  const pod = serviceFails(view) ? podInDefaultPool(view) : undefined
  return pod === undefined
    ? []
    : [
        sign(
          pod,
          'strong',
          `nodes and pods (${pod.ip}) both have addresses of ${defaultPool}`,
          clusterSubject,
        ),
      ]
}

const serviceFails = (view: Reads<Needs>): boolean =>
  apiContacts(view).some((one) => isServiceAddress(view, one)) ||
  view
    .rows('reachability')
    .some(
      (row) =>
        row.outcome !== 'ok' && isServiceAddress(view, { address: row.to, port: String(row.port ?? '') }),
    )

const consequences = (view: Reads<Needs>): readonly Sign[] => [
  ...contactSigns(
    apiContacts(view).filter((one) => isServiceAddress(view, one)),
    ({ address, outcome }) =>
      outcome === 'timed-out' || outcome === 'no-route'
        ? ['weak', `the Service address ${address} does not answer`]
        : undefined,
  ),
  ...silenced(view),
]

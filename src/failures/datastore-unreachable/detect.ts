import type { ApiOutcome } from '#cluster/api-callers.ts'
import { type ApiContact, apiContacts } from '#cluster/api-contacts.ts'
import type { Reads } from '#cluster/facts.ts'
import { isBroken } from '#cluster/kube-proxy.ts'
import { infrastructureOf } from '#cluster/managed.ts'
import {
  isMasterGatewayWell,
  type MasterGatewayReads,
  masterGatewayReads,
  masterGatewayTroubles,
} from '#cluster/master-gateway.ts'
import { masterWays } from '#cluster/master-proxy.ts'
import { spreadOf } from '#cluster/places.ts'
import { calicoNodePods, innerMessage, isReady } from '#cluster/queries.ts'
import { silenceOf } from '#cluster/silent-nodes.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { contactSigns } from '#diagnosis/contact-signs.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { View, Weight } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'
import { isApiServerPod, isEtcdPod } from '#failures/datastore-unreachable/control-plane.ts'

export interface DatastoreState {
  /** On how many of the known nodes it is told. */
  readonly places: number
}

type Needs = MasterGatewayReads | 'pods' | 'reachability'

/**
 * Finds a control plane that is out of reach from all or most nodes at one time: the API server (or etcd under it) is down, or
 * everything between.
 *
 * @see projectcalico/calico:libcalico-go/lib/backend/watchersyncer/watchercache.go (ten minutes without a datastore)
 */
export const detector = defineDetector<DatastoreState, Needs>({
  needs: ['messages', 'pods'],
  uses: [...masterGatewayReads, 'reachability'],
  judges: 'cluster',
  detect: (view) => {
    // Whose private way to the master is broken on this side says nothing of the master.
    const isCutOff = masterGatewayTroubles(view).length > 0
    const contacts = isCutOff ? [] : apiContacts(view).filter(({ outcome }) => lost.has(outcome))
    const spread = spreadOf(
      view,
      contacts.map(({ about }) => about),
    )
    const told = [
      ...contactSigns(contacts, (one) =>
        spread.isEverywhere && spread.places >= 3 ? [proof(view), wordsOf(one)] : meaningOf(one),
      ),
      ...(isCutOff ? [] : ofProxies(view)),
      ...messageSigns(view, said, { endedBy: ['startup/datastore-ready', 'felix/in-sync'] }),
      ...ofControlPlane(view, contacts.length > 0),
      ...(isCutOff ? [] : ofSilence(view)),
    ]
    const signs = [
      ...told,
      ...(spread.isEverywhere
        ? contactSigns(contacts.slice(0, 1), () => [
            isByOwnWay(view) && !view.isComplaint ? 'weak' : 'strong',
            `${spread.places} nodes say so at one time`,
          ])
        : []),
      ...(contacts.length > 0 ? othersAreWell(view, contacts) : []),
    ]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['api-unreachable'])
          ? {
              says: 'the API server (Calico’s datastore) is out of reach for all or most nodes',
              state: { places: spread.places },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const lost: ReadonlySet<ApiOutcome> = new Set([
  'timed-out',
  'no-route',
  'refused',
  'reset',
  'no-answer',
  'ended',
])

/** What is told everywhere at one time is no node's own fault; in a VPC of IBM Cloud the way to the master may be. */
const proof = (view: View<Needs>): Weight => {
  if (!isByOwnWay(view)) return 'decisive'
  // Who reads the cluster itself has just had its answer.
  return view.isComplaint ? 'strong' : 'weak'
}

/** In a VPC workers have a way of their own to the master, and nobody has seen that it is well. */
const isByOwnWay = (view: Reads<MasterGatewayReads>): boolean =>
  infrastructureOf(view) === 'g2' && !isMasterGatewayWell(view)

/** What refuses is there and serves nothing. */
const meaningOf = (one: ApiContact): readonly [Weight, string] => [
  one.outcome === 'refused' || one.row.message.id === 'kubectl/unable-to-connect' ? 'strong' : 'weak',
  wordsOf(one),
]

const wordsOf = ({ outcome, address }: ApiContact): string =>
  `the API server${address === undefined ? '' : ` at ${address}`} ${outcomes[outcome] ?? 'does not answer'}`

const outcomes: { readonly [outcome in ApiOutcome]?: string } = {
  refused: 'refuses connections',
  reset: 'cuts connections',
  ended: 'cuts connections',
  'no-route': 'is out of reach',
}

const said: Readonly<Record<string, MessageSign>> = {
  'kubectl/api-unreachable': ['strong', 'kubectl does not reach the API server either'],
  'kubectl/unable-to-connect': (row) =>
    innerMessage(
      row,
      'dial/timeout',
      'dial/no-route',
      'dial/refused',
      'http/awaiting-headers',
      'http/waiting-for-connection',
    )
      ? ['strong', 'kubectl does not reach the API server either']
      : undefined,
  'datastore/connection-failed': ['strong', 'no datastore for ten minutes'],
  'datastore/list-refused': ['strong', 'the API server refuses connections'],
  'felix/restarting-connections': ['weak', 'Felix could not read its configuration for minutes'],
  'api/server-timeout': ['weak', 'the API server or etcd does not answer in time'],
  'etcd/no-leader': ['strong', 'etcd has no leader: the API server cannot serve'],
  'etcd/no-space': ['strong', 'etcd takes no writes: its space is used up'],
  'etcd/server-error': ['weak', 'etcd answers the API server with an error'],
}

function ofControlPlane(view: Reads<'pods' | 'reachability'>, isLost: boolean): readonly Sign[] {
  const weight = isLost ? 'decisive' : 'strong'
  return [
    ...view
      .rows('pods')
      .filter((pod) => (isApiServerPod(pod) || isEtcdPod(pod)) && isBroken(pod))
      .map((pod) =>
        sign(pod, isApiServerPod(pod) ? weight : 'strong', `${pod.name} does not run`, clusterSubject),
      ),
    ...view
      .rows('reachability')
      .filter(({ port, outcome }) => port === 6443 && outcome === 'refused')
      .map((row) => sign(row, 'strong', `${row.to}:6443 refuses: nobody listens there`, clusterSubject)),
  ]
}

/** A node's own proxy knows all ways to its API server. In a VPC they lead through its endpoint gateway: whether that is well decides. */
function ofProxies(view: Reads<Needs>): readonly Sign[] {
  const without = masterWays(view).filter(({ way }) => way === 'none')
  const [first] = without
  if (first === undefined) return []
  const isEverywhere = without.length >= 3 && without.length * 3 >= view.rows('nodes').length * 2
  return isEverywhere
    ? [
        sign(
          { from: first.row.from },
          isByOwnWay(view) ? 'strong' : 'decisive',
          `the proxies of ${without.length} nodes have no way to the API server left`,
          clusterSubject,
        ),
      ]
    : without.map(({ row }) =>
        sign(
          { from: row.from },
          'strong',
          'a node’s own proxy has no way to the API server left',
          clusterSubject,
        ),
      )
}

/**
 * Kubelets need no Calico: what most of them lose at one time is the control plane, or the way to it. Who knows that they are silent has
 * just heard the API server say so: in a VPC, where workers have a way of their own, that points at the way.
 */
function ofSilence(view: Reads<MasterGatewayReads>): readonly Sign[] {
  const { silent, nodes, isEverywhere } = silenceOf(view)
  const [first] = silent
  if (first === undefined || !isEverywhere) return []
  const says = `the kubelets of ${silent.length} of ${nodes} nodes have lost the control plane`
  return [sign({ from: first.from }, isByOwnWay(view) ? 'weak' : 'strong', says, clusterSubject)]
}

/** Where one of several nodes complains and the others are ready, the API server is there. */
function othersAreWell(view: Reads<'pods'>, contacts: readonly ApiContact[]): readonly Sign[] {
  const complaining = new Set(contacts.flatMap(({ about }) => (about.kind === 'node' ? [about.name] : [])))
  const well = calicoNodePods(view).filter((pod) => isReady(pod) === true && !complaining.has(pod.node ?? ''))
  const [first] = well
  return first !== undefined && well.length >= Math.max(1, complaining.size)
    ? [sign(first, 'against', `calico-node is ready on ${well.length} other nodes`, clusterSubject)]
    : []
}

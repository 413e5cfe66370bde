import type { Fact, Reads } from '#cluster/facts.ts'
import { calicoNodePods, conditionOf, isComplete } from '#cluster/queries.ts'
import type { PodRow } from '#cluster/relations.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { remarkSigns } from '#diagnosis/told-signs.ts'
import type { View } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface MissingState {
  /** Where Calico's other pods are, and its DaemonSet should be. */
  readonly namespace: string | undefined
}

type Needs = 'daemonSets' | 'nodes' | 'pods' | 'ipPools' | 'events' | 'messages' | 'remarks'

/**
 * Finds a cluster with Calico and without its DaemonSet: somebody deleted it, or took over only a part of a manifest. Nodes keep
 * their contact to the control plane; there is no calico-node pod anywhere, not even Pending. Or, deleted with `--cascade=orphan`, its
 * pods run on: nothing is broken until one is deleted or a node joins, since nobody makes another.
 *
 * @see projectcalico/calico:manifests/calico.yaml (DaemonSet calico-node)
 * @see kubernetes/kubernetes:pkg/controller/garbagecollector/garbagecollector.go (orphanDependents)
 */
export const detector = defineDetector<MissingState, Needs>({
  needs: ['daemonSets'],
  uses: ['nodes', 'pods', 'ipPools', 'events', 'messages', 'remarks'],
  judges: 'cluster',
  detect: (view) => {
    if (isThere(view)) return []
    const around = whatIsAround(view)
    const told = messageSigns(view, linesOf(around !== undefined), { ofAnyAge: true })
    const said = remarkSigns(view, {
      'daemonset-is-missing': ['strong', 'the DaemonSet is gone, as somebody says'],
    })
    const orphans = orphansIn(view)
    const signs = [
      ...ofList(view, around),
      ...orphaned(orphans),
      ...told,
      ...said,
      ...nowhere(view),
      ...silence(view),
    ]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['calico-node-missing-on-node'])
          ? {
              says:
                orphans.length === 0
                  ? 'the DaemonSet calico-node is not there'
                  : 'the DaemonSet calico-node is not there: its pods run on, and nobody makes another',
              state: { namespace: (around ?? orphans[0])?.namespace },
              preventive: orphans.length > 0 && !isMissedSomewhere(view),
            }
          : undefined,
    })
  },
  explains: explainsHere,
  // Pods that run may be orphans: where a node has none, only the list decides.
  isImmune: (_, view) => isListed(view) || (isThere(view) && !isMissedSomewhere(view)),
})

/**
 * It, or what shows that it is or was a moment ago: its pods (unless they are {@link orphansIn|orphans}), and its controller's words.
 * Canal has another name for it.
 */
function isThere(view: Reads<'daemonSets' | 'pods' | 'events'>): boolean {
  // Events outlive what they tell of by an hour: where all sets are listed, they tell of those only that nobody asked for by name.
  const told = isComplete(view.coverage('daemonSets')) ? others : names
  return (
    isListed(view) ||
    calicoNodePods(view).length > orphansIn(view).length ||
    view.rows('pods').some(({ name }) => [...others].some((other) => name.startsWith(`${other}-`))) ||
    view.rows('events').some(({ about }) => about.kind === 'DaemonSet' && told.has(about.name))
  )
}

const isListed = (view: Reads<'daemonSets'>): boolean =>
  view.rows('daemonSets').some(({ name }) => names.has(name))

/** The pods that a DaemonSet of this name has made, where all DaemonSets are listed and none has it. */
const orphansIn = (view: Reads<'daemonSets' | 'pods'>): readonly Fact<PodRow>[] =>
  isComplete(view.coverage('daemonSets')) && !isListed(view)
    ? calicoNodePods(view).filter((pod) => madeByIt.test(pod.name) && !isOfAnother(pod))
    : []

/** A controller of another kind gives its pods such names, too, and makes others. */
const isOfAnother = ({ owner = 'none' }: PodRow): boolean =>
  owner !== 'none' && owner !== 'DaemonSet/calico-node'

/** Not those of `calico-node-windows`, say. */
const madeByIt = /^calico-node-[a-z0-9]{5}$/

const orphaned = ([first, ...rest]: readonly Fact<PodRow>[]): readonly Sign[] =>
  first === undefined
    ? []
    : [
        sign(
          { from: first.from },
          'weak',
          `${rest.length + 1} of its pods are left, without it`,
          clusterSubject,
        ),
      ]

const isMissedSomewhere = ({ symptoms }: View<Needs>): boolean =>
  symptoms.some(({ id, when }) => id === 'calico-node-missing-on-node' && when === 'now')

const others: ReadonlySet<string> = new Set(['canal', 'rke2-canal'])
const names: ReadonlySet<string> = new Set(['calico-node', ...others])

/** Calico's other pods: whoever lists them would see calico-node beside them. */
const whatIsAround = (view: Reads<'pods'>): Fact<PodRow> | undefined =>
  view.rows('pods').find(({ component }) => component !== undefined && component !== 'calico-node')

/** A whole list without it. A live look asks for it by name, and canal's pods would hide behind Calico's pools. */
function ofList(view: View<Needs>, around: Fact<PodRow> | undefined): readonly Sign[] {
  if (!isComplete(view.coverage('daemonSets')) || !isInContact(view)) return []
  const marked = view.rows('nodes').find(({ calicoIpv4 }) => calicoIpv4 !== undefined)
  const proof = marked ?? around ?? (view.rows('daemonSets').length > 0 ? view.rows('ipPools')[0] : undefined)
  if (proof === undefined) return []
  const [first] = view.rows('daemonSets')
  return [
    sign(
      { from: (first ?? proof).from },
      'decisive',
      'the list of DaemonSets is complete, and calico-node is not in it',
      clusterSubject,
    ),
  ]
}

/** Some node still reports: what is missing is not the view of the cluster. */
const isInContact = (view: Reads<'nodes'>): boolean => {
  const nodes = view.rows('nodes')
  return nodes.length === 0 || nodes.some((node) => conditionOf(node, 'Ready')?.status !== 'Unknown')
}

/** Somebody asked for it by name: in the wrong namespace, maybe, unless Calico's other pods were shown without it. */
const linesOf = (isSeen: boolean): Readonly<Record<string, MessageSign>> => ({
  'api/not-found': ({ message: { params } }) =>
    kinds.has(params.kind ?? '') && params.name === 'calico-node'
      ? [isSeen ? 'decisive' : 'strong', 'the API server knows no DaemonSet calico-node']
      : undefined,
  'operator/component-missing': ({ message: { params } }) =>
    params.kind === 'DaemonSet' && operators.has(params.name ?? '')
      ? ['decisive', 'the operator does not find its DaemonSet calico-node']
      : undefined,
  'kubectl/none-found': ({ message: { params } }) => {
    if (!selectors.has(params.selector ?? '')) return undefined
    if (isDaemonSets(params.resource)) {
      const isEverywhere = params.namespace === undefined
      return [
        isSeen && isEverywhere ? 'decisive' : 'strong',
        `there is no DaemonSet with the label ${params.selector}`,
      ]
    }
    return ['weak', `there is no pod with the label ${params.selector}`]
  },
})

const kinds: ReadonlySet<string> = new Set([
  'daemonsets.apps',
  'daemonsets.extensions',
  'daemonset.apps',
  'DaemonSet.apps',
])
const operators: ReadonlySet<string> = new Set([
  'calico-node',
  'calico-system/calico-node',
  'kube-system/calico-node',
])
const selectors: ReadonlySet<string> = new Set(['k8s-app=calico-node', 'app.kubernetes.io/name=calico-node'])

const isDaemonSets = (resource: string | undefined): boolean =>
  resource === 'ds' || resource === 'daemonset' || resource === 'daemonsets' || resource === 'daemonsets.apps'

const nowhere = (view: View<Needs>): readonly Sign[] =>
  view.symptoms
    .filter(
      ({ id, when, about }) =>
        id === 'calico-node-missing-on-node' && when === 'now' && about.kind === 'cluster',
    )
    .map((symptom) => ({ about: clusterSubject, weight: 'weak', says: symptom.says, from: symptom.from }))

/** With every kubelet silent, pods and sets may be there and nobody tells. */
const silence = (view: Reads<'nodes'>): readonly Sign[] =>
  isInContact(view)
    ? []
    : view
        .rows('nodes')
        .slice(0, 1)
        .map((node) => sign(node, 'against', 'no node is in contact', clusterSubject))

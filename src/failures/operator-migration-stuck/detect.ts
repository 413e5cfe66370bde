import { isApiOutOfReach } from '#cluster/api-contacts.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { errorsOfOthers } from '#cluster/other-causes.ts'
import { innerMessage, isReady } from '#cluster/queries.ts'
import type { DaemonSetRow, MessageRow, NodeRow, PodRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { clusterSubject, nodeSubject } from '#cluster/subjects.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  hasSign,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

export interface MigrationState {
  /** Nodes that still wait for their turn. */
  readonly waiting: readonly string[]
}

type Needs = 'nodes' | 'daemonSets' | 'messages' | 'pods' | 'settings'

/**
 * Finds a move from manifests (kube-system) to the operator (calico-system) that does not go on: the operator labels all nodes,
 * then takes them over one by one, and waits at each step for pods that do not get ready.
 *
 * @see tigera/operator:pkg/controller/migration/namespace_migration.go (Run)
 */
export const detector = defineDetector<MigrationState, Needs>({
  needs: ['nodes', 'daemonSets'],
  uses: ['messages', 'pods', 'settings'],
  judges: 'cluster',
  detect: (view) => {
    const said = messageSigns(view, lines, { endedBy: ['operator/migration-complete'] })
    const labelled = view.rows('nodes').filter((node) => stageOf(node) !== undefined)
    const both = [...twoSets(view), ...twoKindsOfPods(view)]
    const signs = [
      ...said,
      ...ofLabels(view, { labelled, isBoth: both.length > 0 }),
      ...both,
      ...ofSelector(view),
      ...ofTold(view, labelled),
      ...(said.length > 0 ? unready(view) : []),
    ]
    return findingsOf(signs, {
      judges: 'cluster',
      // Both DaemonSets at once, all of them ready, is a move that goes on.
      conclude: (own) =>
        hasSign(own, 'decisive') || hasSign(own, 'strong')
          ? {
              says: 'the move of Calico from kube-system to calico-system does not go on',
              state: {
                waiting: labelled.filter((node) => stageOf(node) === 'pre-operator').map(({ name }) => name),
              },
            }
          : undefined,
    })
  },
  explains: explainsHere,
  isHidden: (_, view) => isOperatorMute(view),
})

/** Only the operator says why it does not go on: one that does not run, or does not reach the API server, says nothing of it. */
function isOperatorMute(view: View<Needs>): boolean {
  const operators = view.rows('pods').filter(({ component }) => component === 'tigera-operator')
  const speaks = (pod: PodRow): boolean =>
    isReady(pod) === true && !isApiOutOfReach(view, nodeSubject(pod.node))
  return operators.length > 0 && !operators.some(speaks)
}

/** An error that says by itself why it stopped belongs to that cause, too. */
const stopped =
  (says: string): MessageSign =>
  (row) => [isOfAnother(row) ? 'strong' : 'decisive', says]

const isOfAnother = (row: Fact<MessageRow>): boolean => innerMessage(row, ...errorsOfOthers) !== undefined

const lines: Readonly<Record<string, MessageSign>> = {
  'operator/migration-failed': stopped('the operator cannot go on with the move to calico-system'),
  'operator/migration-selector-not-ready': stopped(
    'the old DaemonSet’s pods do not all get ready, and the operator waits for them',
  ),
  'operator/migration-nodes-failed': stopped('the operator cannot take over all nodes'),
  'operator/migration-label-failed': stopped('the operator cannot label the nodes'),
  'operator/migration-wait-failed': ({ message: { params } }) => [
    'decisive',
    `the operator waited in vain for its ${params.what}`,
  ],
  'operator/migration-delete-failed': stopped('the operator cannot remove what was there before'),
  'operator/typha-room': ['decisive', 'the operator finds no nodes for two sets of Typhas'],
  'operator/conversion-failed': stopped('the operator cannot take over the installation by manifest'),
  'operator/installation-unmanageable': stopped(
    'the installation by manifest has settings that the operator does not take over',
  ),
  'operator/migration-waiting': ({ message: { params } }) => [
    'weak',
    `the operator waits for ${params.wanted} pods of calico-node, ${params.count} so far`,
  ],
  'operator/migration-progress': ({ message: { params } }) =>
    params.count === params.wanted
      ? undefined
      : ['weak', `${params.count} of ${params.wanted} nodes were taken over`],
}

const label = 'projectcalico.org/operator-node-migration'

const stageOf = ({ labels }: NodeRow): string | undefined => labels[label]

/** Nodes that wait are normal for minutes; with calico-node not ready somewhere, or none on them, nothing will move them. */
function ofLabels(
  view: View<Needs>,
  { labelled, isBoth }: { readonly labelled: readonly Fact<NodeRow>[]; readonly isBoth: boolean },
): readonly Sign[] {
  const [first] = labelled
  if (first === undefined) return []
  const isSick = view.symptoms.some(({ id, when }) => when === 'now' && sick.has(id))
  const waiting = labelled.filter((node) => stageOf(node) === 'pre-operator').length
  const says = `${waiting} of ${labelled.length} nodes in the move wait for their turn (${label}=pre-operator)`
  const isStuck = isSick && (isBoth || waiting > 0)
  return [sign(first, isStuck && !isToldWhy(view) ? 'decisive' : 'strong', says, clusterSubject)]
}

/** The pod that the move waits for says itself what it lacks: that cause is the one to mend, and the move then goes on. */
function isToldWhy(view: Reads<'pods' | 'messages'>): boolean {
  const names = new Set(unreadyPods(view).map(({ name }) => name))
  return view
    .rows('messages')
    .some(
      (row) =>
        names.has(row.pod?.name ?? '') &&
        isRecent(view, row.atMs) &&
        (errorsOfOthers.includes(row.message.id) || isOfAnother(row)),
    )
}

const sick: ReadonlySet<string> = new Set([
  'calico-node-not-ready',
  'calico-node-missing-on-node',
  'operator-degraded',
  'cni-not-initialized',
  'node-not-ready',
])

/** One in each namespace. The old one keeps its nodes until all of them were taken over. */
function twoSets(view: View<Needs>): readonly Sign[] {
  const sets = view.rows('daemonSets').filter(({ name }) => name === 'calico-node')
  const old = sets.find(({ namespace }) => namespace === 'kube-system')
  if (old === undefined || !sets.some(({ namespace }) => namespace === 'calico-system')) return []
  const lacking = sets.find(isLacking)
  return [
    sign(
      lacking ?? old,
      lacking === undefined ? 'weak' : 'strong',
      `calico-node is a DaemonSet of both namespaces${lacking === undefined ? '' : `, and that of ${lacking.namespace} is not complete`}`,
      clusterSubject,
    ),
  ]
}

const isLacking = ({ desired = 0, ready = desired, current = desired }: DaemonSetRow): boolean =>
  ready < desired || current < desired

function twoKindsOfPods(view: Reads<'pods'>): readonly Sign[] {
  const pods = view.rows('pods').filter(({ component }) => component === 'calico-node')
  const of = (namespace: string): readonly Fact<PodRow>[] => pods.filter((pod) => pod.namespace === namespace)
  const [old] = of('kube-system')
  if (old === undefined || of('calico-system').length === 0) return []
  const bad = pods.find((pod) => isReady(pod) === false)
  return [
    sign(
      bad ?? old,
      bad === undefined ? 'weak' : 'strong',
      `calico-node runs from both namespaces${bad === undefined ? '' : `, and ${bad.name} is not ready`}`,
      clusterSubject,
    ),
  ]
}

/** The label as people tell of it, without a list of nodes: who names it asks why it stays. */
const ofTold = (view: Reads<'settings'>, labelled: readonly Fact<NodeRow>[]): readonly Sign[] =>
  labelled.length > 0
    ? []
    : settingsNamed(view, 'Node', `labels.${label}`)
        .filter(({ value }) => value === 'pre-operator')
        .map((row) => sign(row, 'strong', `nodes keep ${label}=pre-operator`, clusterSubject))

/** The operator restricts the old DaemonSet to nodes that it has not taken over yet. */
const ofSelector = (view: Reads<'settings'>): readonly Sign[] =>
  settingsNamed(view, 'container', 'nodeSelector')
    .filter(({ value }) => value === `${label}=pre-operator`)
    .map((row) =>
      sign(row, 'strong', 'the old DaemonSet is restricted to nodes that wait for the move', clusterSubject),
    )

/** What the operator waits for. */
const unready = (view: Reads<'pods'>): readonly Sign[] =>
  unreadyPods(view).map((pod) => sign(pod, 'weak', `${pod.name} is not ready`, clusterSubject))

const unreadyPods = (view: Reads<'pods'>): readonly Fact<PodRow>[] =>
  view.rows('pods').filter((pod) => pod.component === 'calico-node' && isReady(pod) === false)

import type { Fact, Reads } from '#cluster/facts.ts'
import { isReady } from '#cluster/queries.ts'
import type { EndpointsRow, MessageRow, PodRow } from '#cluster/relations.ts'
import { isOff, settingsNamed } from '#cluster/settings.ts'
import { silenceOf } from '#cluster/silent-nodes.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import {
  isTyphaKilled,
  isTyphaPodName,
  isTyphaReady,
  type TyphaContact,
  typhaContacts,
  typhaEndpoints,
  typhaPods,
} from '#cluster/typha.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { remarkSigns } from '#diagnosis/told-signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'
import { ofClients, ofTypha } from '#failures/typha-unhealthy/said.ts'

export interface TyphaState {
  /** The Typha pod that is not ready, where one was shown. */
  readonly pod: string | undefined
}

type Needs =
  | 'messages'
  | 'pods'
  | 'endpoints'
  | 'events'
  | 'settings'
  | 'services'
  | 'attempts'
  | 'remarks'
  | 'nodes'

/**
 * Finds a Typha that is not there, cannot be found, or does not work: its Service is missing or has nobody behind it, its pods
 * are not scheduled or end again and again.
 *
 * @see projectcalico/calico:typha/pkg/discovery/discovery.go (DiscoverTyphaAddrs)
 */
export const detector = defineDetector<TyphaState, Needs>({
  needs: ['messages', 'pods', 'endpoints'],
  uses: ['events', 'settings', 'services', 'attempts', 'remarks', 'nodes'],
  judges: 'cluster',
  detect: (view) => {
    const contacts = typhaContacts(view)
    const said = [
      ...messageSigns(view, ofClients, { endedBy: ['felix/in-sync', 'typha/connected'] }),
      ...messageSigns(view, ofTypha),
    ]
    const isMissed = contacts.length > 0 || said.length > 0
    const signs = [
      ...said,
      ...ofContacts(contacts),
      ...asReported(view, [...ofEndpoints(view, contacts), ...ofPods(view, isMissed)]),
      ...ofPlacement(view),
      ...ofSettings(view),
      ...ofPeople(view),
      ...remarkSigns(view, {
        'typha-does-not-serve': ['strong', 'Typha does not serve its clients, as somebody says'],
      }),
    ]
    const own = isTyphaKilled(view) ? signs.map(asConsequence) : signs
    return findingsOf([...own, ...(hasSign(signs, 'decisive') ? [] : inOrder(view))], {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['typha-unreachable'])
          ? {
              says: 'there is no Typha that works, or none that calico-node can find',
              state: { pod: typhaPods(view).find((pod) => isReady(pod) === false)?.name },
            }
          : undefined,
    })
  },
  explains: explainsHere,
  // Felix says at its start that it uses no Typha, or its settings do.
  isImmune: (_, view) =>
    view.rows('messages').some(({ message }) => message.id === 'felix/typha-discovery-off') ||
    serviceNames(view).some((row) => isOff(row) || row.value === 'none' || row.value === ''),
})

/** A Typha that is killed for memory has nothing wrong of its own: what is missed is true, and proves no more than that. */
const asConsequence = (one: Sign): Sign => (one.weight === 'decisive' ? { ...one, weight: 'strong' } : one)

const ofContacts = (contacts: readonly TyphaContact[]): readonly Sign[] =>
  contacts.flatMap(({ outcome, address, row, about }) => {
    const to = address === undefined ? 'Typha' : `Typha at ${address}`
    if (outcome === 'refused') return [sign(row, 'strong', `${to} is refused: nobody listens there`, about)]
    if (outcome === 'certificate') return []
    return [sign(row, 'weak', `${to} cannot be reached`, about)]
  })

/** Where hardly a kubelet is heard, the node controller calls every pod not ready: that says nothing of Typha's. */
const asReported = (view: Reads<'nodes'>, signs: readonly Sign[]): readonly Sign[] =>
  silenceOf(view).isEverywhere ? signs.map((one): Sign => ({ ...one, weight: 'weak' })) : signs

/** A Service that leads to nobody; with somebody who was refused by it, that is all there is to know. */
function ofEndpoints(view: Reads<'endpoints'>, contacts: readonly TyphaContact[]): readonly Sign[] {
  return typhaEndpoints(view)
    .filter(({ addresses }) => addresses.length === 0)
    .map((row) => sign(row, contacts.length > 0 ? 'decisive' : 'strong', emptiness(row), clusterSubject))
}

const emptiness = ({ name, notReady = [] }: EndpointsRow): string =>
  notReady.length > 0
    ? `no pod behind the Service ${name} is ready`
    : `nobody stands behind the Service ${name}`

/** While one Typha is ready, others may wait: a fixed number of them does not fit into a small cluster. */
function ofPods(view: Reads<'pods'>, isMissed: boolean): readonly Sign[] {
  const bad = typhaPods(view).filter((pod) => isReady(pod) === false)
  if (isTyphaReady(view) === true)
    return isMissed ? bad.filter(isEnding).map((pod) => ofPod(pod, 'weak')) : []
  return bad.map((pod) => ofPod(pod, isMissed && !isUnpulled(pod) ? 'decisive' : 'strong'))
}

const ofPod = (pod: Fact<PodRow>, weight: 'decisive' | 'strong' | 'weak'): Sign =>
  sign(
    pod,
    weight,
    `${pod.name} is not ready${pod.status === undefined ? '' : `: ${pod.status}`}`,
    clusterSubject,
  )

const isEnding = ({ status }: PodRow): boolean => status !== undefined && status !== 'Pending'

/** Without its image a pod is not ready, whosever it is. */
const isUnpulled = ({ status }: PodRow): boolean => status !== undefined && unpulled.has(status)

const unpulled: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'])

/**
 * Nodes that refuse Typha: with the taint that calico-node's own shutdown brings, neither of the two can be first.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/shutdown/shutdown.go (NetworkUnavailable)
 */
function ofPlacement(view: Reads<'messages' | 'pods'>): readonly Sign[] {
  if (isTyphaReady(view) === true) return []
  const messages = view.rows('messages')
  const isDown = messages.some(({ message }) => message.id === 'node/calico-is-down')
  return messages
    .filter(({ message }) => message.id === 'scheduler/no-node' && message.params.available === '0')
    .flatMap((row) => {
      const taint = taintOf(row, messages)
      const says = `no node takes it${taint === undefined ? '' : `: all have the taint ${taint}`}`
      if (isTyphaPodName(row.pod?.name))
        return [
          sign(
            row,
            taint === networkTaint ? 'decisive' : 'strong',
            `${row.pod?.name}: ${says}`,
            clusterSubject,
          ),
        ]
      const isNobodys = row.pod === undefined || row.pod.name === ''
      return isNobodys && isDown && taint === networkTaint
        ? [sign(row, 'strong', `${says}, which calico-node’s shutdown brings`, clusterSubject)]
        : []
    })
}

const networkTaint = 'node.kubernetes.io/network-unavailable'

/** Of the scheduler's sentence, which is one line: the taint that all of the nodes have. */
const taintOf = (row: Fact<MessageRow>, messages: readonly Fact<MessageRow>[]): string | undefined =>
  messages.find(
    ({ message, from }) =>
      message.id === 'scheduler/untolerated-taint' &&
      message.params.count === row.message.params.total &&
      from.source === row.from.source &&
      from.quote === row.from.quote,
  )?.message.params.taint

const serviceNames = (view: Reads<'settings'>): ReturnType<typeof settingsNamed> => [
  ...settingsNamed(view, 'env', 'typha_service_name'),
  ...settingsNamed(view, 'env', 'FELIX_TYPHAK8SSERVICENAME'),
  ...settingsNamed(view, 'felix', 'TyphaK8sServiceName'),
]

/** A Service that the settings name, and a whole list of Services that does not hold it. */
function ofSettings(view: Reads<'settings' | 'services'>): readonly Sign[] {
  if (view.coverage('services').kind !== 'complete') return []
  const known = new Set(view.rows('services').map(({ name }) => name))
  return serviceNames(view)
    .filter(({ value }) => value !== '' && value !== 'none' && !known.has(value))
    .map((row) =>
      sign(row, 'decisive', `the settings name the Service ${row.value}, and there is none`, clusterSubject),
    )
}

const ofPeople = (view: Reads<'attempts'>): readonly Sign[] =>
  view
    .rows('attempts')
    .filter(({ act, outcome }) => act === 'restart-typha' && outcome === 'cured')
    .map((row) => sign(row, 'strong', 'a new Typha cured it', clusterSubject))

/** Everything that was shown of Typha is as it should be. */
function inOrder(view: Reads<'pods' | 'endpoints'>): readonly Sign[] {
  const ready = typhaPods(view).find((pod) => isReady(pod) === true)
  const isAllReady = typhaPods(view).every((pod) => isReady(pod) === true)
  const behind = typhaEndpoints(view).find(({ addresses }) => addresses.length > 0)
  return [
    ...(ready !== undefined && isAllReady
      ? [sign(ready, 'against', 'every Typha that was shown is ready', clusterSubject)]
      : []),
    ...(behind === undefined
      ? []
      : [sign(behind, 'against', `the Service leads to ${behind.addresses.join(', ')}`, clusterSubject)]),
  ]
}

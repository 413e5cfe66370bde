import { isOfCalico } from '#cluster/calico-messages.ts'
import { isCalicoName, isCalicoPod, isOfCalicoObject } from '#cluster/calico-objects.ts'
import { messagesOfEvent } from '#cluster/event-messages.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { DaemonSetRow, EventRow, MessageRow, PodRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { isRecent, recordMs } from '#cluster/symptoms/recency.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import { remarkSigns } from '#diagnosis/told-signs.ts'
import { sameFact, type View, type Weight } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { refusalIn } from '#failures/admission-denied/refusals.ts'

export interface DeniedState {
  /** The webhook, policy or plugin that refuses. */
  readonly by: string | undefined
}

type Needs = 'events' | 'messages' | 'daemonSets' | 'pods' | 'webhooks' | 'settings' | 'remarks'

/**
 * Finds admission that keeps Calico's pods (or what its operator writes) from being made: pod security, security context
 * constraints, quotas, a webhook that refuses, or one whose back-end is out of reach.
 *
 * @see kubernetes/apiserver:pkg/admission/plugin/webhook (denied the request; failed calling webhook)
 * @see kubernetes/kubernetes:pkg/controller/daemon/daemon_controller.go (FailedCreate)
 */
export const detector = defineDetector<DeniedState, Needs>({
  needs: ['events', 'daemonSets'],
  uses: ['messages', 'pods', 'webhooks', 'settings', 'remarks'],
  judges: 'cluster',
  detect: (view) => {
    const refused = [...ofEvents(view), ...ofMessages(view)]
    const lacking = tooFew(view)
    const restricted = ofPolicies(view)
    const signs = [
      ...refused,
      ...lacking,
      ...restricted,
      ...remarkSigns(view, {
        'admission-refuses': ['strong', 'admission refuses Calico’s pods, as somebody says'],
      }).map((one) => ({ ...one, about: clusterSubject })),
      ...nowhere(view),
      ...(refused.length + lacking.length > 0 ? [...ofWebhooks(view), ...ofPlugins(view)] : []),
    ]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, typical)
          ? { says: 'admission keeps Calico’s pods from being made', state: { by: byIn(view) } }
          : undefined,
    })
  },
  explains: explainsHere,
  // Every pod that the DaemonSet wants was made.
  isImmune: (_, view) => {
    const sets = calicoNodeSets(view)
    return sets.length > 0 && sets.every(({ desired = 0, current = 0 }) => desired > 0 && current >= desired)
  },
})

const typical = ['calico-pods-not-created', 'calico-node-missing-on-node', 'operator-degraded']

/** The event knows of which object it tells; its text often names the webhook alone. */
function ofEvents(view: View<Needs>): readonly Sign[] {
  const rows = view.rows('events').filter((row) => isCurrent(view, row) && row.reason === 'FailedCreate')
  return rows.flatMap((row) => {
    const weight = weightOf(row)
    if (weight === undefined || wasCreatedSince(view, row)) return []
    const refusal = messagesOfEvent(row)
      .map(refusalIn)
      .find((one) => one !== undefined)
    const whose = row.about.name === '' ? 'a DaemonSet' : row.about.name
    return refusal === undefined
      ? isOfCalicoObject(row)
        ? [sign(row, 'weak', `the pods of ${whose} cannot be created`, clusterSubject)]
        : []
      : [sign(row, weight, `${whose}: ${refusal.says}`, clusterSubject)]
  })
}

/** An event of nobody's (its table was cut) may be Calico's where the DaemonSet controller tells it. */
function weightOf(row: EventRow): Weight | undefined {
  if (isOfCalicoObject(row)) return 'decisive'
  return row.about.name === '' && row.component === 'daemonset-controller' ? 'strong' : undefined
}

/** Controllers wait up to a quarter of an hour between two tries. */
const isCurrent = (view: View<Needs>, { lastAtMs }: EventRow): boolean =>
  view.isComplaint === true || isRecent(view, lastAtMs, recordMs)

const wasCreatedSince = (view: Reads<'events'>, { about, lastAtMs = 0 }: EventRow): boolean =>
  view
    .rows('events')
    .some(
      (other) =>
        other.reason === 'SuccessfulCreate' &&
        other.about.name === about.name &&
        about.name !== '' &&
        (other.lastAtMs ?? 0) > lastAtMs,
    )

/** What Calico's own programs were refused, and refusals that name one of Calico's objects. */
function ofMessages(view: View<Needs>): readonly Sign[] {
  const told = view
    .rows('messages')
    .filter((row) => view.isComplaint === true || isRecent(view, row.atMs, recordMs))
    .flatMap((row) => {
      const meaning = meaningOf(view, row)
      return meaning === undefined ? [] : [sign(row, meaning[0], meaning[1], clusterSubject)]
    })
  // One line is several messages: the one that names Calico says more than the refusal alone.
  const proven = told.filter(({ weight }) => weight === 'decisive')
  return told.filter(
    (one) => one.weight === 'decisive' || !proven.some((other) => sameFact(one.from, other.from)),
  )
}

/**
 * A policy that merely admits a pod may also change it: a restricted one sets runAsNonRoot, and the container cannot be made.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/kuberuntime/security_context_others.go (verifyRunAsNonRoot)
 */
function ofPolicies(view: Reads<'messages' | 'pods'>): readonly Sign[] {
  const stopped = view.rows('pods').find((pod) => isCalicoPod(pod) && isUnmade(pod))
  if (stopped === undefined) return []
  return view
    .rows('messages')
    .filter(({ message }) => message.id === 'api/restricted-policy-used')
    .map((row) =>
      sign(
        row,
        'strong',
        `${stopped.name} cannot be configured, and a restricted policy (${row.message.params.policy}) was applied`,
        clusterSubject,
      ),
    )
}

const isUnmade = ({ status, containers }: PodRow): boolean =>
  [status, ...containers.map(({ reason }) => reason)].includes('CreateContainerConfigError')

function meaningOf(view: View<Needs>, row: Fact<MessageRow>): readonly [Weight, string] | undefined {
  const { message } = row
  if (!isOfCalico(view, row)) return undefined
  if (message.id === 'kubelet/run-as-root')
    return ['strong', 'a container of Calico’s runs as root and may not']
  const refusal = refusalIn(message)
  if (refusal === undefined)
    return message.id === 'api/object-forbidden' && isCalicoName(message.params.name)
      ? ['strong', `${message.params.name} is refused: ${message.params.error}`]
      : undefined
  // What the line itself names, or a program of Calico's quotes.
  return [message.inner === undefined ? 'strong' : 'decisive', refusal.says]
}

const calicoNodeSets = (view: Reads<'daemonSets'>): readonly Fact<DaemonSetRow>[] =>
  view.rows('daemonSets').filter(({ name }) => name === 'calico-node')

/** Wanted, and not even made: no node, image or crash has a part in that. */
const tooFew = (view: Reads<'daemonSets'>): readonly Sign[] =>
  calicoNodeSets(view)
    .filter(({ desired = 0, current = desired }) => current < desired)
    .map((row) =>
      sign(row, 'weak', `${row.current} of ${row.desired} pods of calico-node were created`, clusterSubject),
    )

const nowhere = (view: View<Needs>): readonly Sign[] =>
  view.symptoms
    .filter(
      ({ id, when, about }) =>
        id === 'calico-node-missing-on-node' && when === 'now' && about.kind === 'cluster',
    )
    .map((symptom) => ({ about: clusterSubject, weight: 'weak', says: symptom.says, from: symptom.from }))

/** Webhooks without which no pod is made. */
const ofWebhooks = (view: Reads<'webhooks'>): readonly Sign[] =>
  view
    .rows('webhooks')
    .filter(
      ({ failurePolicy = 'Fail', resources }) =>
        failurePolicy === 'Fail' && resources.some((one) => one === 'pods' || one === '*' || one === '*/*'),
    )
    .map((row) => sign(row, 'weak', `the webhook ${row.name} is asked about every pod`, clusterSubject))

const ofPlugins = (view: Reads<'settings'>): readonly Sign[] =>
  settingsNamed(view, 'apiserver', 'enable-admission-plugins')
    .filter(({ value }) => value.split(',').includes('SecurityContextDeny'))
    .map((row) => sign(row, 'strong', 'the API server runs SecurityContextDeny', clusterSubject))

function byIn(view: View<Needs>): string | undefined {
  const events = view
    .rows('events')
    .filter((row) => weightOf(row) !== undefined)
    .flatMap(messagesOfEvent)
  const own = view
    .rows('messages')
    .filter((row) => isOfCalico(view, row))
    .map(({ message }) => message)
  return [...events, ...own].map(refusalIn).find((one) => one !== undefined)?.by
}

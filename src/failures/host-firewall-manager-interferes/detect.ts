import { apiContacts } from '#cluster/api-contacts.ts'
import { chainAccepted } from '#cluster/attempts.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { trafficSymptoms } from '#cluster/pod-traffic.ts'
import { innerMessage, isOfCalicoNode, placeOfMessage } from '#cluster/queries.ts'
import type { FirewallManager } from '#cluster/refusals.ts'
import type { AttemptRow, MessageRow } from '#cluster/relations.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { isCalicosLink } from '#cluster/tunnels.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { attemptSigns, beforeCure, besideFacts, ofOutcome, remarkSigns } from '#diagnosis/told-signs.ts'
import type { Symptom } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import {
  activeManagers,
  type ManagerReads,
  managerSigns,
} from '#failures/host-firewall-manager-interferes/managers.ts'
import { managersIn, type RuleReads, ruleSigns } from '#failures/host-firewall-manager-interferes/rules.ts'

export interface FirewallState {
  /** Who keeps the rules, where that is known. */
  readonly manager: FirewallManager | string | undefined
}

type Needs =
  | RuleReads
  | ManagerReads
  | 'messages'
  | 'pods'
  | 'captures'
  | 'reachability'
  | 'remarks'
  | 'attempts'

/**
 * Finds nodes whose own firewall (firewalld, ufw, the iptables service, rules baked into an image) refuses packets that are
 * forwarded to or from pods, before or beside Calico's rules.
 *
 * @see projectcalico/calico:felix/rules/static.go (FORWARD: Calico's last word is appended, and comes too late behind a REJECT)
 * @see firewalld/firewalld:src/firewall/core/nftables.py (filter_FORWARD ends with a reject)
 */
export const detector = defineDetector<FirewallState, Needs>({
  needs: ['filterRules', 'filterChains', 'units'],
  uses: ['settings', 'ipPools', 'messages', 'pods', 'captures', 'reachability', 'remarks', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const refused = ofRefusals(view)
    const isFailing = refused.length > 0 || seen(view.symptoms, trafficSymptoms)
    const tried = ofAttempts(view, seen(view.symptoms, portSymptoms) && !isFailing)
    const facts = [
      ...ruleSigns(view),
      ...beforeCure(tried, managerSigns(view, isFailing)),
      ...refused,
      ...ofLogs(view),
      ...ofWaiting(view),
      ...tried,
    ]
    const signs = besideFacts(facts, ofPeople(view))
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        // A refusal that somebody shows is trouble enough, whoever made it.
        isBacked(own, view, typical) || (view.isComplaint === true && refused.length > 0)
          ? {
              says: 'the host’s own firewall refuses packets of pods',
              state: { manager: managersIn(view)[0]?.manager ?? activeManagers(view)[0]?.unit },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const typical = [...trafficSymptoms, 'calico-api-unavailable']

/** Symptoms of one port between hosts: a firewall may be the reason, but it is not pods' packets that it refuses. */
const portSymptoms = ['bgp-session-down', 'typha-unreachable', 'bird-not-running']

const seen = (symptoms: readonly Symptom[], ids: readonly string[]): boolean =>
  symptoms.some(({ id, when }) => when === 'now' && ids.includes(id))

/** A refusal that comes at once: REJECT answers “host unreachable”, where a lost packet is silence. */
function ofRefusals(
  view: Reads<'messages' | 'pods' | 'captures' | 'reachability' | 'units'>,
): readonly Sign[] {
  const isActive = activeManagers(view).length > 0
  return [
    ...view
      .rows('reachability')
      .filter((row) => row.in === 'pod' && row.outcome === 'no-route')
      .map((row) => sign(row, 'strong', `${row.to} answers a pod with “no route to host” at once`)),
    ...view
      .rows('captures')
      .filter(({ shows }) => shows === 'prohibited')
      .map((row) =>
        sign(
          row,
          isActive ? 'decisive' : 'strong',
          `${row.source ?? 'somebody'} answers a packet with “prohibited”`,
        ),
      ),
    ...view
      .rows('messages')
      .filter((row) => isNoRoute(row) && isRecent(view, row.atMs) && !isOfCalicoNode(view, row))
      .map((row) => ofNoRoute(view, { row, isActive })),
  ]
}

const isNoRoute = (row: MessageRow): boolean =>
  row.message.id === 'dial/no-route' || innerMessage(row, 'dial/no-route') !== undefined

/**
 * calico-node and Typha live in the host's network; of a pod with its own, the packets were forwarded. Of whom nobody knows it is a
 * sign only beside a firewall that is known to run: its REJECT is told in these words.
 */
const ofNoRoute = (
  view: Reads<'messages' | 'pods'>,
  { row, isActive }: { readonly row: Fact<MessageRow>; readonly isActive: boolean },
): Sign => ({
  about: placeOfMessage(view, row),
  weight: row.pod === undefined && row.container === undefined && !isActive ? 'weak' : 'strong',
  says: `a program in a pod is told “no route to host”${isActive ? ', which is how a firewall refuses' : ''}`,
  from: row.from,
})

/** A program of the pod network that waits in vain for the API server, beside a firewall that runs. */
const ofWaiting = (view: Reads<'messages' | 'pods' | 'units'>): readonly Sign[] =>
  activeManagers(view).length === 0
    ? []
    : apiContacts(view)
        .filter(
          ({ by, outcome }) =>
            (by === 'pod' || (by === 'other' && isOfControllers(view))) &&
            (outcome === 'timed-out' || outcome === 'no-answer'),
        )
        .map(({ row, about }) =>
          sign(row, 'strong', 'a pod waits in vain for the API server while a firewall runs', about),
        )

/** The wrappers of the library do not say who uses it; kube-controllers' own lines beside them do. */
const isOfControllers = (view: Reads<'messages'>): boolean =>
  view.rows('messages').some(({ message: { id } }) => id === 'kube-controllers/datastore-ensuring')

/** What a firewall writes down of forwarded packets; those to the host's own ports are another matter. */
const ofLogs = (view: Reads<'messages' | 'pods'>): readonly Sign[] => {
  const ofPacket =
    (manager: string) =>
    ({ message: { params } }: Fact<MessageRow>) => {
      const isForwarded = (params.in ?? '') !== '' && (params.out ?? '') !== ''
      const isPods = [params.in, params.out].some((link) => isCalicosLink(link ?? ''))
      if (!isForwarded && !isPods) return ['weak', `${manager} refuses packets to the host`] as const
      return [
        'decisive',
        `${manager} refuses a packet that is forwarded from ${params.in || 'the host'} to ${params.out || 'it'}`,
      ] as const
    }
  return messageSigns(view, {
    'ufw/packet-refused': ofPacket('ufw'),
    'firewalld/packet-refused': ofPacket('firewalld'),
    'firewalld/started': ['weak', 'firewalld was started or reloaded'],
    'firewalld/command-failed': ['weak', 'firewalld’s rules and others’ get in each other’s way'],
    'felix/chain-out-of-sync': ['weak', 'somebody else edits Calico’s chains'],
  })
}

/** @param isOfPorts only ports between hosts fail: then what a stopped firewall cured is not this */
const ofAttempts = (view: Reads<'attempts'>, isOfPorts: boolean): readonly Sign[] => {
  const says = (words: string) => (row: Parameters<typeof ofOutcome>[0]) => {
    const told = ofOutcome(row, words)
    return told?.[0] === 'strong' && isOfPorts ? (['weak', told[1]] as const) : told
  }
  return attemptSigns(view, {
    'stop-firewall': says('the host’s firewall was stopped'),
    // A chain's policy is nobody's rule.
    'allow-in-firewall': (row) =>
      chainAccepted(row) !== undefined
        ? ofPolicy(row)
        : says('the host’s firewall was told to let them through')(row),
    'forward-accept': ({ outcome }) =>
      outcome === 'cured' ? ['weak', 'forwarding was accepted: it cured'] : undefined,
    'flush-rules': ({ outcome }) =>
      outcome === 'cured' ? ['weak', 'flushing the rules cured it'] : undefined,
  })
}

const ofPolicy = ({ outcome, after }: AttemptRow): readonly ['weak', string] | undefined =>
  outcome === 'cured' ? ['weak', `${after}: it cured`] : undefined

const ofPeople = (view: Reads<'remarks'>): readonly Sign[] =>
  remarkSigns(view, {
    'firewall-rejects': ['strong', 'the host’s firewall refuses packets, as somebody says'],
    'firewall-was-changed': ['weak', 'the firewall was changed before'],
    'pods-cannot-reach-api': ['weak', 'pods cannot reach the API server'],
    'host-to-pod-fails': ['weak', 'hosts cannot reach pods'],
    'same-node-works-cross-node-fails': ['weak', 'pods reach each other on one node only'],
    'dns-fails': ['weak', 'names cannot be resolved in pods'],
    'egress-fails': ['weak', 'pods cannot reach the outside'],
  })

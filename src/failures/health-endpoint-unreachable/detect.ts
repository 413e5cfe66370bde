import type { Fact, Reads } from '#cluster/facts.ts'
import {
  faultOfLoopback,
  healthDial,
  isLoopback,
  localhostLookup,
  movedEndpoints,
} from '#cluster/health-endpoint.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsPeers } from '#diagnosis/explains-peers.ts'
import { findingsOf, type MessageSign, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isStartHeldUp } from '#diagnosis/start-up.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface EndpointState {
  /** Whether the host does not know the name localhost, or knows it wrongly. */
  readonly isNameWrong: boolean
}

export const symptoms = [
  'calico-node-not-ready',
  'pods-not-ready-on-node',
  'network-unavailable',
  'bgp-session-down',
] as const

type Needs = 'messages' | 'pods' | 'links' | 'settings'

/**
 * Finds a Felix that works while nobody can ask it how it is: `localhost` is not known or means another machine, the loopback
 * interface is down, the port is taken, or Felix answers elsewhere. A 503 is an answer: then it is something else.
 *
 * @see projectcalico/calico:libcalico-go/lib/health/health.go (Health endpoint failed, trying to restart it)
 * @see projectcalico/calico:node/pkg/health/health.go
 */
export const detector = defineDetector<EndpointState, Needs>({
  needs: ['messages', 'links'],
  uses: ['pods', 'settings'],
  judges: 'node',
  detect: (view) => {
    const signs = [...ofMessages(view), ...ofLoopback(view), ...ofNames(view), ...ofSettings(view)]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, symptoms)
          ? {
              says: 'Felix’s health check on localhost cannot be bound or reached',
              state: {
                isNameWrong: own.some((one) => namesWrong(view).some(({ from }) => from === one.from)),
              },
            }
          : undefined,
    })
  },
  // Each time that kubelet kills it, its peers lose their sessions.
  explains: explainsPeers,
  // There is nobody yet to answer.
  isHidden: (about, view) => isStartHeldUp(view, about),
})

/** Moved for all nodes, it is no node's own trouble, wherever a probe has said so lately. */
function ofMessages(view: Reads<Needs>): readonly Sign[] {
  const isForAll = movedEndpoints(view).some(({ row }) => row.of === 'FelixConfiguration' && !row.node)
  return messageSigns(view, said).map((one) =>
    isForAll && one.weight === 'weak' ? { ...one, about: clusterSubject } : one,
  )
}

/** Every probe tells what it met in the same way. */
function ofProbe(row: Fact<MessageRow>) {
  if (localhostLookup(row)) return ['decisive', 'a probe cannot resolve the name localhost'] as const
  const dial = healthDial(row)
  if (dial === undefined) {
    const status = innerMessage(row, 'health/probe-status')
    return status === undefined
      ? undefined
      : (['against', `Felix answers its probes (${status.params.status})`] as const)
  }
  const address = dial.params.address ?? ''
  if (!isLoopback(address))
    return ['decisive', `localhost is ${address} here, and Felix does not listen there`] as const
  return dial.id === 'dial/refused'
    ? (['weak', 'nobody listens at Felix’s health port'] as const)
    : (['decisive', `this machine cannot reach its own ${address}`] as const)
}

const said: Readonly<Record<string, MessageSign>> = {
  'health/felix-not-live': ofProbe,
  'health/felix-not-ready': ofProbe,
  'kubelet/probe-failed': ofProbe,
  'health/endpoint-failed': (row) => {
    if (localhostLookup(row))
      return ['decisive', 'Felix cannot resolve localhost, where it is to answer its health check']
    if (innerMessage(row, 'net/listen-no-address'))
      return ['decisive', 'Felix cannot bind its health check to localhost']
    if (innerMessage(row, 'net/listen-in-use')) return ['decisive', 'another program has Felix’s health port']
    return ['strong', 'Felix cannot serve its health check']
  },
}

const ofLoopback = (view: Reads<'links'>): readonly Sign[] =>
  view.rows('links').flatMap((row) => {
    const fault = faultOfLoopback(row)
    return fault === undefined ? [] : [sign(row, 'decisive', `the loopback interface ${fault}`)]
  })

/** What the hosts file says of localhost where it is not loopback; '' where a whole file does not name it. */
const namesWrong = (view: Reads<'settings'>) =>
  settingsNamed(view, 'hosts', 'localhost').filter(
    ({ value, in: file }) => file === '/etc/hosts' && !isLoopback(value),
  )

function ofNames(view: Reads<'settings'>): readonly Sign[] {
  const known = settingsNamed(view, 'hosts', 'localhost').some(({ value }) => isLoopback(value))
  return namesWrong(view).flatMap((row) => {
    if (row.value !== '')
      return known ? [] : [sign(row, 'decisive', `/etc/hosts says that localhost is ${row.value}`)]
    return [sign(row, 'strong', '/etc/hosts does not name localhost')]
  })
}

/** Told to answer elsewhere: that decides it once a probe is refused. */
function ofSettings(view: Reads<Needs>): readonly Sign[] {
  const isRefused = view.rows('messages').some((row) => healthDial(row)?.id === 'dial/refused')
  return movedEndpoints(view).map(({ row, says }) => sign(row, isRefused ? 'decisive' : 'weak', says))
}

import { isOfCalico } from '#cluster/calico-messages.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { fillings, smallLimits } from '#cluster/host-limits.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsPeers } from '#diagnosis/explains-peers.ts'
import { findingsOf, type MessageSign, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface LimitState {
  /** The sysctls that are full, as far as they were read. */
  readonly full: readonly string[]
}

export const symptoms = [
  'host-out-of-resources',
  'calico-node-not-ready',
  'pod-traffic-failing',
  'cross-node-traffic-failing',
  'pods-not-ready-on-node',
  'sandbox-creation-failing',
  'dataplane-not-programmed',
  'calico-node-start-failing',
  'node-not-ready',
  'bgp-session-down',
  'api-unreachable',
  'typha-unreachable',
  'node-flapping',
] as const

/**
 * Finds a limit of the host's kernel that is reached: the table of connections, that of neighbours, open files, inotify
 * instances and watches, processes.
 *
 * @see torvalds/linux:net/netfilter/nf_conntrack_core.c
 * @see torvalds/linux:fs/notify/inotify/inotify_user.c
 */
export const detector = defineDetector<LimitState, 'messages' | 'pods' | 'settings' | 'attempts'>({
  needs: ['messages', 'settings'],
  uses: ['pods', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const signs = [
      ...messageSigns(view, said(view)),
      ...ofFillings(view),
      ...ofLimits(view),
      ...ofAttempts(view),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, symptoms)
          ? {
              says: 'a limit of the host is reached',
              state: { full: fillings(view).flatMap(({ name, part }) => (part >= 1 ? name : [])) },
            }
          : undefined,
    })
  },
  explains: explainsPeers,
})

const said = (view: Reads<'pods'>): Readonly<Record<string, MessageSign>> => ({
  'kernel/conntrack-full': ['decisive', 'the table of connections is full, and the kernel drops new ones'],
  'kernel/conntrack-full-namespace': [
    'decisive',
    'the table of connections is full, and the kernel drops new ones',
  ],
  'kernel/neighbour-full': ['decisive', 'the table of neighbours is full'],
  'kernel/pids-limit': ['decisive', 'a limit of processes is reached'],
  'host/inotify-limit': ['decisive', 'the limit of inotify is reached'],
  'host/fsnotify-limit': ['decisive', 'the limit of inotify is reached'],
  'host/too-many-files': (row) =>
    row.message.params.system === undefined && isOfAnotherPod(view, row)
      ? undefined
      : ['decisive', 'a program can open no more files'],
  'host/no-threads': (row) =>
    isOfAnotherPod(view, row) ? undefined : ['decisive', 'no process or thread can be started any more'],
  'host/no-go-threads': (row) =>
    isOfAnotherPod(view, row) ? undefined : ['decisive', 'no thread can be started any more'],
  'host/no-memory': ['weak', 'the kernel gives no memory'],
})

/** An application may have a limit of its own. */
const isOfAnotherPod = (view: Reads<'pods'>, row: Fact<MessageRow>): boolean =>
  row.pod !== undefined && row.pod.namespace !== 'kube-system' && !isOfCalico(view, row)

const nearly = 0.9

const ofFillings = (view: Reads<'settings'>): readonly Sign[] =>
  fillings(view).flatMap(({ row, name, part }): readonly Sign[] => {
    const percent = Math.round(part * 100)
    if (part >= 1) return [sign(row, 'decisive', `${name} is full`)]
    return part >= nearly ? [sign(row, 'strong', `${name} is ${percent} % full`)] : []
  })

const ofLimits = (view: Reads<'settings'>): readonly Sign[] =>
  smallLimits(view).map(({ row, isNever }) =>
    isNever
      ? sign(row, 'decisive', `${row.name} is ${row.value}: a node alone needs more`)
      : sign(row, 'strong', `${row.name} is ${row.value}: less than any kernel sets by itself`),
  )

const ofAttempts = (view: Reads<'attempts'>): readonly Sign[] =>
  view.rows('attempts').flatMap((row) => {
    if (row.act !== 'raise-limit') return []
    if (row.outcome === 'cured') return [sign(row, 'strong', 'a higher limit of the host cured it')]
    return row.outcome === 'no-change' ? [sign(row, 'against', 'a higher limit changed nothing')] : []
  })

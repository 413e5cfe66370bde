import { isOfCalico } from '#cluster/calico-messages.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { busy } from '#cluster/load.ts'
import {
  calicoNodeContainer,
  calicoNodePods,
  isOfCalicoNode,
  placeOfMessage,
  placeOfPod,
} from '#cluster/queries.ts'
import type { AttemptRow, MessageRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { isRecent, recordMs } from '#cluster/symptoms/recency.ts'
import { calicoVersions, isBefore } from '#cluster/versions.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsPeers } from '#diagnosis/explains-peers.ts'
import { findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface CpuState {
  /** What a probe of the container may take, in seconds, where it was shown. */
  readonly timeoutSeconds: string | undefined
}

type Needs = 'messages' | 'pods' | 'settings' | 'remarks' | 'attempts' | 'versions'

/**
 * Finds calico-node whose probes fail because it gets no CPU: they time out, or end without a word, on a node that is busy.
 *
 * @see projectcalico/calico:node/pkg/health/health.go; kubernetes/kubernetes:pkg/kubelet/prober/prober.go
 */
export const detector = defineDetector<CpuState, Needs>({
  needs: ['messages', 'pods'],
  uses: ['settings', 'remarks', 'attempts', 'versions'],
  judges: 'node',
  detect: (view) => {
    const probes = [...failedProbes(view), ...unexplainedProbes(view)]
    const signs = [
      ...probes,
      ...ofPeople(view, probes.length > 0),
      ...(probes.length === 0 ? [] : [...ofMachine(view), ...ofLimits(view), ...contrary(view)]),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, ['calico-node-not-ready'])
          ? {
              says: 'calico-node gets too little CPU: its probes do not end in time',
              state: { timeoutSeconds: settingsNamed(view, 'container', 'timeoutSeconds')[0]?.value },
            }
          : undefined,
    })
  },
  // A restart takes the node's BGP sessions with it: its peers say so.
  explains: explainsPeers,
})

/** Of calico-node, or of nobody that was named: then whoever shows it asks about calico-node. */
const failedProbes = (view: Reads<'messages' | 'pods'>): readonly Sign[] =>
  view
    .rows('messages')
    .filter(
      (row) =>
        isRecent(view, row.atMs, view.isComplaint === true ? Number.POSITIVE_INFINITY : recordMs) &&
        mayBeCalicos(view, row),
    )
    .flatMap((row) => {
      const said = failure(row)
      return said === undefined ? [] : [sign(row, said[0], said[1], placeOfMessage(view, row))]
    })

function failure({
  message: { id, params, inner = [] },
}: Fact<MessageRow>): readonly ['strong' | 'weak', string] | undefined {
  switch (id) {
    case 'kubelet/probe-failed':
    case 'kubelet/probe-errored':
      if ((params.output ?? '').trim() === '')
        return ['strong', `a ${params.probe ?? ''} probe failed without a word: it was cut off`]
      return inner.some((one) => one.id === 'http/awaiting-headers' || one.id === 'go/deadline-exceeded')
        ? ['weak', 'a probe was not answered in time']
        : undefined
    case 'kubelet/probe-timed-out':
      return [
        'strong',
        `a probe’s command did not end in time${params.after === undefined ? '' : ` (${params.after})`}`,
      ]
    default:
      return undefined
  }
}

/** A probe that failed with words that nobody's program prints, on a node that is busy: what it said was not shown. */
const unexplainedProbes = (view: Reads<'messages' | 'pods' | 'remarks'>): readonly Sign[] =>
  view.rows('remarks').every(({ says }) => says !== 'high-load')
    ? []
    : view
        .rows('messages')
        .filter(
          (row) =>
            row.message.id === 'kubelet/probe-failed' &&
            (row.message.params.output ?? '').trim() !== '' &&
            (row.message.inner ?? []).length === 0 &&
            mayBeCalicos(view, row),
        )
        .map((row) => sign(row, 'weak', 'a probe failed while the node was busy', placeOfMessage(view, row)))

const mayBeCalicos = (view: Reads<'pods'>, row: Fact<MessageRow>): boolean =>
  isOfCalicoNode(view, row) ||
  isOfCalico(view, row) ||
  isCalicosCommand(row) ||
  (row.pod === undefined && row.container === undefined && row.message.params.command === undefined)

/** `/bin/calico-node -felix-ready -bird-ready`: the probes of calico-node itself. */
const isCalicosCommand = ({ message: { params } }: Fact<MessageRow>): boolean =>
  ['/bin/calico-node', 'calico-node'].includes(params.command?.split(' ')[0] ?? '')

/** Measured, or told by the kernel: the machine has no time left. */
const ofMachine = (view: Reads<'settings' | 'messages' | 'pods'>): readonly Sign[] => [
  ...busy(view).map(({ row, says }) => sign(row, 'decisive', says, nodeSubject(row.node))),
  ...messageSigns(view, {
    'kernel/soft-lockup': ['decisive', 'a processor of the machine does not get on'],
    'kernel/rcu-stall': ['decisive', 'a processor of the machine does not get on'],
    'kernel/hung-task': ['strong', 'programs of the machine wait without end'],
  }),
]

const millicoresMin = 200

/** CPU limits that are small, and probes that may take a second only. */
const ofLimits = (view: Reads<'settings' | 'versions' | 'pods'>): readonly Sign[] => [
  ...ofPods(view),
  ...settingsNamed(view, 'container', 'limits.cpu')
    .filter(({ value }) => isSmall(value))
    .map((row) => sign(row, 'strong', `the CPU limit is ${row.value}`)),
  ...settingsNamed(view, 'container', 'timeoutSeconds')
    .filter(({ value }) => value === '1')
    .map((row) => sign(row, 'weak', 'a probe may take one second only')),
  ...calicoVersions(view)
    .filter(({ version }) => isBefore(version, '3.20') === true)
    .map((row) => sign(row, 'weak', `probes of Calico ${row.version} may take one second only`)),
]

/** As the API has it of the container itself. */
const ofPods = (view: Reads<'pods'>): readonly Sign[] =>
  calicoNodePods(view).flatMap((pod) => {
    const limit = calicoNodeContainer(pod)?.cpuLimit
    return limit !== undefined && isSmall(limit)
      ? [sign(pod, 'strong', `the CPU limit is ${limit}`, placeOfPod(pod))]
      : []
  })

const isSmall = (limit: string): boolean => (millicores(limit) ?? millicoresMin) < millicoresMin

const millicores = (limit: string): number | undefined => {
  const count = Number(limit.endsWith('m') ? limit.slice(0, -1) : limit)
  return Number.isNaN(count) ? undefined : limit.endsWith('m') ? count : count * 1000
}

function ofPeople(view: Reads<'remarks' | 'attempts'>, isSeen: boolean): readonly Sign[] {
  const load = view.rows('remarks').filter(({ says }) => says === 'high-load')
  return [
    ...view
      .rows('attempts')
      .filter(isMoreTime)
      .map((row) =>
        sign(
          row,
          row.outcome === 'cured' || row.before !== undefined ? 'strong' : 'weak',
          'more CPU, or more time for probes, was tried',
        ),
      ),
    ...(isSeen ? load.map((row) => sign(row, 'strong', 'the node is busy, as somebody says')) : []),
  ]
}

const isMoreTime = ({ act, outcome, after = '' }: AttemptRow): boolean =>
  (outcome === 'cured' || outcome === 'unknown') &&
  (act === 'raise-cpu' ||
    (act === 'set-setting' && (after.split('=')[0] ?? '').toLowerCase().endsWith('timeoutseconds')))

/** A process that is at its memory limit times out, too. */
const contrary = (view: Reads<'pods'>): readonly Sign[] =>
  calicoNodePods(view)
    .filter((pod) => pod.containers.some(({ lastTermination }) => lastTermination?.reason === 'OOMKilled'))
    .map((pod) => sign(pod, 'against', 'it is killed for memory', placeOfPod(pod)))

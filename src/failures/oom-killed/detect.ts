import { isOfCalico } from '#cluster/calico-messages.ts'
import type { Reads, Subject } from '#cluster/facts.ts'
import { placeOfPod } from '#cluster/queries.ts'
import type { AttemptRow, MessageRow, PodRow } from '#cluster/relations.ts'
import { bytesOf, settingsNamed } from '#cluster/settings.ts'
import { isUnheard } from '#cluster/silent-nodes.ts'
import { clusterSubject, nodeSubject } from '#cluster/subjects.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import { isKilledForMemory, isTyphaKilled } from '#cluster/typha.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface OomState {
  /** As it stands in the container's limits. */
  readonly limit: string | undefined
  /** Whether it is Typha that is killed, for all of its clients. */
  readonly isTypha: boolean
}

/** What a node's calico-node shows, whichever of its programs was killed. */
export const nearSymptoms = [
  'calico-node-not-ready',
  'bird-not-running',
  'bgp-session-down',
  'typha-unreachable',
  'pods-not-ready-on-node',
] as const

/** What comes of it besides where no Typha is left. */
export const farSymptoms = [
  'calico-node-start-failing',
  'operator-degraded',
  'cross-node-traffic-failing',
  'sandbox-creation-failing',
  'cni-not-initialized',
  'node-not-ready',
  'network-unavailable',
] as const

type Needs = 'pods' | 'messages' | 'nodes' | 'settings' | 'attempts'

/**
 * Finds containers of Calico's that are killed because they take more memory than their limit (or their node) has.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/kuberuntime/kuberuntime_container.go; torvalds/linux:mm/oom_kill.c
 */
export const detector = defineDetector<OomState, Needs>({
  needs: ['pods'],
  uses: ['messages', 'nodes', 'settings', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const told = [...ofPods(view), ...ofMessages(view), ...nearLimit(view), ...ofPeople(view)]
    const signs = [...told, ...(told.length === 0 ? [] : smallLimits(view))]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, ['calico-node-not-ready'])
          ? {
              says: 'a container of Calico’s takes more memory than it may, and is killed',
              state: { limit: limitsOf(view)[0]?.value, isTypha: isTyphaKilled(view) },
            }
          : undefined,
    })
  },
  explains: (finding, symptom) =>
    explainsHere(finding, symptom) && (finding.state.isTypha || isNear(symptom)),
  // Why a container ended, the kubelet says.
  isHidden: (about, view) => isUnheard(view, about),
})

const isNear = ({ id }: Symptom): boolean => nearSymptoms.some((one) => one === id)

const ofPods = (view: Reads<'pods'>): readonly Sign[] =>
  view
    .rows('pods')
    .filter(({ component }) => component !== undefined)
    .flatMap((pod) => {
      const container = pod.containers.find(isKilledForMemory)
      if (container !== undefined || pod.status === 'OOMKilled')
        return [sign(pod, 'decisive', `${container?.name ?? pod.name} was OOM-killed`, placeOf(pod))]
      return pod.containers.some(isKilled)
        ? [
            sign(
              pod,
              'weak',
              `a container of ${pod.name} ended with 137: it was killed from outside`,
              placeOf(pod),
            ),
          ]
        : []
    })

/** Whose limit is a Deployment's is the cluster's trouble, on whichever nodes its pods are. */
const placeOf = (pod: PodRow): Subject => (pod.component === 'calico-node' ? placeOfPod(pod) : clusterSubject)

/** SIGKILL: by the kernel, or by kubelet after the grace period. */
const isKilled = ({ lastTermination }: PodRow['containers'][number]): boolean =>
  lastTermination?.exitCode === 137

const ofMessages = (view: Reads<'messages' | 'pods'>): readonly Sign[] => [
  ...messageSigns(view, { ...ofKernel(nodePrograms), ...ofOthers(view) }),
  ...messageSigns(view, ofKernel(clusterPrograms)).map((one) => ({ ...one, about: clusterSubject })),
]

const ofKernel = (programs: ReadonlySet<string>): Readonly<Record<string, MessageSign>> => ({
  'kernel/oom-invoked': ({ message: { params } }) =>
    programs.has(params.program ?? '')
      ? ['strong', `${params.program} asked for memory that there was not`]
      : undefined,
  'kernel/oom-kill': ({ message: { params } }) =>
    programs.has(params.program ?? '')
      ? ['decisive', `the kernel killed ${params.program}: memory ran out`]
      : undefined,
  'kernel/oom-victim': ({ message: { params } }) =>
    programs.has(params.program ?? '')
      ? ['decisive', `the kernel chose ${params.program}: memory ran out`]
      : params.program === undefined || isOthers(params.program)
        ? ['weak', 'memory ran out, and the kernel killed somebody']
        : undefined,
  'kubelet/system-oom': ({ message: { params } }) =>
    programs.has(params.program ?? '')
      ? ['decisive', `the kernel killed ${params.program}: the node’s memory ran out`]
      : undefined,
})

const ofOthers = (view: Reads<'messages' | 'pods'>): Readonly<Record<string, MessageSign>> => ({
  'kubelet/oom-killed': (row) =>
    isOfCalico(view, row)
      ? ['decisive', 'a container of Calico’s was OOM-killed']
      : isUnnamed(row)
        ? ['weak', 'some container was OOM-killed']
        : undefined,
  'operator/crash-looping': ({ message: { params } }) =>
    params.reason?.startsWith('OOMKilled')
      ? ['decisive', `${params.container ?? params.pod} was OOM-killed`]
      : undefined,
  'hearsay/oom-killed': ['strong', 'somebody says that a program of Calico’s is killed for memory'],
  'operator/pod-terminated': ({ message: { params } }) =>
    params.reason === 'OOMKilled'
      ? ['decisive', `${params.container ?? params.pod} was OOM-killed`]
      : undefined,
})

const isUnnamed = ({ pod, container, message }: MessageRow): boolean =>
  pod === undefined && container === undefined && message.params.pod === undefined

/** Programs of Calico's images, as the kernel calls them (fifteen letters at most): those that each node has, and the others. */
const nodePrograms: ReadonlySet<string> = new Set([
  'calico-node',
  'calico-felix',
  'felix',
  'bird',
  'bird6',
  'confd',
])
const clusterPrograms: ReadonlySet<string> = new Set([
  'calico-typha',
  'typha',
  'kube-controllers',
  'kube-controller',
  'operator',
])

const isOthers = (program: string): boolean => !nodePrograms.has(program) && !clusterPrograms.has(program)

const nearShare = 0.9

/** What `kubectl top` shows, just below the limit: Go then spends its time in freeing memory, and the CPU is busy. */
function nearLimit(view: Reads<'settings'>): readonly Sign[] {
  const limit = limitsOf(view).map(bytesOf)[0]
  if (limit === undefined) return []
  return settingsNamed(view, 'other', 'usage.memory')
    .filter((row) => (bytesOf(row) ?? 0) >= limit * nearShare)
    .map((row) =>
      sign(row, 'strong', `${row.in} uses ${row.value}, close to its limit`, nodeSubject(row.node)),
    )
}

const limitsOf = (view: Reads<'settings'>) => settingsNamed(view, 'container', 'limits.memory')

/** Below this calico-node of a larger cluster does not get along. */
const smallBytes = 300 * 2 ** 20

const smallLimits = (view: Reads<'settings'>): readonly Sign[] =>
  limitsOf(view)
    .filter((row) => (bytesOf(row) ?? smallBytes) < smallBytes)
    .map((row) => sign(row, 'weak', `the memory limit is ${row.value}`))

/** Nobody raises a limit for another reason; where it changed nothing, it was not that. */
const ofPeople = (view: Reads<'attempts'>): readonly Sign[] =>
  view
    .rows('attempts')
    .filter(({ act }) => act === 'raise-memory-limit')
    .map((row) =>
      sign(
        row,
        weightOf(row),
        `the memory limit was raised${row.after === undefined ? '' : ` to ${row.after}`}${row.outcome === 'cured' ? ', which cured it' : ''}`,
      ),
    )

const weightOf = ({ outcome, before }: AttemptRow): 'strong' | 'weak' | 'against' => {
  if (outcome === 'cured' || (outcome === 'unknown' && before !== undefined)) return 'strong'
  return outcome === 'unknown' ? 'weak' : 'against'
}

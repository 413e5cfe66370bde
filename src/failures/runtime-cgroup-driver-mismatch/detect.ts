import type { Fact, Reads } from '#cluster/facts.ts'
import { calicoNodeContainer, calicoNodePods, placeOfPod, restartsOf } from '#cluster/queries.ts'
import type { PodRow } from '#cluster/relations.ts'
import { isUnheard } from '#cluster/silent-nodes.ts'
import { versionsOf } from '#cluster/versions.ts'
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
import { isBacked } from '#diagnosis/worth-saying.ts'
import {
  isKubeadmDefaultSystemd,
  kubeletDrivers,
  runtimeDrivers,
  silentRuntimes,
} from '#failures/runtime-cgroup-driver-mismatch/drivers.ts'

export interface CgroupState {
  readonly kubelet: string | undefined
  readonly runtime: string | undefined
}

type Needs = 'settings' | 'messages' | 'pods' | 'nodes' | 'versions' | 'remarks' | 'attempts'

/**
 * Finds nodes whose container runtime uses another cgroup driver than kubelet: systemd and the runtime then tidy up each other's
 * control groups, and pods end without a reason of their own.
 *
 * @see kubernetes/website:content/en/docs/setup/production-environment/container-runtimes.md (cgroup drivers)
 */
export const detector = defineDetector<CgroupState, Needs>({
  needs: ['settings', 'pods'],
  uses: ['messages', 'nodes', 'versions', 'remarks', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const ends = quietEnds(view)
    const told = [...messageSigns(view, said), ...ofSettings(view, ends), ...ofPeople(view)]
    const signs = [
      ...told,
      ...(told.length === 0 ? [] : [...ends, ...sandboxes(view), ...probeFailures(view)]),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, ['calico-node-not-ready'])
          ? {
              says: 'kubelet and the container runtime use different cgroup drivers: pods are ended again and again',
              state: { kubelet: kubeletDrivers(view)[0]?.driver, runtime: runtimeDrivers(view)[0]?.driver },
            }
          : undefined,
    })
  },
  explains: explainsHere,
  // It shows in what kubelet reports of the pods that it cannot start again: of one that nobody hears of, nothing is known.
  isHidden: (about, view) => isUnheard(view, about),
})

/** A kernel that gives no more groups has nothing to do with who makes them. */
const isLimit = (error = ''): boolean =>
  /resource temporarily unavailable|no space left on device/.test(error)

const said: Readonly<Record<string, MessageSign>> = {
  'kubelet/cgroup-driver-mismatch': ['decisive', 'kubelet says that the drivers differ'],
  'runtime/cgroup-path': ['decisive', 'the runtime expects another form of control groups than kubelet uses'],
  'kubelet/pod-cgroup-failed': ({ message }) =>
    isLimit(message.params.error) ? undefined : ['weak', 'kubelet cannot make a pod’s control group'],
  'kubelet/cgroup-failed': ['weak', 'kubelet cannot make a pod’s control group'],
  'kubelet/cgroup-stats-failed': ['weak', 'kubelet and runtime do not agree on control groups'],
}

/** Drivers that differ, where both were shown; else a driver that kubelet of this age hardly has, where pods end without reason. */
function ofSettings(view: Reads<'settings' | 'nodes' | 'versions'>, ends: readonly Sign[]): readonly Sign[] {
  const [kubelet] = kubeletDrivers(view)
  const isFelt = ends.length > 0
  if (kubelet !== undefined)
    return runtimeDrivers(view)
      .filter(({ driver }) => driver !== kubelet.driver)
      .map(({ driver, row }) =>
        sign(row, 'decisive', `the runtime uses ${driver}, kubelet ${kubelet.driver}`),
      )
  const isDefault = isKubeadmDefaultSystemd([
    ...view.rows('nodes').map((node) => node.kubeletVersion),
    ...versionsOf(view, 'kubernetes').map(({ version }) => version),
  ])
  return [
    ...runtimeDrivers(view)
      .filter(({ driver }) => driver === 'cgroupfs')
      .map(({ row }) =>
        sign(
          row,
          isFelt ? (isDefault ? 'decisive' : 'strong') : 'weak',
          'the runtime uses cgroupfs, and kubeadm sets kubelet to systemd since 1.22',
        ),
      ),
    ...silentRuntimes(view).map((row) =>
      sign(row, 'strong', `${row.in ?? 'a runtime'} does not set SystemdCgroup`),
    ),
  ]
}

const restartsMin = 3

/** Containers that ended with 0 and were started again, and somebody who saw nothing in their logs. */
const quietEnds = (view: Reads<'pods' | 'remarks'>): readonly Sign[] => [
  ...view
    .rows('remarks')
    .filter(({ says }) => says === 'pods-restart-with-clean-logs')
    .map((row) => sign(row, 'weak', 'pods restart, and their logs hold no error')),
  ...calicoNodePods(view)
    .filter(isEndedQuietly)
    .map((pod) =>
      sign(pod, 'weak', `${pod.name} ended with exit code 0 and was started again`, placeOfPod(pod)),
    ),
]

/** A sandbox that is gone is what kubelet sees of it; a reboot looks the same. */
const sandboxes = (view: Reads<'messages' | 'pods'>): readonly Sign[] =>
  messageSigns(view, { 'kubelet/sandbox-changed': ['weak', 'sandboxes of pods end and are made again'] })

const isEndedQuietly = (pod: Fact<PodRow>): boolean =>
  restartsOf(pod) >= restartsMin && calicoNodeContainer(pod)?.lastTermination?.exitCode === 0

function ofPeople(view: Reads<'attempts'>): readonly Sign[] {
  return view
    .rows('attempts')
    .filter(({ outcome, after = '' }) => outcome === 'cured' && cures.has(after.toLowerCase()))
    .map((row) => sign(row, 'strong', 'the runtime’s driver was set to systemd, which cured it'))
}

const cures: ReadonlySet<string> = new Set([
  'systemdcgroup=true',
  'systemd_cgroup=true',
  'native.cgroupdriver=systemd',
  'cgroup_manager=systemd',
  'cgroupdriver=systemd',
  'cgroup-driver=systemd',
])

/** kubelet says why it ends a container: its probe failed. Then nobody has to guess. */
function probeFailures(view: Reads<'messages' | 'pods'>): readonly Sign[] {
  const failed = messageSigns(view, {
    'kubelet/liveness-failed-restart': ['against', 'kubelet ends the container because its probe failed'],
  })
  return hasSign(failed, 'against') ? failed.slice(0, 1) : []
}

import type { Pod } from '#lab/api/objects.ts'
import { isErrno } from '#lab/host/ports.ts'
import type { Kubelet } from '#lab/kubelet/context.ts'
import type { CgroupDriver } from '#lab/runtime/cgroup-driver.ts'

/**
 * Whether the kernel gives the pod a control group of its own, below that of its quality of service: `cgroup.max.descendants` there
 * limits how many it gives (Documentation/admin-guide/cgroup-v2.rst). Answers the error with which kubelet gives up, and nothing
 * where all is well. A kernel's groups are gone with it: a reboot begins anew with no limit.
 *
 * Not imitated: the groups themselves; limits below the folders of the driver cgroupfs. The limit counts the pods that run in that
 * class, not their containers.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/cm/pod_container_manager_linux.go (EnsureExists)
 */
export async function podCgroupTrouble(kubelet: Kubelet, pod: Pod): Promise<string | undefined> {
  if (kubelet.config.cgroupDriver !== 'systemd') return undefined
  const parent = parentOf(pod)
  const limit = await limitOf(kubelet, parent)
  if (limit === undefined || podsBelow(kubelet, parent, pod) < limit) return undefined
  const { uid } = pod.metadata
  const path = `${folderOf(parent)}/${sliceOf(pod)}`
  return `failed to create container for [${namesOf(parent).join(' ')} pod${uid}] : mkdir ${path}: resource temporarily unavailable`
}

/**
 * The control group below which a pod's sandbox belongs, in the words of kubelet's driver.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/cm/cgroup_manager_linux.go (ToSystemd, ToCgroupfs)
 */
export function cgroupParentOf(pod: Pod, driver: CgroupDriver): string {
  const parent = parentOf(pod)
  if (driver === 'systemd') return `${folderOf(parent).slice('/sys/fs/cgroup'.length)}/${sliceOf(pod)}`
  return `/${[...namesOf(parent), `pod${pod.metadata.uid}`].join('/')}`
}

const sliceOf = (pod: Pod): string =>
  `${parentOf(pod).slice(0, -'.slice'.length)}-pod${pod.metadata.uid.replaceAll('-', '_')}.slice`

type Parent = 'kubepods.slice' | 'kubepods-burstable.slice' | 'kubepods-besteffort.slice'

const root = '/sys/fs/cgroup/kubepods.slice'

const folderOf = (parent: Parent): string => (parent === 'kubepods.slice' ? root : `${root}/${parent}`)

const namesOf = (parent: Parent): readonly string[] => parent.slice(0, -'.slice'.length).split('-')

function parentOf({ status }: Pod): Parent {
  switch (status?.qosClass) {
    case 'Burstable':
      return 'kubepods-burstable.slice'
    case 'BestEffort':
      return 'kubepods-besteffort.slice'
    default:
      return 'kubepods.slice'
  }
}

/** undefined: `max`, as it is until somebody writes a number. */
async function limitOf({ machine }: Kubelet, parent: Parent): Promise<number | undefined> {
  try {
    const text = (await machine.files.read(`${folderOf(parent)}/cgroup.max.descendants`)).trim()
    return /^\d+$/.test(text) ? Number(text) : undefined
  } catch (error) {
    if (!isErrno(error)) throw error
    return undefined
  }
}

/** Others than this one that have a sandbox. */
const podsBelow = ({ runtime, pods }: Kubelet, parent: Parent, pod: Pod): number =>
  pods().filter(
    (each) =>
      each.metadata.uid !== pod.metadata.uid &&
      parentOf(each) === parent &&
      runtime.sandboxes(each.metadata.uid)[0]?.ready === true,
  ).length

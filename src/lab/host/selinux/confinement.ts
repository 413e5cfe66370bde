import { seeded } from '#base/random.ts'
import type { ContainerSpec } from '#lab/host/ports.ts'
import type { PidSpace } from '#lab/host/process/space.ts'
import { typeOf } from '#lab/host/selinux/file-contexts.ts'
import { labelOf, machinePathOf } from '#lab/host/selinux/labels.ts'
import { containerMay, isSilent } from '#lab/host/selinux/policy.ts'
import type { SELinux } from '#lab/host/selinux/selinux.ts'
import type { Asked, Confinement } from '#lab/host/vfs/view.ts'

/** The context in which a container's processes run (cri-o/cri-o:server/sandbox_run_linux.go: no label for privileged ones and those with the host's pids). */
export function containerContext(spec: ContainerSpec): string {
  const { type, level, privileged = false, pod = '' } = spec.selinux ?? {}
  const free = privileged || spec.hostPid === true
  const domain = type ?? (free ? 'spc_t' : 'container_t')
  return `system_u:system_r:${domain}:${level ?? (free ? 's0' : categoriesOf(pod))}`
}

/** Two different ones of 1024, the lower first, of which each pod has its own. */
function categoriesOf(pod: string): string {
  const random = seeded(`categories of ${pod}`)
  const first = random.between(0, 1023)
  const second = (first + random.between(1, 1023)) % 1024
  return `s0:c${Math.min(first, second)},c${Math.max(first, second)}`
}

/** What SELinux keeps the processes of such a context from; nothing for domains that are not the containers' own. */
export function confinementOf(selinux: SELinux, context: string, pids: PidSpace): Confinement | undefined {
  return typeOf(context) === 'container_t' ? new ContainerConfinement(selinux, context, pids) : undefined
}

class ContainerConfinement implements Confinement {
  readonly #selinux: SELinux
  readonly #context: string
  readonly #pids: PidSpace

  constructor(selinux: SELinux, context: string, pids: PidSpace) {
    this.#selinux = selinux
    this.#context = context
    this.#pids = pids
  }

  permits({ permission, pid, ...at }: Asked): boolean {
    // What is not of the machine is the container's own.
    if (at.mount.origin === undefined || at.inode.kind === 'device') return true
    const target = labelOf(at)
    const type = typeOf(target)
    const { kind } = at.inode
    if (containerMay(permission, type, kind)) return true
    if (isSilent(permission, type, kind)) return !this.#selinux.enforcing
    const process = pid === undefined ? undefined : this.#pids.table.get(pid)
    return !this.#selinux.denies({
      permission,
      pid: process?.hostPid ?? 0,
      command: process?.command ?? '',
      name: machinePathOf(at).split('/').at(-1) || '/',
      device: at.mount.source.replace(/^\/dev\//, ''),
      inode: at.inode.number,
      source: this.#context,
      target,
      kind,
    })
  }
}

import { calicoLog } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'

/**
 * `calico-node -init -best-effort` (projectcalico/calico:node/pkg/nodeinit/calico-init_linux.go). The lab's machines have
 * bpffs and cgroup2 mounted. Not imitated: mounting them.
 */
export async function nodeInit(p: Process, bestEffort: boolean): Promise<number> {
  const log = calicoLog(p, bestEffort ? 'init-best-effort' : 'init')
  log.info('calico-init_linux.go 57', 'Checking if BPF filesystem is mounted.')
  log.info('calico-init_linux.go 69', 'BPF filesystem is mounted.')
  log.info('calico-init_linux.go 92', 'Checking if cgroup2 filesystem is mounted.')
  log.info('calico-init_linux.go 111', 'Cgroup2 filesystem is mounted.')
  return 0
}

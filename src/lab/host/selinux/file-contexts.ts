/** Which type the targeted policy gives a path: the few of its thousands of lines that lead to files which a lab has. */

/**
 * Later lines win, as in the compiled file contexts, where the more specific ones come last.
 *
 * @see fedora-selinux/selinux-policy:policy/modules/kernel/files.fc, policy/modules/kernel/corecommands.fc, policy/modules/kernel/devices.fc,
 * policy/modules/system/logging.fc, policy/modules/system/init.fc, policy/modules/system/sysnetwork.fc, policy/modules/system/authlogin.fc
 * @see containers/container-selinux:container.fc
 */
const lines: readonly (readonly [string, string])[] = [
  ['/.*', 'default_t'],
  ['/', 'root_t'],
  ['/boot(/.*)?', 'boot_t'],
  ['/dev(/.*)?', 'device_t'],
  ['/dev/shm(/.*)?', 'tmpfs_t'],
  ['/etc(/.*)?', 'etc_t'],
  ['/etc/resolv\\.conf.*', 'net_conf_t'],
  ['/etc/hosts.*', 'net_conf_t'],
  ['/etc/selinux(/.*)?', 'selinux_config_t'],
  ['/etc/shadow.*', 'shadow_t'],
  ['/etc/(containerd|crio)(/.*)?', 'container_config_t'],
  ['/etc/kubernetes(/.*)?', 'kubernetes_file_t'],
  ['/home', 'home_root_t'],
  ['/mnt(/[^/]*)?', 'mnt_t'],
  ['/opt(/.*)?', 'usr_t'],
  ['/opt/(.*/)?bin(/.*)?', 'bin_t'],
  ['/proc(/.*)?', 'proc_t'],
  ['/root(/.*)?', 'admin_home_t'],
  ['/run(/.*)?', 'var_run_t'],
  ['/run/lock(/.*)?', 'var_lock_t'],
  ['/run/(containerd|containers|crio)(/.*)?', 'container_var_run_t'],
  ['/srv(/.*)?', 'var_t'],
  ['/sys(/.*)?', 'sysfs_t'],
  ['/sys/fs/bpf(/.*)?', 'bpf_t'],
  ['/sys/fs/cgroup(/.*)?', 'cgroup_t'],
  ['/tmp(/.*)?', 'tmp_t'],
  ['/usr(/.*)?', 'usr_t'],
  ['/usr/(.*/)?s?bin(/.*)?', 'bin_t'],
  ['/usr/(.*/)?lib(/.*)?', 'lib_t'],
  ['/usr/lib/modules(/.*)?', 'modules_object_t'],
  ['/usr/(local/)?s?bin/kubelet.*', 'kubelet_exec_t'],
  ['/usr/(local/)?s?bin/(containerd|crio|crun|runc).*', 'container_runtime_exec_t'],
  ['/var(/.*)?', 'var_t'],
  ['/var/lib(/.*)?', 'var_lib_t'],
  ['/var/lib/(cni|containers|containerd|kubelet)(/.*)?', 'container_var_lib_t'],
  ['/var/log(/.*)?', 'var_log_t'],
  ['/var/log/(containers|pods)(/.*)?', 'container_log_t'],
  ['/var/spool(/.*)?', 'var_spool_t'],
  ['/var/tmp(/.*)?', 'tmp_t'],
  ['/(opt|var)/local-path-provisioner(/.*)?', 'container_file_t'],
]

/** What the kubelet and the runtime make for one pod is labelled for its containers before they start (CRI: `Mount.selinux_relabel`). */
const relabelled: readonly (readonly [string, string])[] = [
  ['/var/lib/kubelet/pods/[^/]+/(volumes|containers|etc-hosts|resolv\\.conf)(/.*)?', 'container_file_t'],
  ['/var/lib/containerd/[^/]+/sandboxes(/.*)?', 'container_file_t'],
]

const compiled = (from: typeof lines) =>
  from.map(([pattern, type]) => ({ pattern: new RegExp(`^${pattern}$`), type }))

const ofPolicy = compiled(lines)
const ofDisk = compiled([...lines, ...relabelled])

/** The type that `matchpathcon` and `restorecon` know for a path without links. */
export const policyTypeOf = (path: string): string => typeIn(ofPolicy, path)

/** The type of a file at that path which nobody has labelled otherwise. */
export const diskTypeOf = (path: string): string => typeIn(ofDisk, path)

const typeIn = (known: typeof ofPolicy, path: string): string =>
  known.findLast(({ pattern }) => pattern.test(path))?.type ?? 'default_t'

export const contextOf = (type: string, level = 's0'): string => `system_u:object_r:${type}:${level}`

/** The third part of a context. */
export const typeOf = (context: string): string => context.split(':')[2] ?? 'unlabeled_t'

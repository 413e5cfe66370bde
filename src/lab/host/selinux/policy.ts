import type { FileKind } from '#lab/host/ports.ts'

/** What is asked of a file, in the policy's words. */
export type Permission = 'read' | 'write' | 'append' | 'setattr'

/**
 * Whether a container's own domain (`container_t`) may do that to files of a type. It manages what is labelled for it, and reads what every
 * domain may read (the types of `base_ro_file_type`, executables), the root directory, /sys, /proc, kernel modules and the resolver's
 * configuration. Directories may be searched everywhere; who may execute is not asked here.
 *
 * @see fedora-selinux/selinux-policy:policy/modules/contrib/virt.te (svirt_sandbox_domain local policy)
 * @see fedora-selinux/selinux-policy:policy/modules/kernel/domain.te (files_read_all_base_ro_files, files_list_root)
 * @see containers/container-selinux:container.te (dev_read_sysfs, files_read_kernel_modules, fs_manage_bpf_files, sysnet_read_config)
 */
export function containerMay(permission: Permission, type: string, kind: FileKind): boolean {
  if (managed.has(type)) return true
  if (permission !== 'read') return false
  return readable.has(type) || (kind === 'directory' && type === 'container_var_run_t')
}

const managed = new Set(['bpf_t', 'container_file_t', 'tmpfs_t'])

const readable = new Set([
  'bin_t',
  'boot_t',
  'cgroup_t',
  'container_runtime_exec_t',
  'etc_t',
  'kubelet_exec_t',
  'lib_t',
  'modules_object_t',
  'net_conf_t',
  'proc_t',
  'root_t',
  'sysfs_t',
  'usr_t',
])

/** Whether a refusal leaves no line: listing directories of the types on which file systems are mounted (files_dontaudit_list_all_mountpoints). */
export const isSilent = (permission: Permission, type: string, kind: FileKind): boolean =>
  permission === 'read' && kind === 'directory' && mountPoints.has(type)

/** @see fedora-selinux/selinux-policy:policy/modules/kernel/files.te (files_mountpoint) */
const mountPoints = new Set([
  'default_t',
  'home_root_t',
  'mnt_t',
  'tmp_t',
  'var_lib_t',
  'var_lock_t',
  'var_run_t',
  'var_t',
])

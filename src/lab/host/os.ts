import { selinuxTools } from '#lab/host/commands/selinux.ts'
import { baseFiles, type OsOptions, smallFiles } from '#lab/host/os/files.ts'
import { smallTools, systemPrograms, systemTools } from '#lab/host/os/programs.ts'
import type { Program, Tree, TreeEntry } from '#lab/host/ports.ts'

/** Every program of the host, by the name that its executable carries. */
export const hostPrograms: Readonly<Record<string, Program>> = {
  ...smallTools,
  ...systemTools,
  ...systemPrograms,
  ...selinuxTools,
}

/**
 * The disk of an installed Ubuntu 22.04 server with systemd and the usual tools. What it lacks is what nothing here
 * reads: libraries, documentation, the package manager's database, kernels.
 */
export const baseOs = (options: OsOptions): Tree => [
  ...baseFiles(options),
  ...executables('/usr/bin', [...Object.keys(smallTools), ...Object.keys(systemPrograms)]),
  ...executables('/usr/sbin', Object.keys(systemTools)),
  ...(options.distribution === 'rhel' ? executables('/usr/sbin', Object.keys(selinuxTools)) : []),
  { path: '/usr/lib/systemd/systemd', kind: 'file', program: 'systemd' },
  ...['systemd-modules-load', 'systemd-timesyncd'].map(
    (program): TreeEntry => ({ path: `/usr/lib/systemd/${program}`, kind: 'file', program }),
  ),
  { path: '/usr/sbin/init', kind: 'symlink', target: '/lib/systemd/systemd' },
]

/** For images: `sh` and small tools in /bin, users, /tmp. Put it first; what follows may replace its files. */
export const shellTools = (): Tree => small

const executables = (folder: string, names: readonly string[]): Tree =>
  names.map((name): TreeEntry => ({ path: `${folder}/${name}`, kind: 'file', program: name }))

const small: Tree = [
  ...smallFiles,
  ...executables('/bin', Object.keys(smallTools)),
  { path: '/usr/bin/env', kind: 'symlink', target: '/bin/env' },
]

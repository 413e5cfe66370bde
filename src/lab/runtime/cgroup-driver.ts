/**
 * Who makes control groups on a machine, and how they are named: systemd knows slices, cgroupfs knows folders. Kubelet says in its words
 * where a sandbox belongs, and the runtime must understand them.
 *
 * Not imitated: the groups themselves; what comes of slices' names with a runtime that takes them for folders (pods run, and systemd
 * tidies up behind them); CRI-O's `cgroup_manager`, which stays systemd.
 */
import { isErrno, type Process } from '#lab/host/ports.ts'

export type CgroupDriver = 'systemd' | 'cgroupfs'

export const containerdConfigPath = '/etc/containerd/config.toml'

/**
 * What containerd reads at its start. Without the file, or the key, runc makes folders.
 *
 * @see containerd/containerd:docs/cri/config.md (SystemdCgroup)
 */
export async function runcCgroupDriver(p: Process): Promise<CgroupDriver> {
  try {
    const text = await p.files.read(containerdConfigPath)
    return /^\s*SystemdCgroup\s*=\s*true\b/m.test(text) ? 'systemd' : 'cgroupfs'
  } catch (error) {
    if (isErrno(error)) return 'cgroupfs'
    throw error
  }
}

/** As kubeadm's guide has it written: `containerd config default`, with this one key set. */
export const containerdConfig = `version = 2

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true
`

export const isSlice = (cgroupParent: string): boolean => cgroupParent.endsWith('.slice')

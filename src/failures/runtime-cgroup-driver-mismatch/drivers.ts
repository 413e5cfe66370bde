/** Which control-group driver kubelet and the container runtime use, as their configurations say. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { isOff, isOn, settingsNamed } from '#cluster/settings.ts'
import { isBefore } from '#cluster/versions.ts'

export interface DriverTold {
  readonly driver: 'systemd' | 'cgroupfs'
  readonly row: Fact<SettingRow>
}

/**
 * Of containerd each runtime (runc, nvidia) has its own.
 *
 * @see containerd/containerd:docs/cri/config.md (SystemdCgroup, systemd_cgroup)
 * @see cri-o/cri-o:docs/crio.conf.5.md (cgroup_manager); moby/moby:daemon/daemon_unix.go (native.cgroupdriver)
 */
export function runtimeDrivers(view: Reads<'settings'>): readonly DriverTold[] {
  const flags = ['SystemdCgroup', 'systemd_cgroup'].flatMap((name) => settingsNamed(view, 'runtime', name))
  const named = [
    'cgroup_manager',
    'native.cgroupdriver',
    'Cgroup Driver',
    'cgroupDriver',
    'CgroupDriver',
    'cgroupManager',
  ].flatMap((name) => settingsNamed(view, 'runtime', name))
  return [...flags.flatMap(byFlag), ...named.flatMap(byName)]
}

/** KubeletConfiguration's cgroupDriver, or the flag. */
export const kubeletDrivers = (view: Reads<'settings'>): readonly DriverTold[] =>
  ['cgroupDriver', 'cgroup-driver'].flatMap((name) => settingsNamed(view, 'kubelet', name)).flatMap(byName)

const byFlag = (row: Fact<SettingRow>): readonly DriverTold[] => {
  if (isOn(row)) return [{ driver: 'systemd', row }]
  return isOff(row) ? [{ driver: 'cgroupfs', row }] : []
}

const byName = (row: Fact<SettingRow>): readonly DriverTold[] =>
  row.value === 'systemd' || row.value === 'cgroupfs' ? [{ driver: row.value, row }] : []

/** Runtimes that leave out what another one sets, or of which somebody says so: they then use cgroupfs. */
export function silentRuntimes(view: Reads<'settings'>): readonly Fact<SettingRow>[] {
  const flags = settingsNamed(view, 'runtime', 'SystemdCgroup')
  const unset = flags.filter(({ value }) => value === 'unset')
  if (!flags.some(isOn)) return unset
  const told = new Set(flags.map((row) => row.in))
  const names = settingsNamed(view, 'runtime', 'BinaryName')
  return [...unset, ...names.filter((row) => row.in !== undefined && !told.has(row.in))]
}

/** kubeadm configures systemd since 1.22 unless it is told otherwise. @see kubernetes/kubernetes:cmd/kubeadm/app/componentconfigs/kubelet.go */
export const isKubeadmDefaultSystemd = (versions: readonly (string | undefined)[]): boolean =>
  versions.some((version) => version !== undefined && isBefore(version, '1.22') === false)

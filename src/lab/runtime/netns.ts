import { Errno, type Machine, type Process } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'
import type { NetStack } from '#lab/network/ports.ts'

/**
 * The named network namespaces of a machine, `/var/run/netns/cni-<uuid>`, as `ip netns` keeps them. A CNI plugin is handed
 * such a path in CNI_NETNS and enters it (containernetworking/plugins:pkg/ns/ns_linux.go); so does the lab's.
 */
const named = new WeakMap<Machine, Map<string, NetStack>>()

/** The namespace behind a path of this machine; `undefined` once its sandbox is gone. */
export const netnsByPath = (machine: Machine, path: string): NetStack | undefined =>
  named.get(machine)?.get(path)

/** For a CNI plugin: what CNI_NETNS names. Throws ENOENT when the namespace is gone. */
export function openNetns(p: Process, path: string): NetStack {
  const net = netnsByPath(machineOf(p), path)
  if (net === undefined) throw new Errno('ENOENT', path)
  return net
}

export function nameNetns(machine: Machine, path: string, net: NetStack): void {
  const names = named.get(machine) ?? new Map<string, NetStack>()
  named.set(machine, names)
  names.set(path, net)
}

export function forgetNetns(machine: Machine, path: string): void {
  named.get(machine)?.delete(path)
}

/** After a reboot none is left. */
export function forgetAllNetns(machine: Machine): void {
  named.delete(machine)
}

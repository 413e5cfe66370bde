import type { Files, Mount } from '#lab/host/ports.ts'
import type { Sandbox } from '#lab/runtime/records.ts'

const folderOf = (sandboxId: string): string =>
  `/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${sandboxId}`

/**
 * Writes the files that containerd itself makes for a sandbox: the hostname (containerd/containerd:pkg/cri/server/sandbox_run_linux.go,
 * setupSandboxFiles). /etc/hosts and /etc/resolv.conf are the kubelet's here.
 */
export async function writeSandboxFiles(files: Files, { id, hostname }: Sandbox): Promise<void> {
  await files.mkdir(folderOf(id), { mode: 0o755, parents: true })
  await files.write(`${folderOf(id)}/hostname`, `${hostname}\n`, { mode: 0o644 })
}

/** Does nothing for a sandbox that never got so far. */
export async function removeSandboxFiles(files: Files, sandboxId: string): Promise<void> {
  const folder = folderOf(sandboxId)
  if (await files.exists(folder)) await files.remove(folder, { recursive: true })
}

/** What every container of a sandbox gets mounted (containerd/containerd:pkg/cri/server/container_create_linux.go, containerMounts). */
export const sandboxMounts = ({ id }: Sandbox): readonly Mount[] => [
  { path: '/etc/hostname', source: { kind: 'bind', from: `${folderOf(id)}/hostname` } },
]

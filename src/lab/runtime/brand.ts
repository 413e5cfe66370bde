/** The container runtimes that a machine can have: one behaviour, words of their own. */
import type { LogFormat } from '#lab/runtime/log-file.ts'
import type { Sandbox } from '#lab/runtime/records.ts'

export interface RuntimeBrand {
  /** As container ids and the node's containerRuntimeVersion begin. */
  readonly name: 'containerd' | 'cri-o'
  readonly version: string
  readonly logFormat: LogFormat
  /** After `NetworkPluginNotReady message:`, while no CNI configuration is there. */
  readonly noNetwork: string
  /** Why a sandbox did not get its network (`add`), or keeps it (`delete`). `network`: the name in the CNI configuration. */
  sandboxFailure(o: {
    readonly step: 'add' | 'delete'
    readonly sandbox: Sandbox
    readonly network: string | undefined
    readonly error: string
  }): string
  /** Why a sandbox cannot be made where the kubelet wants it: the runtime's driver is systemd, and that is no slice. */
  cgroupFailure(cgroupParent: string, id: string): string
}

/**
 * containerd/containerd:pkg/cri/server/{sandbox_run,sandbox_stop,status}.go, pkg/cri/sbserver/helpers.go (getCgroupsPath);
 * opencontainers/runc:libcontainer/specconv/spec_linux.go (CreateCgroupConfig)
 */
const containerd: RuntimeBrand = {
  name: 'containerd',
  version: '1.7.27',
  logFormat: { utc: 'Z' },
  noNetwork: 'Network plugin returns error: cni plugin not initialized',
  sandboxFailure: ({ step, sandbox, error }) =>
    `failed to ${step === 'add' ? 'setup' : 'destroy'} network for sandbox "${sandbox.id}": ${error}`,
  cgroupFailure: (cgroupParent, id) =>
    `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "${cgroupParent}/${id}" instead: unknown`,
}

/** cri-o/cri-o:server/{sandbox_run_linux,sandbox_network,runtime_status}.go, cri-o/ocicni:pkg/ocicni/ocicni.go */
const crio: RuntimeBrand = {
  name: 'cri-o',
  version: '1.29.1',
  logFormat: { utc: '+00:00' },
  noNetwork:
    'Network plugin returns error: no CNI configuration file in /etc/cni/net.d/. Has your network provider started?',
  sandboxFailure: ({ step, sandbox, network, error }) => {
    const { name, namespace, uid } = sandbox.pod
    const own = `k8s_${name}_${namespace}_${uid}_${sandbox.attempt}(${sandbox.id})`
    const head =
      step === 'add'
        ? `failed to create pod network sandbox ${own}`
        : `failed to destroy network for pod sandbox ${own}`
    if (network === undefined)
      return `${head}: no CNI configuration file in /etc/cni/net.d/. Has your network provider started?`
    const way =
      step === 'add' ? `adding pod ${namespace}_${name} to` : `removing pod ${namespace}_${name} from`
    return `${head}: error ${way} CNI network "${network}": ${error}`
  },
  // cri-o/cri-o:internal/config/cgmgr/systemd_linux.go
  cgroupFailure: (cgroupParent) =>
    `cri-o configured with systemd cgroup manager, but did not receive slice as parent: ${cgroupParent}`,
}

export const runtimeBrands = { containerd, 'cri-o': crio } as const

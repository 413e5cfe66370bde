import { root } from '#lab/host/credentials.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import { isErrno } from '#lab/host/ports.ts'
import type { Kernel, Task } from '#lab/kernel/kernel.ts'
import type { Connection } from '#lab/network/ports.ts'
import type { RuntimeBrand } from '#lab/runtime/brand.ts'
import { type CgroupDriver, isSlice } from '#lab/runtime/cgroup-driver.ts'
import type { Containers } from '#lab/runtime/containers.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { forgetAllNetns } from '#lab/runtime/netns.ts'
import { PodRecords } from '#lab/runtime/pod-records.ts'
import { PortForwardError, unreachable } from '#lab/runtime/port-forward-error.ts'
import type { PodIdentity, Sandbox, SandboxState } from '#lab/runtime/records.ts'
import { removeSandboxFiles, writeSandboxFiles } from '#lab/runtime/sandbox-files.ts'
import type { SandboxNetwork } from '#lab/runtime/sandbox-network.ts'

interface Parts {
  readonly kernel: Kernel
  readonly machine: LabMachine
  readonly brand: RuntimeBrand
  readonly network: SandboxNetwork
  readonly containers: Containers
  readonly newId: () => string
  /** Throws CriError while the runtime does not serve. */
  readonly require: () => void
  readonly changed: (podUid: string) => void
}

export interface SandboxConfig {
  readonly pod: PodIdentity
  readonly attempt: number
  readonly hostNetwork: boolean
  readonly hostPid: boolean
  readonly hostname: string
  readonly cgroupParent: string
}

/** The sandboxes of a machine, each with its network. */
export class Sandboxes {
  readonly records = new PodRecords<SandboxState>()
  cgroupDriver: CgroupDriver = 'systemd'
  readonly #kernel: Kernel
  readonly #machine: LabMachine
  readonly #brand: RuntimeBrand
  readonly #network: SandboxNetwork
  readonly #containers: Containers
  readonly #newId: () => string
  readonly #require: () => void
  readonly #changed: (podUid: string) => void

  constructor({ kernel, machine, brand, network, containers, newId, require, changed }: Parts) {
    this.#kernel = kernel
    this.#machine = machine
    this.#brand = brand
    this.#network = network
    this.#containers = containers
    this.#newId = newId
    this.#require = require
    this.#changed = changed
  }

  /**
   * Rejects with CriError. When even the cleaning up failed (CNI DEL), the sandbox stays, not ready, for the kubelet to stop
   * (containerd:pkg/cri/server/sandbox_run.go).
   */
  async run(by: Task, o: SandboxConfig): Promise<Sandbox> {
    const id = this.#newId()
    const sandbox: SandboxState = {
      ...o,
      id,
      createdMs: this.#kernel.nowMs,
      bootId: this.#machine.bootId,
      address: undefined,
      ready: false,
      ...(o.hostNetwork ? { net: this.#machine.net, netnsPath: '' } : this.#network.create(id)),
    }
    if (!o.hostNetwork) {
      const left = await this.#network.setUp(by, sandbox)
      if (left !== undefined) {
        if (left.cleaned === false) this.records.add(sandbox)
        throw left.error
      }
    }
    if (this.cgroupDriver === 'systemd' && !isSlice(o.cgroupParent)) {
      if (!o.hostNetwork) await this.#network.tearDown(by, sandbox)
      throw new CriError('Unknown', this.#brand.cgroupFailure(o.cgroupParent, id))
    }
    await writeSandboxFiles(this.#machine.files, sandbox)
    sandbox.ready = true
    this.records.add(sandbox)
    this.#changed(sandbox.pod.uid)
    return sandbox
  }

  /** Kills what is left inside and takes the network down (CNI DEL). Rejects with CriError; can be repeated. */
  async stop(by: Task, id: string): Promise<void> {
    const sandbox = this.records.get(id)
    if (sandbox === undefined) return
    for (const instance of this.#containers.records.newest(sandbox.pod.uid).toReversed()) {
      if (instance.sandboxId !== id || instance.state !== 'running') continue
      this.#require()
      await this.#containers.stop(by, instance.id, 0)
    }
    sandbox.ready = false
    if (!sandbox.hostNetwork) await this.#network.tearDown(by, sandbox)
  }

  /** Forgets a stopped sandbox and its containers. */
  async remove(id: string): Promise<void> {
    const sandbox = this.records.get(id)
    if (sandbox === undefined) return
    this.records.delete(id)
    await removeSandboxFiles(this.#machine.files, id)
    for (const instance of this.#containers.records.newest(sandbox.pod.uid).toReversed()) {
      if (instance.sandboxId === id) this.#containers.remove(instance.id)
    }
  }

  /** Opens a TCP connection to a port inside a pod (containerd:pkg/cri/server/sandbox_portforward_linux.go). Rejects with PortForwardError. */
  async portForward(by: Task, podUid: string, port: number): Promise<Connection> {
    const sandbox = this.records.newest(podUid).find(({ ready }) => ready)
    if (sandbox === undefined)
      throw new PortForwardError({ id: podUid, port }, 'sandbox container is not running')
    try {
      return await sandbox.net
        .view({ credentials: root, task: by })
        .connect(by, { address: '127.0.0.1', port })
    } catch (error) {
      throw isErrno(error) ? unreachable(sandbox, port, error) : error
    }
  }

  /** The network namespaces of before are gone. */
  recoverFromReboot(): void {
    forgetAllNetns(this.#machine)
    for (const sandbox of this.records.values()) {
      sandbox.ready = false
      sandbox.netnsPath = ''
    }
  }
}

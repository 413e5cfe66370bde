import type { Machine } from '#lab/host/ports.ts'
import type { Kernel, Task } from '#lab/kernel/kernel.ts'
import { Stopped } from '#lab/kernel/task.ts'
import type { NetStack } from '#lab/network/ports.ts'
import type { RuntimeBrand } from '#lab/runtime/brand.ts'
import { type CniAttachment, runCni } from '#lab/runtime/cni.ts'
import type { CniConfSyncer } from '#lab/runtime/cni-conf-syncer.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { forgetNetns, nameNetns } from '#lab/runtime/netns.ts'
import type { Sandbox, SandboxState } from '#lab/runtime/records.ts'

/** The network side of sandboxes on one machine: their namespaces, and the CNI plugins that furnish them. */
export class SandboxNetwork {
  readonly #kernel: Kernel
  readonly #machine: Machine
  readonly #cni: CniConfSyncer
  readonly #brand: RuntimeBrand
  /** Of the runtime's process that runs now. */
  env: Readonly<Record<string, string>> = {}

  constructor({
    kernel,
    machine,
    cni,
    brand,
  }: {
    readonly kernel: Kernel
    readonly machine: Machine
    readonly cni: CniConfSyncer
    readonly brand: RuntimeBrand
  }) {
    this.#brand = brand
    this.#kernel = kernel
    this.#machine = machine
    this.#cni = cni
  }

  /** A namespace of its own, with the path that CNI_NETNS will name. */
  create(sandboxId: string): { readonly net: NetStack; readonly netnsPath: string } {
    const name = namespaceName(sandboxId)
    const netnsPath = `/var/run/netns/${name}`
    const net = this.#machine.createNetns(name)
    nameNetns(this.#machine, netnsPath, net)
    return { net, netnsPath }
  }

  /**
   * CNI ADD. Answers the failure, in the runtime's words, and whether what was
   * half made could be taken down again.
   */
  async setUp(
    by: Task,
    sandbox: SandboxState,
  ): Promise<{ readonly error: CriError; readonly cleaned: boolean } | undefined> {
    try {
      const { address } = await this.#plugins(by, sandbox, 'ADD')
      if (address === undefined) throw new Error(`failed to find network info for sandbox "${sandbox.id}"`)
      sandbox.address = address
      return undefined
    } catch (error) {
      if (!(error instanceof Error) || error instanceof Stopped) throw error
      const says = await this.#failure('add', sandbox, error)
      return { error: new CriError('Unknown', says), cleaned: await this.#undo(by, sandbox) }
    }
  }

  /** CNI DEL, then the namespace goes. When DEL fails, all stays for the next try. */
  async tearDown(by: Task, sandbox: SandboxState): Promise<void> {
    try {
      await this.#plugins(by, sandbox, 'DEL')
    } catch (error) {
      if (!(error instanceof Error) || error instanceof Stopped) throw error
      throw new CriError('Unknown', await this.#failure('delete', sandbox, error))
    }
    this.#drop(sandbox)
  }

  async #failure(step: 'add' | 'delete', sandbox: Sandbox, { message }: Error): Promise<string> {
    const loaded = await this.#cni.current()
    const network = loaded.ok ? loaded.value.name : undefined
    return this.#brand.sandboxFailure({ step, sandbox, network, error: message })
  }

  async #undo(by: Task, sandbox: SandboxState): Promise<boolean> {
    try {
      await this.tearDown(by, sandbox)
      return true
    } catch (error) {
      if (!(error instanceof CriError)) throw error
      return false
    }
  }

  async #plugins(by: Task, sandbox: SandboxState, command: 'ADD' | 'DEL') {
    const network = await this.#cni.current()
    if (!network.ok) throw new Error('cni config not initialized')
    const pod: CniAttachment = {
      command,
      containerId: sandbox.id,
      netnsPath: sandbox.netnsPath,
      podNamespace: sandbox.pod.namespace,
      podName: sandbox.pod.name,
      podUid: sandbox.pod.uid,
    }
    return runCni(by, {
      kernel: this.#kernel,
      machine: this.#machine,
      network: network.value,
      pod,
      env: this.env,
    })
  }

  #drop(sandbox: SandboxState): void {
    if (sandbox.netnsPath === '') return
    sandbox.net.destroy({ silent: false })
    forgetNetns(this.#machine, sandbox.netnsPath)
    sandbox.netnsPath = ''
  }
}

/** containerd draws a UUID; the lab derives it from the sandbox's id, which is drawn too. */
function namespaceName(id: string): string {
  const parts = [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20, 32)]
  return `cni-${parts.join('-')}`
}

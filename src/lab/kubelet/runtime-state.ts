import type { Process } from '#lab/host/ports.ts'
import { Look } from '#lab/host/process/look.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { type Again, Mailbox } from '#lab/kernel/mailbox.ts'
import type { Klog } from '#lab/kubelet/klog.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

const pollMs = 5000
const downAfterMs = 30_000

/** What the kubelet thinks of its runtime: asked every 5 s (kubernetes/kubernetes:pkg/kubelet/{runtime,kubelet}.go). */
export class RuntimeState {
  readonly #kernel: Kernel
  readonly #runtime: ContainerRuntime
  readonly #klog: Klog
  readonly #listeners: (() => void)[] = []
  #network = 'network state unknown'
  #lastOkMs: number | undefined
  /** The last look at the runtime, if that was well. */
  #well: Look | undefined
  /** Whether beats pass without its being asked. */
  #rests = false

  constructor(
    p: Process,
    o: { readonly kernel: Kernel; readonly runtime: ContainerRuntime; readonly klog: Klog },
  ) {
    this.#kernel = o.kernel
    this.#runtime = o.runtime
    this.#klog = o.klog
    p.thread('runtime-state', (self) => this.#run(self))
  }

  /** Empty, or why pods cannot get a network. */
  get networkTrouble(): string {
    return this.#network
  }

  /** The message of KubeletNotReady; empty when nothing is wrong. */
  trouble(nowMs: number): string {
    const parts: string[] = []
    if (this.#lastOkMs === undefined) parts.push('container runtime status check may not have completed yet')
    else if (!this.#rests && nowMs - this.#lastOkMs > downAfterMs) parts.push('container runtime is down')
    if (this.#network !== '') parts.push(this.#network)
    return parts.length > 1 ? `[${parts.join(', ')}]` : (parts[0] ?? '')
  }

  /** Whether it would be well if it were asked now. */
  get isSurelyWell(): boolean {
    return this.#well?.stands === true
  }

  onChange(tell: () => void): void {
    this.#listeners.push(tell)
  }

  async #run(self: Process): Promise<void> {
    const beat = new Mailbox<never>(this.#kernel)
    // Its files and processes are as they were: it would answer as it did.
    const again = (): Again | undefined => {
      // Up to the beat before this one it was well.
      if (this.#rests) this.#lastOkMs = self.now() - pollMs
      const well = this.#kernel.lazy && this.#well?.stands ? this.#well : undefined
      this.#rests = well !== undefined
      return well && { periodMs: pollMs, place: well.place }
    }
    for (;;) {
      await this.#poll(self)
      await beat.take(self.task, { timeoutMs: pollMs, again })
    }
  }

  async #poll(self: Process): Promise<void> {
    const nowMs = self.now()
    const before = `${this.#network} ${this.#lastOkMs === undefined}`
    const look = new Look(self)
    this.#well = undefined
    try {
      const { networkTrouble } = await this.#runtime.status()
      const pair = `NetworkReady=false reason:NetworkPluginNotReady message:${networkTrouble}`
      this.#network = networkTrouble === '' ? '' : `container runtime network not ready: ${pair}`
      this.#lastOkMs = nowMs
      if (networkTrouble === '') this.#well = look.over()
      if (networkTrouble !== '') {
        this.#klog.error('kubelet.go:2902', 'Container runtime network not ready', { networkReady: pair })
      }
    } catch (error) {
      if (!(error instanceof CriError)) throw error
      this.#klog.error('kubelet.go:2885', 'Container runtime sanity check failed', { err: error.message })
    }
    if (before !== `${this.#network} ${this.#lastOkMs === undefined}`)
      for (const tell of this.#listeners) tell()
  }
}

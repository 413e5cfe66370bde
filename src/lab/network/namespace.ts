import type { Credentials } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import type { HostKernel, Net, NetStack, SocketHolder } from '#lab/network/ports.ts'
import { StackNet } from '#lab/network/stack-net.ts'
import { StackView } from '#lab/network/view.ts'

/** A namespace as who made it has it: it may do everything, belongs to a kernel, is shown to processes, and ends. */
export class Namespace extends StackNet implements NetStack {
  get hostKernel(): HostKernel {
    return this.stack.hostKernel
  }

  set hostKernel(kernel: HostKernel) {
    this.stack.hostKernel = kernel
  }

  view(o: { readonly credentials: Credentials; readonly task: Task; readonly holder?: SocketHolder }): Net {
    return new StackView(this.stack, o)
  }

  destroy(o: { readonly silent: boolean }): void {
    this.stack.destroy(o)
  }
}

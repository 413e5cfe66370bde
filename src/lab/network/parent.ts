import { Errno } from '#lab/host/ports.ts'
import type { Net } from '#lab/network/ports.ts'
import { SimStack } from '#lab/network/stack.ts'
import { StackView } from '#lab/network/view.ts'

/** The namespace behind a Net of this network. Throws EINVAL for a Net of another kind. */
export function parentOf(net: Net): SimStack {
  if (net instanceof SimStack) return net
  if (net instanceof StackView) return net.stack
  throw new Errno('EINVAL')
}

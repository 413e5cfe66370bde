import { drawnPort } from '#lab/network/nat.ts'
import type { Binding, Flow } from '#lab/network/packet.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** How hosts rewrite conversations between the same ends, in the order of their way: each from a port of its own, or one drawn for it. */
export type Rewriting = readonly (readonly [SimStack, Binding])[]

/** How this one was rewritten; `undefined` where more than its source port would be another for the next. */
export function rewritingOf({ bindings }: Flow, sourcePort: number): Rewriting | undefined {
  let port = sourcePort
  for (const { original, translated, drawsPort } of bindings.values()) {
    if (original.sourcePort !== port) return undefined
    if (drawsPort !== true && translated.sourcePort !== port) return undefined
    port = translated.sourcePort
  }
  return [...bindings]
}

/** The source ports of the next one, drawn as its first packet would have them drawn. */
export const portsFor = (rewriting: Rewriting): readonly number[] =>
  rewriting.flatMap(([stack, { drawsPort }]) => (drawsPort === true ? [drawnPort(stack)] : []))

/** Has a new conversation rewritten in the same way. Answers the source port with which it arrives. */
export function rewritten(
  flow: Flow,
  rewriting: Rewriting,
  { sourcePort, drawn }: { readonly sourcePort: number; readonly drawn: readonly number[] },
): number {
  const left = [...drawn]
  let port = sourcePort
  for (const [stack, binding] of rewriting) {
    const original = { ...binding.original, sourcePort: port }
    if (binding.drawsPort === true) port = left.shift() ?? port
    flow.bindings.set(stack, {
      ...binding,
      original,
      translated: { ...binding.translated, sourcePort: port },
    })
  }
  return port
}

import type { Binding, Flow, Tuple } from '#lab/network/packet.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** How hosts rewrite conversations between the same ends, each from a port of its own. */
export type Rewriting = readonly (readonly [SimStack, Binding])[]

/** How this one was rewritten; `undefined` where its source is another now, whose port was drawn for it alone. */
export function rewritingOf({ bindings }: Flow): Rewriting | undefined {
  const all = [...bindings]
  return all.every(([, each]) => keepsSource(each)) ? all : undefined
}

const keepsSource = ({ original, translated }: Binding): boolean =>
  original.source === translated.source && original.sourcePort === translated.sourcePort

/** Has a new conversation rewritten in the same way. */
export function rewritten(flow: Flow, rewriting: Rewriting, sourcePort: number): void {
  for (const [stack, { generation, original, translated }] of rewriting)
    flow.bindings.set(stack, {
      generation,
      original: from(original, sourcePort),
      translated: from(translated, sourcePort),
    })
}

const from = (tuple: Tuple, sourcePort: number): Tuple => ({ ...tuple, sourcePort })

import type { Walk } from '#lab/network/nat.ts'
import type { Verdict } from '#lab/network/packet.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** Answers the verdict; what happened is kept for people where a walk collects that. `at`: where, if not in that namespace. */
export function note(stack: SimStack, walk: Walk, verdict: Verdict, what: string, at = stack.name): Verdict {
  walk.hops?.push({ at, what })
  return verdict
}

/** The packet is gone, and nobody is told. */
export const lost = (stack: SimStack, walk: Walk, why: string, at?: string): Verdict =>
  note(stack, walk, { kind: 'lost', why }, why, at)

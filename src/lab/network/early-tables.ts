import { lost } from '#lab/network/lost.ts'
import { ask, drawnFrom, type Walk } from '#lab/network/nat.ts'
import type { Verdict } from '#lab/network/packet.ts'
import type { SimStack } from '#lab/network/stack.ts'
import { trackedCount, trackingLimit } from '#lab/network/tracked.ts'

interface Early {
  readonly chain: 'PREROUTING' | 'OUTPUT'
  readonly in?: string
  readonly out?: string
}

/** What connection tracking and the tables that see a packet before anything is decided about it make of it; undefined: it goes on. */
export function before(stack: SimStack, walk: Walk, at: Early): Verdict | undefined {
  const full = conntrackFull(stack, walk)
  if (full) return full
  return droppedBy('raw', stack, walk, at) ?? droppedBy('mangle', stack, walk, at)
}

function droppedBy(table: 'raw' | 'mangle', stack: SimStack, walk: Walk, at: Early): Verdict | undefined {
  const answer = ask(stack, walk, { table, chain: at.chain, in: at.in, out: at.out })
  return answer?.kind === 'drop' ? lost(stack, walk, `dropped by ${table} chain ${answer.by}`) : undefined
}

/** A new conversation needs an entry; limits that nobody has set are never met here. */
function conntrackFull(stack: SimStack, walk: Walk): Verdict | undefined {
  const limit = trackingLimit(stack)
  if (limit === undefined || walk.packet.state !== 'new') return undefined
  drawnFrom(Number.POSITIVE_INFINITY, stack, walk)
  if (trackedCount(stack) < limit) return undefined
  if (!walk.dry) {
    stack.conntrackDrops++
    stack.hostKernel.says('nf_conntrack: nf_conntrack: table full, dropping packet')
  }
  return lost(stack, walk, 'connection tracking table full')
}

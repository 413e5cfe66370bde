import { Trouble } from '#base/trouble.ts'
import type { Backend } from '#lab/backend.ts'
import type { Flavour } from '#lab/flavours/names.ts'

/** How many nodes `lab up` takes; on IBM Cloud as many as the addresses of three zones are shared out for. */
export const nodesMax = 1000
export const nodesMaxInZones = 50
const inZones: readonly Flavour[] = ['iks-classic', 'iks-vpc', 'roks']
const meshNodesMax = 200
/** Below it nobody has to wait longer than ten seconds: `npm run bench`, docs/decisions/0015. */
const patienceNodes = 300

export interface Size {
  readonly nodes: number
  readonly flavour: Flavour
  readonly backend?: Backend
}

/** What to know before a lab of this size boots: nothing, or a line for stderr. Throws {@link Trouble} for one that cannot be. */
export function sizeWarning({ nodes, flavour, backend }: Size): string | undefined {
  if (nodes > nodesMaxInZones && inZones.includes(flavour))
    throw new Trouble('too-many-nodes', `a lab of flavour ${flavour} has at most ${nodesMaxInZones} nodes`, {
      hint: 'flavour plain takes more',
    })
  if (nodes <= meshNodesMax) return undefined
  if (backend === 'vxlan')
    return nodes < patienceNodes
      ? undefined
      : `note: ${nodes} nodes take about ${Math.round(nodes * 0.03)} s to boot and ${Math.round(nodes * 0.8)} MB of memory\n`
  return (
    `warning: ${nodes} nodes in a full mesh are ${(nodes * (nodes - 1)) / 2} BGP sessions, and booting takes minutes. Calico advises ` +
    'route reflectors beyond 100 nodes; --backend vxlan does without BGP\n'
  )
}

/**
 * The room that a process gives a lab of this size. A lab makes much that lives for an instant only: a small young generation keeps the
 * process of a small one at two thirds of its size; without room for it a third of a large one's time goes to collecting garbage. What a
 * large one makes to keep it keeps: until it holds as much as such labs come to hold, nobody looks through it for what could go, or that
 * is done again and again while it grows (a tenth of the time in which pods start). Beyond that it is looked through each time it has doubled:
 * left to itself, the engine does so for each tenth that it grows, which was half of the time of 2,000 nodes, a gigabyte each time.
 */
export function heapFlags(nodes: number): readonly string[] {
  if (nodes <= smallNodes) return ['--max-semi-space-size=4']
  const young = nodes <= meshNodesMax ? 64 : 256
  return [
    `--max-semi-space-size=${young}`,
    `--initial-old-space-size=${Math.max(1024, nodes)}`,
    '--heap-growing-percent=100',
  ]
}

const smallNodes = 20

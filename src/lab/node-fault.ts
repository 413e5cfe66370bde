import { assert } from '#base/assert.ts'
import type { Fault, LabControl, LabNeeds, Strike } from '#lab/fault.ts'
import type { Flavour } from '#lab/flavours/names.ts'

/** One way to break a node, and how it is taken back: what root types there. */
export interface NodeChange {
  /** What is different about it, for people. */
  readonly says: string
  /** Shell scripts, run as root on the struck node. */
  readonly change: string
  readonly undo: string
}

interface Options<Variant extends string> {
  readonly flavours: readonly Flavour[]
  readonly lab?: LabNeeds
  readonly variants: Readonly<Record<Variant, NodeChange>>
  /** What makes the change bite. Default: it bites by itself. */
  readonly trigger?: (lab: LabControl, strike: Strike) => Promise<void>
  readonly settleMs: number
}

/** A fault that root makes on one node, and that must be found on exactly that node. */
export const nodeFault = <Variant extends string>(o: Options<Variant>): Fault => {
  const changes: Readonly<Record<string, NodeChange>> = o.variants
  return {
    flavours: o.flavours,
    ...(o.lab === undefined ? {} : { lab: o.lab }),
    variants: Object.fromEntries(Object.entries(changes).map(([variant, { says }]) => [variant, says])),
    change: async (lab, { node, variant }) => {
      await lab.exec(node, changeOf(changes, variant).change)
    },
    trigger: o.trigger ?? (() => Promise.resolve()),
    settleMs: () => o.settleMs,
    undo: async (lab, { node, variant }) => {
      await lab.exec(node, changeOf(changes, variant).undo)
    },
    subjects: ({ node }) => [{ kind: 'node', name: node }],
  }
}

function changeOf(changes: Readonly<Record<string, NodeChange>>, variant: string): NodeChange {
  const found = changes[variant]
  assert(found !== undefined, `a variant of the fault, not ${variant}`)
  return found
}

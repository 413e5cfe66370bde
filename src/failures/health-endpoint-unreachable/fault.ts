import { assert } from '#base/assert.ts'
import { clusterSubject, nodeSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl, Strike } from '#lab/fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const minutes = 60_000

/**
 * Felix works, and nobody who asks how it is gets an answer: because a node's loopback interface is down, or because somebody
 * moved the health port for all nodes and left the probes where they were.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  only: { 'port-moved': ['plain', 'hardened', 'iks-classic'] }, // the operator moves its probes along
  variants: {
    loopback: 'the loopback interface is down',
    'port-moved': 'FelixConfiguration default says another health port, for all nodes at once',
  },
  change: (lab, strike) => changeOf(strike).change(lab, strike),
  trigger: (lab, strike) => changeOf(strike).trigger(lab, strike),
  settleMs: (variant) => (variant === 'loopback' ? 8 : 10) * minutes,
  undo: (lab, strike) => changeOf(strike).undo(lab, strike),
  subjects: ({ node, variant }) => [variant === 'loopback' ? nodeSubject(node) : clusterSubject],
}

type Act = (lab: LabControl, strike: Strike) => Promise<void>

const changes: Readonly<Record<string, { readonly change: Act; readonly trigger: Act; readonly undo: Act }>> =
  {
    loopback: {
      change: async (lab, { node }) => void (await lab.exec(node, 'ip link set lo down')),
      trigger: (lab, { node }) => restartCalicoNode(lab, node),
      undo: async (lab, { node }) => void (await lab.exec(node, 'ip link set lo up')),
    },
    'port-moved': {
      change: (lab) => setHealthPort(lab, 9199),
      trigger: () => Promise.resolve(), // Felix starts anew by itself
      undo: (lab) => setHealthPort(lab, null),
    },
  }

function changeOf({ variant }: Strike) {
  const found = changes[variant]
  assert(found !== undefined, `a variant of the fault, not ${variant}`)
  return found
}

const setHealthPort = (lab: LabControl, healthPort: number | null): Promise<void> =>
  lab.kube.patch(
    { type: resources.felixConfigurations, name: 'default' },
    { type: 'merge', body: { spec: { healthPort } } },
  )

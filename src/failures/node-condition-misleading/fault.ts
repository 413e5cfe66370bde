import { nodeSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault } from '#lab/fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const condition = {
  type: 'NetworkUnavailable',
  status: 'True',
  reason: 'NoRouteCreated',
  message: 'Node created without a route',
}

/** A cloud's route controller, switched on by mistake, marks a node as one without a route, and never finds one to make. */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    'no-route-created': 'the route controller of a cloud waits for a route that Calico does not need',
  },
  change: (lab, { node }) =>
    lab.kube.patch(
      { type: resources.nodes, name: node },
      { type: 'strategic', body: { status: { conditions: [condition] } }, subresource: 'status' },
    ),
  trigger: () => Promise.resolve(),
  settleMs: () => 4 * 60_000,
  undo: (lab, { node }) => restartCalicoNode(lab, node),
  subjects: ({ node }) => [nodeSubject(node)],
}

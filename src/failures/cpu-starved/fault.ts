import { takeBack, tryOnOneNode } from '#failures/calico-node-canary.ts'
import type { Fault } from '#lab/fault.ts'

const minutes = 60_000

/** As the manifest has it since Calico 3.20; before, nothing was said, and Kubernetes gives a probe one second. */
const usualSeconds = 10

/** What the manifest asks for; nobody may ask for more than the limit gives. */
const usualRequest = '250m'

const template = (cpu: string | null, timeoutSeconds: number) => ({
  containers: [
    {
      name: 'calico-node',
      resources: { limits: cpu === null ? null : { cpu }, requests: { cpu: cpu ?? usualRequest } },
      livenessProbe: { timeoutSeconds },
      readinessProbe: { timeoutSeconds },
    },
  ],
})

/** Somebody gives calico-node a CPU limit in which its probes do not end in time, on one node first. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  variants: {
    least: 'calico-node may use a hundredth of a core',
    'short-probes': 'it may use a twentieth of one, and its probes a second, as in manifests before 3.20',
  },
  change: (lab, { node, variant }) =>
    tryOnOneNode(lab, node, variant === 'least' ? template('10m', usualSeconds) : template('50m', 1)),
  trigger: () => Promise.resolve(),
  settleMs: () => 10 * minutes,
  undo: (lab, { node }) => takeBack(lab, node, template(null, usualSeconds)),
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}

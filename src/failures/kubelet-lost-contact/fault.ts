import type { Fault, LabControl, Strike } from '#lab/fault.ts'
import { addressOf } from '#lab/owner-acts.ts'

const apiServerPort = 6443
const minutes = 60_000

/**
 * Three ways in which a kubelet and the API server lose each other. `steady`: something on the way drops what the node sends to the
 * API server's port. `flapping`: a unit drop-in limits how long systemd lets the kubelet run, so that it is ended and started again
 * and again. `masked`: a script meant for other machines has stopped the kubelet and forbidden that it be started; only the disk
 * remembers it, so that a reboot changes nothing.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  only: { masked: ['iks-classic', 'hardened'] },
  variants: {
    steady: "a filter on the way drops the node's packets to the API server",
    flapping: 'a drop-in (RuntimeMaxSec) has systemd end and restart the kubelet every few minutes',
    masked: 'systemctl mask --now kubelet',
  },
  change: (lab, strike) => changes[strike.variant]?.strike(lab, strike) ?? Promise.resolve(),
  trigger: () => Promise.resolve(), // both bite by themselves
  settleMs: (variant) => (variant === 'flapping' ? 30 * minutes : 4 * minutes),
  undo: (lab, strike) => changes[strike.variant]?.undo(lab, strike) ?? Promise.resolve(),
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}

const dropIn = '/etc/systemd/system/kubelet.service.d/90-limits.conf'

type Act = (lab: LabControl, strike: Strike) => Promise<void>
interface Change {
  readonly strike: Act
  readonly undo: Act
}

const changes: Readonly<Record<string, Change>> = {
  steady: {
    strike: async (lab, { node }) => {
      await lab.addUnderlayRule({
        name: ruleOf(node),
        source: `${await addressOf(lab, node)}/32`,
        protocol: 'tcp',
        port: apiServerPort,
        action: 'drop',
      })
    },
    undo: (lab, { node }) => lab.removeUnderlayRule(ruleOf(node)),
  },
  flapping: {
    strike: async (lab, { node }) => {
      await lab.exec(
        node,
        `mkdir -p ${dropIn.slice(0, dropIn.lastIndexOf('/'))}
printf '[Service]\\nRuntimeMaxSec=240\\n' > ${dropIn}
systemctl daemon-reload
systemctl restart kubelet`,
      )
    },
    undo: async (lab, { node }) => {
      await lab.exec(node, `rm -f ${dropIn}\nsystemctl daemon-reload\nsystemctl restart kubelet`)
    },
  },
  masked: {
    strike: async (lab, { node }) => {
      await lab.exec(node, 'systemctl mask --now kubelet')
    },
    undo: async (lab, { node }) => {
      await lab.exec(node, 'systemctl unmask kubelet && systemctl start kubelet')
    },
  },
}

const ruleOf = (node: string): string => `drop ${node} to port ${apiServerPort}`

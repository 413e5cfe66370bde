import type { Fault } from '#lab/fault.ts'

const minutes = 60_000

/**
 * A machine goes off, and its Node stays. `cut`: without a word, so that its peers keep its routes until their hold timers end.
 * `orderly`: BIRD takes its leave, and routes go at once.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    cut: 'the machine loses its power (poweroff -f)',
    orderly: 'somebody shuts the machine down (poweroff)',
  },
  change: async (lab, { node, variant }) => {
    // In the background: the shell's answer would go down with the machine.
    await lab.exec(node, `(sleep 1; poweroff${variant === 'cut' ? ' -f' : ''}) > /dev/null 2>&1 &`)
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * minutes,
  undo: (lab, { node }) => lab.reboot(node, { powerCut: true }),
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}

import type { AddCommand } from '#cli/commands/index.ts'
import { addLabAct } from '#cli/commands/lab/acts.ts'
import { addLabInside } from '#cli/commands/lab/inside.ts'
import { addLabKnow } from '#cli/commands/lab/know.ts'
import { addLabUp } from '#cli/commands/lab/up.ts'

export const addLab: AddCommand = (program, io, exit) => {
  const lab = program
    .command('lab')
    .description('a Kubernetes and Calico cluster in a box: boot it, break it, mend it, use kubectl on it')
    .addHelpText(
      'after',
      `
Examples:
  ninelives lab up --flavour hardened --detach
  export KUBECONFIG=$(ninelives lab kubeconfig)
  ninelives lab break runtime-dir-permissions --node k8s-worker-03
  ninelives lab advance 10m
  ninelives diagnose --lab --deep
  ninelives lab exec k8s-worker-03 -- ls -ld /run/calico
  ninelives lab mend && ninelives lab down`,
    )
  for (const add of [addLabUp, addLabKnow, addLabAct, addLabInside]) add(lab, io, exit)
}

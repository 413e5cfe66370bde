import { type ObjectRef, resources } from '#lab/api/ports.ts'
import { calicoObject } from '#lab/calico-acts.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { deletePods } from '#lab/owner-acts.ts'

const minutes = 60_000

/** What a Docker does at its start whose iptables is the old one. */
const docker = [
  'iptables-legacy -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  'iptables-legacy -A FORWARD -i docker0 ! -o docker0 -j ACCEPT',
  'iptables-legacy -A FORWARD -i docker0 -o docker0 -j ACCEPT',
  'iptables-legacy -P FORWARD DROP',
].join('; ')

/** Of one node: Felix prefers `node.<name>` to `default`. */
const own = (node: string): ObjectRef => ({ type: resources.felixConfigurations, name: `node.${node}` })

/** Two back-ends of iptables are at work on one node, and both decide. */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    docker:
      'a Docker with the old iptables lets nothing through that it does not know; Calico accepts in the new one',
    felix:
      'Felix is told to use the old back-end; its rules of before stay in the new one, and do not know new pods',
  },
  change: async (lab, { node, variant }) => {
    if (variant === 'docker') await lab.exec(node, docker)
    else await lab.kube.create(own(node).type, felixConfiguration(node))
  },
  // Pods that come now are known to one of the two only.
  trigger: async (lab, { node, variant }) => {
    if (variant === 'docker') return
    await lab.advance(minutes)
    await deletePods(lab, { namespace: 'shop', node })
  },
  settleMs: () => 8 * minutes,
  undo: (lab, strike) => takenBack(lab, strike),
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}

const felixConfiguration = (node: string) =>
  calicoObject('FelixConfiguration', own(node).name, { iptablesBackend: 'Legacy' })

async function takenBack(
  lab: LabControl,
  { node, variant }: { readonly node: string; readonly variant: string },
): Promise<void> {
  if (variant === 'docker')
    await lab.exec(node, 'iptables-legacy -P FORWARD ACCEPT; iptables-legacy -F FORWARD')
  else await lab.kube.delete(own(node))
}

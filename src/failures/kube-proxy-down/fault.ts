import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault } from '#lab/fault.ts'
import { deletePods } from '#lab/owner-acts.ts'

const config = { type: resources.configMaps, namespace: 'kube-system', name: 'kube-proxy' }

const unreadable = 'kind: KubeProxyConfiguration\nmode: [iptables\n'

interface Config extends KubeObject {
  readonly data: Readonly<Record<string, string>>
}

/** kube-proxy of a node does not come up after a boot, and Service addresses lead nowhere from there. */
export const fault: Fault<Config> = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    'bad-config': 'somebody’s edit of its ConfigMap cannot be read; the node boots with it',
  },
  change: async (lab) => {
    const object = await lab.kube.get<Config>(config)
    await lab.kube.patch(config, { type: 'merge', body: { data: { 'config.conf': unreadable } } })
    return object
  },
  trigger: (lab, { node }) => lab.reboot(node),
  settleMs: () => 10 * 60_000,
  undo: async (lab, { node }, object) => {
    await lab.kube.patch(config, { type: 'merge', body: { data: object.data } })
    await deletePods(lab, { namespace: 'kube-system', labelSelector: 'k8s-app=kube-proxy', node })
  },
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}

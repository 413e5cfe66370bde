import { assert } from '#base/assert.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl, Strike } from '#lab/fault.ts'
import { addressOf, calicoNamespace, restartCalicoNode } from '#lab/owner-acts.ts'

/** An image of calico-node's that the node lacks and cannot get: the pod that runs was made before, the next one waits. */
export const fault: Fault<string> = {
  flavours: ['plain', 'hardened', 'iks-classic'],
  variants: {
    'no-such-tag':
      'the DaemonSet is changed to a tag that the registry does not have, and rolled out by hand (OnDelete)',
    'no-registry': 'the node’s images were cleaned up, and a firewall drops what it sends to registries',
  },
  change: async (lab, strike) => {
    const image = await imageOf(lab)
    await (strike.variant === 'no-such-tag'
      ? useTag(lab, `${image}-hotfix1`, 'OnDelete')
      : cutOff(lab, strike, image))
    return image
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: () => 6 * 60_000,
  undo: async (lab, { node, variant }, image) => {
    if (variant === 'no-registry') return lab.removeUnderlayRule(ruleOf(node))
    await useTag(lab, image, 'RollingUpdate')
    await restartCalicoNode(lab, node)
  },
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}

const daemonSet = async (lab: LabControl) => ({
  type: resources.daemonSets,
  namespace: await calicoNamespace(lab),
  name: 'calico-node',
})

interface WithTemplate extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] }
    }
  }
}

async function imageOf(lab: LabControl): Promise<string> {
  const { spec } = await lab.kube.get<WithTemplate>(await daemonSet(lab))
  const image = spec.template.spec.containers.find(({ name }) => name === 'calico-node')?.image
  assert(image !== undefined, 'the DaemonSet calico-node has a container of that name')
  return image
}

async function useTag(lab: LabControl, image: string, type: 'OnDelete' | 'RollingUpdate'): Promise<void> {
  const containers = [{ name: 'calico-node', image }]
  const updateStrategy = { type, rollingUpdate: type === 'OnDelete' ? null : { maxUnavailable: 1 } }
  await lab.kube.patch(await daemonSet(lab), {
    type: 'strategic',
    body: { spec: { updateStrategy, template: { spec: { containers } } } },
  })
}

async function cutOff(lab: LabControl, { node }: Strike, image: string): Promise<void> {
  await lab.addUnderlayRule({
    name: ruleOf(node),
    source: `${await addressOf(lab, node)}/32`,
    protocol: 'tcp',
    port: 443,
    action: 'drop',
  })
  await lab.exec(node, `crictl rmi ${image}`)
}

const ruleOf = (node: string): string => `drop ${node} to port 443`

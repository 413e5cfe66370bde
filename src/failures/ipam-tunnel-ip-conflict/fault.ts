import { assert } from '#base/assert.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { annotateNode } from '#lab/calico-acts.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const annotation = 'projectcalico.org/IPv4IPIPTunnelAddr'
const shop = 'shop'
const database = { type: resources.deployments, namespace: shop, name: 'db' }

interface Deployment extends KubeObject {
  readonly spec: { readonly template: { readonly spec: { readonly nodeSelector?: Selector } } }
}

type Selector = Readonly<Record<string, string>>

const host = 'kubernetes.io/hostname'

interface Memory {
  readonly address: string | null
  /** Where the database was before. */
  readonly home: string | null
}

interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string }
  readonly status: { readonly podIP?: string }
}

/**
 * A Node's annotations are put back out of a backup: the address that they give to the tunnel device is one that IPAM has given
 * to a pod since, the shop's database. The host takes packets to it for its own.
 */
export const fault: Fault<Memory> = {
  flavours: ['plain', 'hardened'],
  lab: { encapsulation: 'ipip' },
  variants: { restored: 'the node’s annotation gives the address of one of its pods to the tunnel device' },
  change: async (lab, { node }) => {
    const { spec } = await lab.kube.get<Deployment>(database)
    const home = spec.template.spec.nodeSelector?.[host] ?? null
    await moveDatabase(lab, node)
    await lab.advance(2 * 60_000)
    const { metadata } = await lab.kube.get({ type: resources.nodes, name: node })
    const pods = await lab.kube.list<Pod>({ type: resources.pods, namespace: shop, labelSelector: 'app=db' })
    const pod = pods.find((one) => one.spec.nodeName === node && one.status.podIP !== undefined)
    assert(pod?.status.podIP !== undefined, 'the database has moved')
    await annotateNode(lab, node, { [annotation]: pod.status.podIP })
    return { address: metadata.annotations?.[annotation] ?? null, home }
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: async (lab, { node }, { address, home }) => {
    await annotateNode(lab, node, { [annotation]: address })
    await moveDatabase(lab, home)
  },
  subjects: ({ node }) => [nodeSubject(node)],
}

/** The database is put on one node; `null`: wherever the scheduler likes. */
const moveDatabase = (lab: LabControl, node: string | null): Promise<void> => {
  const nodeSelector = { [host]: node }
  return lab.kube.patch(database, { type: 'merge', body: { spec: { template: { spec: { nodeSelector } } } } })
}

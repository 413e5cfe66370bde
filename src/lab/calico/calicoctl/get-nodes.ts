import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { datastore } from '#lab/calico/calicoctl/datastore.ts'
import type { Options } from '#lab/calico/calicoctl/options.ts'
import { documents, tabbed } from '#lab/calico/calicoctl/print.ts'
import type { Process } from '#lab/host/ports.ts'

/** `calicoctl get nodes`: they are Kubernetes' with Calico's annotations. */
export async function getNodes(p: Process, o: Options, names: readonly string[]): Promise<number> {
  const { items } = await (await datastore(p)).list<KubeObject>({ type: resources.nodes })
  const nodes = items.filter(({ metadata }) => names.length === 0 || names.includes(metadata.name))
  const note = ({ metadata }: KubeObject, key: string): string =>
    metadata.annotations?.[`projectcalico.org/${key}`] ?? ''
  if (o.output === 'yaml' || o.output === 'json') {
    const v3 = nodes.map((node) => ({
      apiVersion: 'projectcalico.org/v3',
      kind: 'Node',
      metadata: { ...node.metadata, managedFields: undefined },
      spec: {
        ...(note(node, 'IPv4Address') === ''
          ? {}
          : {
              addresses: [{ address: note(node, 'IPv4Address'), type: 'CalicoNodeIP' }],
              bgp: {
                ipv4Address: note(node, 'IPv4Address'),
                ...(note(node, 'IPv4IPIPTunnelAddr') === ''
                  ? {}
                  : { ipv4IPIPTunnelAddr: note(node, 'IPv4IPIPTunnelAddr') }),
              },
            }),
        orchRefs: [{ nodeName: node.metadata.name, orchestrator: 'k8s' }],
      },
    }))
    p.stdout.write(
      documents('Node', JSON.parse(JSON.stringify(v3)) as Record<string, unknown>[], o, names.length === 1),
    ) // plain JSON of the line above
    return 0
  }
  const wide = o.output === 'wide'
  const rows = nodes.map((node) => [
    node.metadata.name,
    ...(wide
      ? [note(node, 'ASNumber') || '(64512)', note(node, 'IPv4Address'), note(node, 'IPv6Address')]
      : []),
  ])
  p.stdout.write(`${tabbed([['NAME', ...(wide ? ['ASN', 'IPV4', 'IPV6'] : [])], ...rows])}\n`)
  return 0
}

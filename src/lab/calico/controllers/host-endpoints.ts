import type { KubeClient } from '#lab/api/client.ts'
import type { Draft, Node } from '#lab/api/objects.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import { apiErrorText } from '#lab/calico/errors.ts'
import type { HostEndpoint } from '#lab/calico/felix/resources.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'

const createdBy = 'projectcalico.org/created-by'
const creator = 'calico-kube-controllers'
const retryMs = 5_000
const triesMax = 5
const type = resources.hostEndpoints

/**
 * A HostEndpoint for each node, on all of its interfaces, allowing everything until a policy selects it; taken away again when
 * its node goes, or when it is no longer wanted (projectcalico/calico:kube-controllers/pkg/controllers/node/hostendpoints.go).
 *
 * Not imitated: templates and `createDefaultHostEndpoint` of 3.30 and newer; the end of the process after five failures (it
 * tries again with the next change).
 */
export class AutoHostEndpoints {
  readonly #p: Process
  readonly #kube: KubeClient
  readonly #log: Log

  constructor(p: Process, kube: KubeClient, log: Log) {
    this.#p = p
    this.#kube = kube
    this.#log = log
  }

  /** Brings all of them to what the nodes are; none is left where `wanted` is false. */
  async syncAll(nodes: readonly Node[], { wanted }: { readonly wanted: boolean }): Promise<void> {
    for (let tries = 1; tries <= triesMax; tries++) {
      try {
        const { items } = await this.#kube.list<HostEndpoint>({ type })
        for (const { metadata, spec } of items.filter(isAutomatic)) {
          const isOfNode = nodes.some((node) => node.metadata.name === spec.node)
          if (!wanted || !isOfNode) await this.#delete(metadata.name)
        }
        if (wanted) for (const node of nodes) await this.#keep(node)
        this.#log.info('hostendpoints.go 171', 'successfully synced all hostendpoints')
        return
      } catch (error) {
        const fields = { error: raw(apiErrorText(error)) }
        this.#log.warn('hostendpoints.go 148', 'failed to list hostendpoints', fields)
        await this.#p.sleep(retryMs)
      }
    }
  }

  async sync(node: Node): Promise<void> {
    await this.#retried(node.metadata.name, () => this.#keep(node))
  }

  async remove(node: string): Promise<void> {
    await this.#retried(node, () => this.#delete(nameFor(node)))
  }

  async #retried(node: string, act: () => Promise<void>): Promise<void> {
    for (let tries = 1; tries <= triesMax; tries++) {
      try {
        return await act()
      } catch (error) {
        const says = `failed to sync host endpoint for node ${JSON.stringify(node)}, retrying`
        this.#log.info('hostendpoints.go 205', says, { error: raw(apiErrorText(error)) })
        await this.#p.sleep(retryMs)
      }
    }
  }

  async #keep(node: Node): Promise<void> {
    const wanted = endpointFor(node)
    try {
      const { metadata, spec } = await this.#kube.get<HostEndpoint>({
        type,
        name: nameFor(node.metadata.name),
      })
      if (isSame({ labels: metadata.labels, spec }, { labels: wanted.metadata.labels, spec: wanted.spec }))
        return
      await this.#kube.update<HostEndpoint>(type, {
        ...wanted,
        metadata: { ...metadata, labels: wanted.metadata.labels ?? {} },
      })
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error
      await this.#kube.create<HostEndpoint>(type, wanted)
    }
  }

  async #delete(name: string): Promise<void> {
    try {
      await this.#kube.delete({ type, name })
      this.#log.info('hostendpoints.go 241', `deleted hostendpoint ${JSON.stringify(name)}`)
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error
      const says = `did not delete hostendpoint ${JSON.stringify(name)} because it doesn't exist`
      this.#log.info('hostendpoints.go 251', says)
    }
  }
}

const nameFor = (node: string): string => `${node}-auto-hep`

const isAutomatic = ({ metadata }: HostEndpoint): boolean => metadata.labels?.[createdBy] === creator

function endpointFor(node: Node): Draft<HostEndpoint> {
  const { name, labels } = node.metadata
  return {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'HostEndpoint',
    metadata: { name: nameFor(name), labels: { ...labels, [createdBy]: creator } },
    spec: {
      node: name,
      interfaceName: '*',
      expectedIPs: addressesOf(node),
      profiles: ['projectcalico-default-allow'],
    },
  }
}

/** Those that Calico has of it, its tunnels' among them, then what Kubernetes knows besides. */
function addressesOf({ metadata: { annotations = {} }, status }: Node): readonly string[] {
  const ofCalico = ['IPv4Address', 'IPv4IPIPTunnelAddr', 'IPv4VXLANTunnelAddr', 'IPv4WireguardInterfaceAddr']
    .map((key) => annotations[`projectcalico.org/${key}`]?.split('/')[0] ?? '')
    .filter((address) => address !== '')
  const internal = (status.addresses ?? []).filter((each) => each.type === 'InternalIP')
  return [...new Set([...ofCalico, ...internal.map(({ address }) => address)])]
}

/** What a person has added to the rest of the spec is theirs. */
const isSame = (a: Kept, b: Kept): boolean =>
  sorted(a.labels) === sorted(b.labels) &&
  JSON.stringify(a.spec.expectedIPs) === JSON.stringify(b.spec.expectedIPs) &&
  a.spec.interfaceName === b.spec.interfaceName

interface Kept {
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly spec: HostEndpoint['spec']
}

const sorted = (labels: Readonly<Record<string, string>> = {}): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))

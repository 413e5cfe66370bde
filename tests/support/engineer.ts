import type { Draft, KubeEvent, KubeObject, Node, Pod } from '#lab/api/objects.ts'
import { calicoManifests } from '#lab/calico/index.ts'
import type { CalicoFlavour } from '#lab/calico/version.ts'
import type { Output } from '#lab/host/ports.ts'
import type { Lab } from '#lab/lab.ts'

/** One line of `kubectl get pods`, by its columns. */
export interface PodLine {
  readonly name: string
  readonly ready: string // 0/1
  readonly status: string
  readonly restarts: string
}

/**
 * Somebody with kubectl and a shell on every node: acts through the API server's own handler and through commands, and sees
 * what these answer. Uses nothing of `src/failures`.
 */
export class Engineer {
  readonly lab: Lab

  constructor(lab: Lab) {
    this.lab = lab
  }

  /** A command line on a node, as root; whatever it exits with. */
  sh(node: string, line: string): Promise<Output> {
    return this.lab.run(node, ['bash', '-c', line])
  }

  /** What a command prints; rejects when it fails. */
  async shown(node: string, line: string): Promise<string> {
    return (await this.lab.exec(node, line)).stdout
  }

  /** An OS update on every node that brings this version of a package with this line for Calico's runtime folder. */
  async update(version: string, line: string): Promise<void> {
    for (const node of this.lab.nodes)
      await this.lab.exec(
        node,
        `cd /var/lib/os-update && mkdir -p files/etc/tmpfiles.d && echo 'calico-host ${version}' > package &&
echo '${line}' > files/etc/tmpfiles.d/calico.conf && chmod 644 files/etc/tmpfiles.d/calico.conf && os-update`,
      )
  }

  /** Types `reboot` and waits until the kernel is up again. */
  async reboot(node: string): Promise<void> {
    const machine = this.lab.machine(node)
    const before = machine.bootId
    await this.sh(node, 'reboot')
    await this.lab.until(() => machine.up && machine.bootId !== before)
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.#request('GET', path)) as T // the caller knows what it asked for
  }

  async node(name: string): Promise<Node> {
    return this.get(`/api/v1/nodes/${name}`)
  }

  async pods(o: { namespace: string; node?: string; label?: string }): Promise<readonly Pod[]> {
    return (await this.get<{ items: readonly Pod[] }>(podsPath(o))).items
  }

  async events(namespace: string): Promise<readonly KubeEvent[]> {
    return (await this.get<{ items: readonly KubeEvent[] }>(`/api/v1/namespaces/${namespace}/events`)).items
  }

  /** The lines of `kubectl get pods`, from the table that the server makes. */
  async lines(o: { namespace: string; node?: string; label?: string }): Promise<readonly PodLine[]> {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
    const table = JSON.parse(await this.#request('GET', podsPath(o), { accept })) as {
      rows: readonly { cells: readonly unknown[] }[]
    }
    return table.rows.map(({ cells }) => {
      const [name = '', ready = '', status = '', restarts = ''] = cells.map(String)
      return { name, ready, status, restarts }
    })
  }

  /** Where calico-node's pods are. */
  get calicoNamespace(): string {
    return this.lab.options.flavour === 'operator' ? 'calico-system' : 'kube-system'
  }

  async calicoNode(node: string): Promise<string> {
    const [pod] = await this.pods({ namespace: this.calicoNamespace, node, label: 'k8s-app=calico-node' })
    if (pod === undefined) throw new Error(`no calico-node pod on ${node}`)
    return pod.metadata.name
  }

  async calicoNodeLine(node: string): Promise<PodLine | undefined> {
    return (await this.lines({ namespace: this.calicoNamespace, node, label: 'k8s-app=calico-node' }))[0]
  }

  /** The shop's pod of one tier on a node. */
  async shopPod(node: string, tier: string): Promise<Pod> {
    const [pod] = await this.pods({ namespace: 'shop', node, label: `app=${tier}` })
    if (pod === undefined) throw new Error(`no ${tier} pod on ${node}`)
    return pod
  }

  logs(pod: string, query = ''): Promise<string> {
    return this.#request(
      'GET',
      `/api/v1/namespaces/${this.calicoNamespace}/pods/${pod}/log?container=calico-node${query}`,
    )
  }

  /** `birdcl show protocols` in calico-node's container on a node. */
  async birdcl(node: string): Promise<string> {
    const pod = await this.calicoNode(node)
    const argv = ['birdcl', '-s', '/var/run/calico/bird.ctl', 'show', 'protocols']
    return (await this.exec(this.calicoNamespace, pod, 'calico-node', argv)).stdout
  }

  async exec(namespace: string, pod: string, container: string, argv: readonly string[]) {
    const answer = await this.lab.execInPod({ namespace, pod, container, argv })
    if (answer.kind === 'refused') throw new Error(answer.response.body)
    return answer
  }

  /** curl's exit code, from a shop pod on one node to the one on another. */
  async curl(from: string, to: string, tiers = { from: 'frontend', to: 'api' }): Promise<number> {
    const target = (await this.shopPod(to, tiers.to)).status.podIP
    const source = await this.shopPod(from, tiers.from)
    const argv = ['curl', '-sS', '-m', '5', '-o', '/dev/null', `http://${target}:8080/healthz`]
    return (await this.exec('shop', source.metadata.name, tiers.from, argv)).code
  }

  async deletePod(namespace: string, name: string): Promise<void> {
    await this.#request('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`)
  }

  async cordon(node: string, unschedulable = true): Promise<void> {
    const headers = { 'content-type': 'application/strategic-merge-patch+json' }
    const body = JSON.stringify({ spec: { unschedulable } })
    await this.#request('PATCH', `/api/v1/nodes/${node}`, headers, body)
  }

  /** `kubectl drain --ignore-daemonsets`: cordon, evict what no DaemonSet and no file owns, wait until it is gone. */
  async drain(node: string): Promise<void> {
    await this.cordon(node)
    const evicted = (
      await this.get<{ items: readonly Pod[] }>(`/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`)
    ).items
      .filter(
        ({ metadata }) =>
          !metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node'),
      )
      .map(({ metadata: { name, namespace = '' } }) => ({ name, namespace }))
    for (const metadata of evicted) {
      const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/eviction`
      const body = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata })
      await this.#request('POST', path, { 'content-type': 'application/json' }, body)
    }
    for (const { namespace, name } of evicted)
      while (await this.#exists(`/api/v1/namespaces/${namespace}/pods/${name}`)) await this.lab.advance(1000)
  }

  /**
   * Writes Calico's manifest over what is there. `kubectl apply` would send patches with the same outcome: what the applied
   * manifest no longer says goes, what others added stays (nobody adds anything here).
   */
  async applyCalico(flavour: CalicoFlavour): Promise<void> {
    for (const draft of calicoManifests({ flavour })) await this.#replace(draft)
  }

  async #replace(draft: Draft<KubeObject>): Promise<void> {
    const type = this.lab.api.state.registry.ofKind(draft.apiVersion, draft.kind)
    if (type === undefined) throw new Error(`nobody serves ${draft.kind}`)
    const { name = '', namespace } = draft.metadata
    const root = type.group === '' ? '/api/v1' : `/apis/${type.group}/${type.version}`
    const space = namespace === undefined ? '' : `/namespaces/${namespace}`
    const path = `${root}${space}/${type.resource}/${name}`
    const { resourceVersion } = (await this.get<KubeObject>(path)).metadata
    const body = JSON.stringify({ ...draft, metadata: { ...draft.metadata, resourceVersion } })
    await this.#request('PUT', path, { 'content-type': 'application/json' }, body)
  }

  async #exists(path: string): Promise<boolean> {
    return (await this.lab.request({ method: 'GET', path })).status !== 404
  }

  async #request(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<string> {
    const sent = { method, path, headers, ...(body === undefined ? {} : { body }) }
    const answer = await this.lab.request(sent)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`)
    return answer.body
  }
}

function podsPath({ namespace, node, label }: { namespace: string; node?: string; label?: string }): string {
  const query = new URLSearchParams()
  if (node !== undefined) query.set('fieldSelector', `spec.nodeName=${node}`)
  if (label !== undefined) query.set('labelSelector', label)
  return `/api/v1/namespaces/${namespace}/pods?${query}`
}

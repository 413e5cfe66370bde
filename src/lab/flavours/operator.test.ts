import { describe, expect, onTestFinished, test } from 'vitest'
import type { DaemonSet, Deployment, KubeObject, Node, Pod } from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import { operatorResources } from '#lab/calico/operator/definitions.ts'
import { operatorInstallation, operatorManifests } from '#lab/calico/operator/install.ts'
import type { Installation } from '#lab/calico/operator/installation.ts'
import type { TigeraStatus } from '#lab/calico/operator/status.ts'
import type { Flavour } from '#lab/flavours/names.ts'
import { Lab } from '#lab/lab.ts'

async function booted(flavour: Flavour = 'operator', nodes = 3): Promise<Lab> {
  const lab = await Lab.boot({ seed: 'operator', flavour, nodes })
  onTestFinished(() => lab.shutdown())
  return lab
}

const within = (type: ResourceType, name: string, namespace = 'calico-system') => ({ type, namespace, name })
const nodeSet = within(resources.daemonSets, 'calico-node')

const conditions = async (lab: Lab): Promise<string> => {
  const ref = { type: operatorResources.tigeraStatuses, name: 'calico' }
  const { status } = await lab.kube.get<TigeraStatus>(ref)
  return (status?.conditions ?? []).map(({ type, status: value }) => `${type}=${value}`).join(' ')
}

const message = async (lab: Lab, condition: string): Promise<string> => {
  const ref = { type: operatorResources.tigeraStatuses, name: 'calico' }
  const { status } = await lab.kube.get<TigeraStatus>(ref)
  return status?.conditions?.find(({ type }) => type === condition)?.message ?? ''
}

const logs = async (lab: Lab, node: string, container: string): Promise<string> => {
  const script = `for c in $(crictl ps -a | grep ' ${container} ' | cut -c1-13); do crictl logs $c; done`
  const { stdout, stderr } = await lab.run(node, ['bash', '-c', script])
  return stdout + stderr
}

describe('an installation by the operator', () => {
  test('is available, with Typha between calico-node and the API server', async () => {
    const lab = await booted()
    await lab.advance(30_000)
    expect(await conditions(lab)).toBe('Available=True Progressing=False Degraded=False')
    const { status } = await lab.kube.get<Installation>({
      type: operatorResources.installations,
      name: 'default',
    })
    expect(status).toMatchObject({
      calicoVersion: 'v3.29.3',
      mtu: 1500,
      variant: 'Calico',
      computed: { controlPlaneReplicas: 2, calicoNetwork: { bgp: 'Enabled' } },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'AllObjectsAvailable' },
        { type: 'Progressing', status: 'False' },
        { type: 'Degraded', status: 'False' },
      ],
    })
    const { spec } = await lab.kube.get<Deployment>(within(resources.deployments, 'calico-typha'))
    expect(spec.replicas).toBe(2)
    expect(await logs(lab, 'k8s-worker-01', 'calico-node')).toMatch(
      /felix\/.*Connected to Typha on attempt 1/,
    )
  })

  test('what its owner grants Typha is in the Deployment, the own part before the list', async () => {
    const lab = await booted()
    const limits = async (spec: object): Promise<unknown> => {
      await lab.kube.patch(
        { type: operatorResources.installations, name: 'default' },
        { type: 'merge', body: { spec } },
      )
      await lab.advance(2_000)
      const { spec: own } = await lab.kube.get<Deployment>(within(resources.deployments, 'calico-typha'))
      return own.template.spec.containers[0]?.resources
    }
    const granted = (memory: string) => ({ limits: { memory } })
    const listed = [{ componentName: 'Typha', resourceRequirements: granted('300Mi') }]
    const own = [{ name: 'calico-typha', resources: granted('500Mi') }]
    expect(await limits({ componentResources: listed })).toEqual(granted('300Mi'))
    const typhaDeployment = { spec: { template: { spec: { containers: own } } } }
    expect(await limits({ typhaDeployment })).toEqual(granted('500Mi'))
    expect(await limits({ typhaDeployment: null, componentResources: null })).toEqual({})
  })

  test('a deleted DaemonSet comes back', async () => {
    const lab = await booted()
    const before = await lab.kube.get<DaemonSet>(nodeSet)
    await lab.kube.delete(nodeSet)
    await lab.advance(5_000)
    const after = await lab.kube.get<DaemonSet>(nodeSet)
    expect(after.metadata.uid).not.toBe(before.metadata.uid)
    await lab.untilWell(300_000)
  })

  test.each<readonly [string, unknown]>([
    [
      'an image',
      { spec: { template: { spec: { containers: [{ name: 'calico-node', image: 'mine/node:1' }] } } } },
    ],
    [
      'a memory limit',
      {
        spec: {
          template: {
            spec: { containers: [{ name: 'calico-node', resources: { limits: { memory: '64Mi' } } }] },
          },
        },
      },
    ],
    ['a node selector', { spec: { template: { spec: { nodeSelector: { disk: 'ssd' } } } } }],
  ])('%s that somebody edits is put right', async (_, body) => {
    const lab = await booted()
    const { template } = (await lab.kube.get<DaemonSet>(nodeSet)).spec
    await lab.kube.patch(nodeSet, { type: 'strategic', body })
    await lab.advance(2_000)
    expect((await lab.kube.get<DaemonSet>(nodeSet)).spec.template).toEqual(template)
  })

  test('what others add beside it stays', async () => {
    const lab = await booted()
    const labels = { team: 'network' }
    await lab.kube.patch(nodeSet, { type: 'merge', body: { metadata: { labels } } })
    await lab.advance(2_000)
    expect((await lab.kube.get<DaemonSet>(nodeSet)).metadata.labels).toMatchObject(labels)
  })

  test('an Installation with a value that there is not, or without one that it needs, is refused', async () => {
    const lab = await booted()
    const installation = { type: operatorResources.installations, name: 'default' }
    const refused = (network: object): Promise<string> =>
      lab.kube.patch(installation, { type: 'merge', body: { spec: { calicoNetwork: network } } }).then(
        () => 'it was taken',
        (error: Error) => error.message,
      )
    expect(await refused({ bgp: 'Maybe' })).toContain(
      'spec.calicoNetwork.bgp: Unsupported value: "Maybe": supported values: "Enabled", "Disabled"',
    )
    expect(await refused({ ipPools: [{ blockSize: 26 }] })).toContain(
      'spec.calicoNetwork.ipPools[0].cidr: Required value',
    )
  })

  test('an Installation that cannot be is refused in its status, and nothing else happens', async () => {
    const lab = await booted()
    const ref = { type: operatorResources.installations, name: 'default' }
    const before = await lab.kube.get<DaemonSet>(nodeSet)
    const calicoNetwork = { bgp: 'Disabled', ipPools: [{ cidr: '10.244.0.0/16', encapsulation: 'IPIP' }] }
    await lab.kube.patch(ref, { type: 'merge', body: { spec: { calicoNetwork } } })
    await lab.advance(10_000)
    expect(await conditions(lab)).toContain('Degraded=True')
    const { status } = await lab.kube.get<Installation>(ref)
    expect(status?.conditions?.map(({ type, status: is }) => `${type}=${is}`)).toContain('Degraded=True')
    expect(await message(lab, 'Degraded')).toBe(
      'Invalid Installation provided: IPIP encapsulation requires that BGP is enabled',
    )
    expect((await lab.kube.get<DaemonSet>(nodeSet)).metadata.generation).toBe(before.metadata.generation)
  })

  test('a missing pod of calico-node is what the status tells', async () => {
    const lab = await booted()
    await lab.exec('k8s-worker-02', 'systemctl stop kubelet')
    await lab.advance(120_000)
    expect(await message(lab, 'Progressing')).toContain(
      'DaemonSet "calico-system/calico-node" is not available (awaiting 1 nodes)',
    )
  })
})

describe('Typha', () => {
  test('out of reach: Felix and confd end again and again, what they set up stays', async () => {
    const lab = await booted()
    await lab.addUnderlayRule({
      name: 'wall',
      source: '10.0.0.22/32',
      protocol: 'tcp',
      port: 5473,
      action: 'drop',
    })
    // One of the two Typhas may be on this very node; it is not behind the wall.
    await lab.exec('k8s-worker-02', 'iptables -I OUTPUT -p tcp --dport 5473 -j DROP')
    await lab.advance(120_000)
    const told = await logs(lab, 'k8s-worker-02', 'calico-node')
    expect(told).toContain('i/o timeout')
    expect(told).toMatch(/felix\/.*Felix is shutting down reason="Connection to Typha failed"/)
    expect(told).toMatch(/felix\/.*Failed to connect to Typha, giving up after timeout/)
    expect(told).toMatch(/\[FATAL\].*confd\/.*Connection to Typha failed/)
    const { stdout } = await lab.run('k8s-worker-02', ['ip', 'route'])
    expect(stdout).toMatch(/via 10\.0\.0\.21 dev eth0 proto bird/)
    await lab.removeUnderlayRule('wall')
    await lab.exec('k8s-worker-02', 'iptables -D OUTPUT -p tcp --dport 5473 -j DROP')
    await lab.untilWell(300_000)
  })

  test('a copy of its secret that somebody deletes is put back', async () => {
    const lab = await booted()
    const secret = within(resources.secrets, 'node-certs')
    const { data } = await lab.kube.get<KubeObject & { data: unknown }>(secret)
    await lab.kube.delete(secret)
    await lab.advance(2_000)
    expect((await lab.kube.get<KubeObject & { data: unknown }>(secret)).data).toEqual(data)
  })

  test("clients do not trust a server whose name is not Typha's", async () => {
    const lab = await booted()
    // The wrong certificate for the server, in the place that the operator copies from.
    const theirs = within(resources.secrets, 'node-certs', 'tigera-operator')
    const { data } = await lab.kube.get<KubeObject & { data: unknown }>(theirs)
    await lab.kube.patch(within(resources.secrets, 'typha-certs', 'tigera-operator'), {
      type: 'merge',
      body: { data },
    })
    await lab.advance(300_000)
    const told = await logs(lab, 'k8s-worker-01', 'calico-node')
    expect(told).toContain('Peer certificate does not have required CN')
  })
})

describe('a manifest install', () => {
  const install = async (lab: Lab): Promise<void> => {
    for (const object of [...operatorManifests(), operatorInstallation('10.244.0.0/16')]) {
      const type = lab.api.state.registry.ofKind(object.apiVersion, object.kind)
      if (type) await lab.kube.create(type, object)
    }
  }

  test('is taken over node by node, without losing a route for long', async () => {
    const lab = await booted('plain')
    await install(lab)
    await lab.advance(900_000)
    const pods = await lab.kube.list<Pod>({ type: resources.pods, labelSelector: 'k8s-app=calico-node' })
    expect([...new Set(pods.map(({ metadata }) => metadata.namespace))]).toEqual(['calico-system'])
    const nodes = await lab.kube.list<Node>({ type: resources.nodes })
    const labelled = nodes.filter(({ metadata }) =>
      Object.keys(metadata.labels ?? {}).some((key) => key.includes('migration')),
    )
    expect(labelled).toEqual([])
    await lab.untilWell(300_000)
    expect(await conditions(lab)).toBe('Available=True Progressing=False Degraded=False')
  })

  test('with a setting that the operator does not know stays as it is', async () => {
    const lab = await booted('plain')
    const old = within(resources.daemonSets, 'calico-node', 'kube-system')
    const env = [{ name: 'CALICO_ROUTER_ID', value: 'hash' }]
    const containers = [{ name: 'calico-node', env }]
    await lab.kube.patch(old, { type: 'strategic', body: { spec: { template: { spec: { containers } } } } })
    await lab.untilWell(300_000)
    await install(lab)
    await lab.advance(60_000)
    expect(await message(lab, 'Degraded')).toContain(
      'To fix it, remove these environment variables from the calico-node daemonest on daemonset/calico-node',
    )
  })
})

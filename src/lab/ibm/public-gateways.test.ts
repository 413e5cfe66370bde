import { expect, onTestFinished, test } from 'vitest'
import type { KubeEvent, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { operatorResources } from '#lab/calico/operator/definitions.ts'
import type { Flavour } from '#lab/flavours/names.ts'
import { told } from '#lab/ibm/testing/told.ts'
import { workersGroup } from '#lab/ibm/vpc-groups.ts'
import { vpcServices } from '#lab/ibm/vpc-zones.ts'
import { Lab } from '#lab/lab.ts'

const minutes = 60_000
const hub = `dial tcp ${vpcServices.internet.registry}:443: i/o timeout`

async function booted(flavour: Flavour = 'iks-vpc', kubernetes?: string): Promise<Lab> {
  const lab = await Lab.boot({
    seed: 'gateways',
    flavour,
    nodes: 3,
    ...(kubernetes !== undefined && { kubernetes }),
  })
  onTestFinished(() => lab.shutdown())
  return lab
}

const refused = async (lab: Lab, line: string): Promise<string> => {
  const { code, stderr } = await lab.cloud(line.split(' '))
  expect(code).toBe(1)
  return stderr
}

/** What a pull on a node ends with: nothing when it succeeds. */
const pull = async (lab: Lab, node: string, image: string): Promise<string> =>
  (await lab.run(node, ['crictl', 'pull', image])).stderr

const allowed = (lab: Lab): Promise<string> =>
  told(lab, 'ks vpc outbound-traffic-protection disable --cluster shop -f')

test('from a subnet without its gateway no image of a public registry comes, from the others it does', async () => {
  const lab = await booted()
  await allowed(lab)
  await told(lab, 'is subnet-public-gateway-detach shop-vpc-us-south-1 -f')
  await Promise.all(lab.nodes.map((node) => lab.kube.create(resources.pods, looking(node))))
  await lab.advance(3 * minutes)
  const pods = await lab.kube.list<Pod>({ type: resources.pods, namespace: 'default' })
  const reasons = new Map(
    pods
      .filter(({ metadata }) => metadata.name.startsWith('look-'))
      .map(({ spec, status }) => {
        const { waiting, running } = status.containerStatuses?.[0]?.state ?? {}
        return [spec.nodeName, running === undefined ? waiting?.reason : 'Running']
      }),
  )
  const [first = '', ...others] = lab.nodes
  expect(reasons).toEqual(
    new Map([[first, 'ImagePullBackOff'], ...others.map((node) => [node, 'Running'] as const)]),
  )
  const events = await lab.kube.list<KubeEvent>({ type: resources.events, namespace: 'default' })
  expect(events.map(({ message }) => message)).toContain(
    `Failed to pull image "busybox:1.36": rpc error: code = DeadlineExceeded desc = failed to pull and unpack image "docker.io/library/busybox:1.36": failed to resolve reference "docker.io/library/busybox:1.36": failed to do request: Head "https://registry-1.docker.io/v2/library/busybox/manifests/1.36": ${hub}`,
  )
  await told(lab, 'is subnet-public-gateway-attach shop-vpc-us-south-1 --pgw pgw-us-south-1')
  await lab.advance(5 * minutes)
  const pod = await lab.kube.get<Pod>({ type: resources.pods, namespace: 'default', name: `look-${first}` })
  expect(pod.status.phase).toBe('Running')
})

const looking = (node: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `look-${node}`, namespace: 'default' },
  spec: {
    nodeName: node,
    containers: [{ name: 'look', image: 'busybox:1.36', command: ['sleep', '86400'] }],
  },
})

test('whoever is asked on the internet sees the gateway’s floating IP, and reaches nobody by it', async () => {
  const lab = await booted('roks')
  const [node = '', other = ''] = lab.nodes
  await lab.exec('registry', 'iptables -A INPUT -s 198.51.100.1/32 -j DROP')
  expect(await pull(lab, node, 'busybox:1.36')).toContain(hub)
  expect(await pull(lab, other, 'busybox:1.36')).toBe('')
  await lab.exec('registry', `ip route add ${node}/32 via ${vpcServices.internet.gateway}`)
  expect((await lab.run('registry', ['nc', '-z', '-w', '2', node, '10250'])).code).toBe(1)
  expect((await lab.run('registry', ['nc', '-z', '-w', '2', '198.51.100.1', '443'])).code).toBe(1)
})

test('the provider’s own registry is in its private network, and needs no gateway', async () => {
  const lab = await booted()
  const [node = ''] = lab.nodes
  for (const zone of ['us-south-1', 'us-south-2', 'us-south-3'])
    await told(lab, `is subnet-public-gateway-detach shop-vpc-${zone}`)
  const addressOf = async (name: string): Promise<string> =>
    (await lab.exec(node, `dig +short ${name}`)).stdout.trim()
  expect(await addressOf('us.icr.io')).toBe('161.26.0.7')
  expect(await addressOf('registry-1.docker.io')).toBe('203.0.113.44')
  const image = (
    await lab.exec(node, `crictl images | awk '/armada-master.calico.node/ { print $1 ":" $2 }'`)
  ).stdout.trim()
  await lab.exec(node, `crictl rmi ${image}`)
  expect(await pull(lab, node, image)).toBe('')
})

test('from 1.30 on nothing goes out until the owner says so; whether a cluster protects itself is told of it', async () => {
  const lab = await booted()
  const [node = ''] = lab.nodes
  const image = 'registry.k8s.io/e2e-test-images/agnhost:2.53'
  expect(await pull(lab, node, image)).toContain(hub)
  expect(await told(lab, 'ks cluster get -c shop')).toMatch(/^Outbound Traffic Protection: +enabled$/m)
  await allowed(lab)
  expect(await told(lab, 'ks cluster get -c shop')).toMatch(/^Outbound Traffic Protection: +disabled$/m)
  expect(await told(lab, `is sg-rules ${workersGroup}`)).toMatch(/outbound +ipv4 +all +0\.0\.0\.0\/0 *$/m)
  expect(await pull(lab, node, image)).toBe('')
  await told(lab, 'ks vpc outbound-traffic-protection enable -c shop')
  expect(await pull(lab, node, 'registry.k8s.io/e2e-test-images/agnhost:2.39')).toContain(hub)
})

test('before 1.30 everything goes out, and there is nothing to turn off', async () => {
  const lab = await booted('iks-vpc', '1.29.15')
  const [node = ''] = lab.nodes
  expect(await pull(lab, node, 'busybox:1.36')).toBe('')
  expect(await refused(lab, 'ks vpc outbound-traffic-protection disable -c shop')).toContain(
    'not secure by default',
  )
  await told(lab, `ks security-group reset -c shop`)
  await lab.advance(2 * minutes)
  expect(await pull(lab, node, 'busybox:1.37')).toBe('')
})

test('an owner who takes Calico from a public registry gets stuck at the first worker, and on when it may go out', async () => {
  const lab = await booted()
  await lab.kube.patch(
    { type: operatorResources.installations, name: 'default' },
    { type: 'merge', body: { spec: { registry: 'quay.io/' } } },
  )
  await lab.advance(5 * minutes)
  const waiting = async (): Promise<readonly string[]> => {
    const pods = await lab.kube.list<Pod>({
      type: resources.pods,
      namespace: 'calico-system',
      labelSelector: 'k8s-app=calico-node',
    })
    return pods.flatMap(({ status }) =>
      [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(({ state }) =>
        state?.waiting?.reason === 'ImagePullBackOff' ? ['ImagePullBackOff'] : [],
      ),
    )
  }
  expect(await waiting()).toHaveLength(1)
  await allowed(lab)
  await lab.untilWell(15 * minutes)
  expect(await waiting()).toEqual([])
})

test('a zone has one gateway, which is not deleted while a subnet needs it, nor serves another zone', async () => {
  const lab = await booted()
  expect(await told(lab, 'is pubgws')).toMatch(
    /^r006-\S+ +pgw-us-south-2 +available +198\.51\.100\.2 +shop-vpc +us-south-2 +Default *$/m,
  )
  expect(await refused(lab, 'is public-gateway-create more shop-vpc us-south-2')).toContain(
    'Can only have one public gateway per zone in a VPC.',
  )
  expect(await refused(lab, 'is public-gateway-delete pgw-us-south-2 -f')).toContain(
    'Cannot delete a public gateway when it is in use.',
  )
  expect(await refused(lab, 'is subnet-update shop-vpc-us-south-1 --pgw pgw-us-south-2')).toContain(
    'in zone us-south-2',
  )
  await told(lab, 'is subnet-public-gateway-detach shop-vpc-us-south-2')
  await told(lab, 'is public-gateway-delete pgw-us-south-2 -f')
  const made = JSON.parse(
    await told(lab, 'is public-gateway-create mine shop-vpc us-south-2 --output json'),
  ) as { readonly id: string; readonly floating_ip: { readonly address: string } }
  expect(made.floating_ip.address).toBe('198.51.100.4')
  await told(lab, `is subnet-update shop-vpc-us-south-2 --public-gateway-id ${made.id}`)
  expect(await told(lab, 'is subnet shop-vpc-us-south-2')).toMatch(/^Public Gateway: +mine$/m)
  expect(JSON.parse(await told(lab, 'is subnet shop-vpc-us-south-2 --output json'))).toMatchObject({
    public_gateway: { id: made.id, name: 'mine' },
  })
})

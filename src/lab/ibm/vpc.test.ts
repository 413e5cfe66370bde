import { expect, onTestFinished, test } from 'vitest'
import type { Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { masterPort } from '#lab/ibm/account.ts'
import { told } from '#lab/ibm/testing/told.ts'
import { workersGroup } from '#lab/ibm/vpc-groups.ts'
import { vpcZones } from '#lab/ibm/vpc-zones.ts'
import { Lab } from '#lab/lab.ts'

const minutes = 60_000

async function booted(): Promise<Lab> {
  const lab = await Lab.boot({ seed: 'vpc', flavour: 'iks-vpc', nodes: 3 })
  onTestFinished(() => lab.shutdown())
  return lab
}

/** The id of the rule that says this. */
async function ruleAbout(lab: Lab, remote: string): Promise<string> {
  const rules = JSON.parse(
    await told(lab, `is security-group-rules ${workersGroup} --output json`),
  ) as readonly {
    readonly id: string
    readonly remote: { readonly cidr_block?: string }
    readonly direction: string
  }[]
  return rules.find((each) => each.remote.cidr_block === remote && each.direction === 'outbound')?.id ?? ''
}

test('a worker looks as a cloud’s node does, not as kubeadm’s', async () => {
  const lab = await booted()
  const [node] = await lab.kube.list<Node>({ type: resources.nodes })
  expect(Object.keys(node?.metadata.annotations ?? {})).not.toContain(
    'kubeadm.alpha.kubernetes.io/cri-socket',
  )
  expect(node?.metadata.labels).toMatchObject({
    'beta.kubernetes.io/instance-type': node?.metadata.labels?.['node.kubernetes.io/instance-type'],
    'failure-domain.beta.kubernetes.io/zone': node?.metadata.labels?.['topology.kubernetes.io/zone'],
  })
  // calico-node adds its condition with a patch that names nothing else, and what is new comes first.
  expect(node?.status.conditions?.[0]?.type).toBe('NetworkUnavailable')
})

test("a worker's logs come through konnectivity, from the endpoint gateway's other side", async () => {
  const lab = await booted()
  const [pod] = await lab.kube.list<Pod>({
    type: resources.pods,
    namespace: 'kube-system',
    labelSelector: 'app=konnectivity-agent',
  })
  const path = `/api/v1/namespaces/kube-system/pods/${pod?.metadata.name}/log`
  expect((await lab.request({ method: 'GET', path })).body).toContain('"Start serving"')
})

test('a security group without the way to one endpoint address leaves the others, without all of them no way', async () => {
  const lab = await booted()
  const cut = async (endpoint: string): Promise<void> => {
    const id = await ruleAbout(lab, `${endpoint}/32`)
    await told(lab, `is sg-ruled ${workersGroup} ${id}`)
    for (const node of lab.nodes) await lab.exec(node, 'systemctl restart kubelet')
    await lab.advance(2 * minutes)
  }
  const [first, ...others] = vpcZones.map(({ endpoint }) => endpoint)
  await cut(first as string)
  expect(await told(lab, 'ks worker ls -c shop')).not.toContain('critical')
  for (const each of others) await cut(each)
  expect((await told(lab, 'ks worker ls -c shop')).match(/critical/g)).toHaveLength(3)
  for (const { endpoint } of vpcZones)
    await told(lab, `is sg-rulec ${workersGroup} outbound all --remote ${endpoint}`)
  await lab.untilWell(10 * minutes)
})

test('the provider adds its rules that are missing; a reset takes the owner’s own away first, and all ways for a while', async () => {
  const lab = await booted()
  const [a = '', b = ''] = lab.nodes
  const reach = async (): Promise<boolean> =>
    (await lab.run(a, ['nc', '-z', '-w', '1', b, '10250'])).code === 0
  await told(lab, `is sg-rulec ${workersGroup} outbound tcp --port-min 443 --port-max 443 --remote 0.0.0.0/0`)
  await told(lab, `is sg-ruled ${workersGroup} ${workersGroup}-outbound-2`)
  expect(await reach()).toBe(false)
  expect((await told(lab, 'ks security-group ls --cluster shop')).split('\n').slice(1, 4)).toEqual([
    expect.stringMatching(/^ID +Name/),
    expect.stringMatching(new RegExp(`^${workersGroup} +${workersGroup}`)),
    expect.stringMatching(/^kube-lbaas-/),
  ])
  await told(lab, 'ks security-group sync --cluster shop')
  expect(await reach()).toBe(true)
  expect(await told(lab, `is sg-rules ${workersGroup}`)).toMatch(/443.* 0\.0\.0\.0\/0/)
  await told(lab, `ks security-group reset -c shop --security-group ${workersGroup}`)
  expect(await reach()).toBe(false)
  await lab.advance(2 * minutes)
  expect(await reach()).toBe(true)
  expect(await told(lab, `is sg-rules ${workersGroup}`)).not.toContain('443')
})

test('virtual workers of a VPC are not reloaded', async () => {
  const lab = await booted()
  const { code, stderr } = await lab.cloud(['ks', 'worker', 'reload', '-w', lab.nodes[0] as string])
  expect([code, stderr]).toEqual([1, expect.stringContaining('not available')])
})

test('a list that denies cuts one subnet off from another, and leaves the way to the master alone', async () => {
  const lab = await booted()
  const [a = '', b = ''] = lab.nodes
  const reach = async (from: string, to: string): Promise<boolean> =>
    (await lab.run(from, ['ping', '-c', '1', '-W', '1', to])).code === 0
  expect(await reach(a, b)).toBe(true)
  await told(lab, 'is network-acl-create closed shop-vpc')
  await told(
    lab,
    'is network-acl-rule-add closed deny inbound all 10.240.64.0/24 0.0.0.0/0 --name no --before-rule allow-inbound',
  )
  expect(await told(lab, 'is network-acl-rules closed')).toMatch(
    /^no +no +deny +ipv4 +10\.240\.64\.0\/24 +0\.0\.0\.0\/0 +all +inbound *$/m,
  )
  const unknown = 'is network-acl-rule-add closed allow inbound --before-rule nothing'
  expect((await lab.cloud(unknown.split(' '))).stderr).toContain('Network ACL rule not found')
  await told(lab, 'is subnet-update shop-vpc-us-south-1 --acl closed')
  expect(await reach(a, b)).toBe(false)
  expect((await lab.run(a, ['nc', '-z', '-w', '1', '10.240.0.250', String(masterPort)])).code).toBe(0)
  expect((await lab.cloud(['is', 'network-acl-delete', 'closed'])).code).toBe(1)
  await told(lab, 'is network-acl-rule-delete closed no')
  expect(await reach(a, b)).toBe(true)
})

test('a custom route leads what its destination holds elsewhere, until it is deleted', async () => {
  const lab = await booted()
  const [a = '', b = ''] = lab.nodes
  const reach = async (): Promise<boolean> => (await lab.run(a, ['ping', '-c', '1', '-W', '1', b])).code === 0
  const table = 'shop-vpc shop-vpc-default'
  await told(
    lab,
    `is vpc-routing-table-route-create ${table} --name office --zone us-south-1 --action deliver --destination 10.240.64.0/25 --next-hop 10.240.128.253`,
  )
  expect(await told(lab, `is vpc-routing-table-routes ${table}`)).toMatch(
    /^office +office +deliver +10\.240\.64\.0\/25 +10\.240\.128\.253 +us-south-1 +stable *$/m,
  )
  expect(await reach()).toBe(false)
  await told(lab, `is vpc-routing-table-route-delete ${table} office`)
  expect(await reach()).toBe(true)
})

test('what the operator says of Calico is an issue of the cluster', async () => {
  const lab = await booted()
  expect(await told(lab, 'ks cluster health issues --cluster shop')).toBe('OK\nNo issues were found.\n')
  await lab.exec(lab.nodes[0] as string, 'systemctl stop kubelet')
  await lab.advance(90 * minutes)
  expect(await told(lab, 'ks cluster health issues -c shop')).toMatch(
    /^NHC001 +Network +Warning +Tigera operator has been reporting that Calico is in 'progressing' state for over an hour\. *$/m,
  )
})

/** By which ways workers reach their master, and what becomes of them when one fails. */
import { expect, onTestFinished, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Flavour } from '#lab/flavours/names.ts'
import { endpointGatewayName } from '#lab/ibm/endpoint-gateway.ts'
import { told } from '#lab/ibm/testing/told.ts'
import { endpointGroup, workersGroup } from '#lab/ibm/vpc-groups.ts'
import { Lab } from '#lab/lab.ts'

const minutes = 60_000

async function booted(kubernetes: string, flavour: Flavour = 'iks-vpc'): Promise<Lab> {
  const lab = await Lab.boot({ seed: 'ways', flavour, kubernetes, nodes: 3 })
  onTestFinished(() => lab.shutdown())
  return lab
}

const critical = async (lab: Lab): Promise<number> =>
  (await told(lab, 'ks worker ls -c shop')).match(/critical/g)?.length ?? 0

/** What a worker's proxy said. */
const proxyLog = async (lab: Lab, node: string): Promise<string> =>
  (await lab.exec(node, 'crictl logs $(crictl ps -q --name ibm-master-proxy-static)')).stderr

/** Nobody is let in at the endpoint gateway any more. */
async function closeEndpoint(lab: Lab, group: string): Promise<void> {
  const { length } = JSON.parse(await told(lab, `is sg-rules ${group} --output json`)) as readonly object[]
  for (let left = length; left > 0; left--) await told(lab, `is sg-ruled ${group} ${group}-inbound-1`)
}

test('before 1.30 the public gateway is the way to the master while the private one fails, and the only one', async () => {
  const lab = await booted('1.29.15')
  const [first = ''] = lab.nodes
  await closeEndpoint(lab, endpointGroup({ isSecureByDefault: false }))
  await lab.exec(first, 'systemctl restart kubelet') // what is open stays open
  await lab.advance(5 * minutes)
  expect(await critical(lab)).toBe(0)
  expect(await proxyLog(lab, first)).toMatch(
    /Server k8sbackend\/master0 is DOWN, reason: Layer4 timeout, check duration: 2000ms\. 0 active and \d backup servers left\. Running on backup\. \d+ sessions active, 0 requeued, 0 remaining in queue\./,
  )
  await told(lab, 'is subnet-public-gateway-detach shop-vpc-us-south-1 -f')
  await lab.advance(5 * minutes)
  expect(await critical(lab)).toBe(1)
  expect(await proxyLog(lab, first)).toContain(
    "[ALERT]    (1) : backend 'k8sbackend' has no server available!",
  )
  await told(
    lab,
    `ks security-group sync -c shop --security-group ${endpointGroup({ isSecureByDefault: false })}`,
  )
  await lab.untilWell(10 * minutes)
  expect(await proxyLog(lab, first)).toMatch(
    /Server k8sbackend\/master0 is UP, reason: Layer4 check passed, check duration: 0ms\. 1 active and \d backup servers online\. 0 sessions requeued, 0 total in queue\./,
  )
})

test('from 1.30 on there is no other way until the owner lets traffic out, which takes effect at once', async () => {
  const lab = await booted('1.31.9')
  const [first = ''] = lab.nodes
  expect(await proxyLog(lab, first)).toMatch(
    /Backup Server k8sbackend\/master3 is DOWN, reason: Layer4 timeout, .* 1 active and 2 backup servers left\. 0 sessions active/,
  )
  await told(lab, `is endpoint-gateway-delete ${endpointGatewayName} -f`)
  expect(await told(lab, 'is egs')).toContain('No endpoint gateways were found.')
  await lab.advance(5 * minutes)
  expect(await critical(lab)).toBe(3)
  await told(lab, 'ks vpc outbound-traffic-protection disable --cluster shop -f')
  await lab.advance(2 * minutes)
  expect(await critical(lab)).toBe(0)
  expect(await proxyLog(lab, first)).toMatch(
    /Backup Server k8sbackend\/master3 is UP, .* Running on backup\./,
  )
})

test('a rule for the master’s public address alone is way enough; a refresh of the master makes the endpoint gateway anew', async () => {
  const lab = await booted('1.31.9')
  await told(lab, `is endpoint-gateway-delete ${endpointGatewayName} -f`)
  await told(
    lab,
    `is sg-rulec ${workersGroup} outbound tcp --port-min 30526 --port-max 30526 --remote 203.0.113.17`,
  )
  await lab.advance(5 * minutes)
  expect(await critical(lab)).toBe(0)
  // Konnectivity knows the private way alone.
  const [pod] = await lab.kube.list<Pod>({
    type: resources.pods,
    namespace: 'kube-system',
    labelSelector: 'app=konnectivity-agent',
  })
  const path = `/api/v1/namespaces/kube-system/pods/${pod?.metadata.name}/log`
  expect((await lab.request({ method: 'GET', path })).status).not.toBe(200)
  await told(lab, 'ks cluster master refresh -c shop')
  await lab.advance(40 * minutes)
  expect(await told(lab, 'is egs')).toMatch(
    /^r006-\S+ +iks-\S+ +shop-vpc +10\.240\.0\.250, 10\.240\.64\.250, 10\.240\.128\.250 +ok +stable/m,
  )
  expect((await lab.request({ method: 'GET', path })).status).toBe(200)
  expect(await proxyLog(lab, lab.nodes[0] as string)).toMatch(/Server k8sbackend\/master0 is UP/)
})

test('a private endpoint of a classic cluster comes first, and is reached by nobody until the account has VRF', async () => {
  const lab = await booted('1.28.15', 'iks-classic')
  const [first = '', second = ''] = lab.nodes
  await told(lab, 'ks cluster master private-service-endpoint enable -c shop')
  await told(lab, `ks worker reload -w ${first} -c shop -f`)
  await lab.advance(40 * minutes)
  expect(await critical(lab)).toBe(0)
  expect(await proxyLog(lab, first)).toMatch(
    /Server k8sbackend\/master0 is DOWN, reason: Layer4 timeout, .* 0 active and 1 backup servers left\. Running on backup\./,
  )
  expect(await proxyLog(lab, second)).not.toContain('DOWN')
  await told(lab, 'account update --service-endpoint-enable true')
  expect(await told(lab, 'account show')).toMatch(/^Service Endpoint Enabled: +true$/m)
  await lab.advance(15 * minutes)
  expect(await proxyLog(lab, first)).toMatch(/Server k8sbackend\/master0 is UP, .* 1 active and 1 backup/)
  lab.addUnderlayRule({ name: 'cse', destination: '166.9.48.0/24', action: 'drop' })
  await lab.advance(5 * minutes)
  expect(await critical(lab)).toBe(0)
  expect((await proxyLog(lab, first)).trimEnd().split('\n').at(-1)).toContain('Running on backup.')
})

test('Konnectivity goes by the private endpoint from the next refresh of the master on: without VRF nothing comes back that way', async () => {
  const lab = await booted('1.28.15', 'iks-classic')
  const logs = async (): Promise<number> => {
    const path = `/api/v1/namespaces/kube-system/pods/ibm-master-proxy-static-${lab.nodes[0]}/log`
    return (await lab.request({ method: 'GET', path })).status
  }
  expect(await told(lab, 'ks cluster get -c shop')).toMatch(/^Private Service Endpoint URL: +-$/m)
  await told(lab, 'ks cluster master private-service-endpoint enable -c shop')
  await told(lab, 'ks cluster master refresh -c shop')
  await lab.advance(45 * minutes)
  const agents = await lab.kube.list<Pod>({
    type: resources.pods,
    namespace: 'kube-system',
    labelSelector: 'app=konnectivity-agent',
  })
  for (const { metadata } of agents)
    await lab.kube.delete({ type: resources.pods, namespace: 'kube-system', name: metadata.name })
  await lab.advance(5 * minutes)
  expect(await logs()).not.toBe(200)
  await told(lab, 'account update --service-endpoint-enable true')
  await lab.advance(20 * minutes)
  expect(await logs()).toBe(200)
  expect(await told(lab, 'ks cluster get -c shop')).toMatch(
    /^Private Service Endpoint URL: +https:\/\/166\.9\.48\.12:30526$/m,
  )
})

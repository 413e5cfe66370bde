/** By which ways workers reach their master, and what becomes of them when one fails. */
import { expect, onTestFinished, test } from 'vitest'
import { told } from '#lab/ibm/testing/told.ts'
import { vpcZones } from '#lab/ibm/vpc-zones.ts'
import { Lab } from '#lab/lab.ts'

const minutes = 60_000

async function booted(kubernetes: string): Promise<Lab> {
  const lab = await Lab.boot({ seed: 'ways', flavour: 'iks-vpc', kubernetes, nodes: 3 })
  onTestFinished(() => lab.shutdown())
  return lab
}

const critical = async (lab: Lab): Promise<number> =>
  (await told(lab, 'ks worker ls -c shop')).match(/critical/g)?.length ?? 0

/** What a worker's proxy said. */
const proxyLog = async (lab: Lab, node: string): Promise<string> =>
  (await lab.exec(node, 'crictl logs $(crictl ps -q --name ibm-master-proxy-static)')).stderr

/** Nothing comes to the endpoint gateway any more; or again. */
function cutPrivateWay(lab: Lab): void {
  for (const { name, endpoint } of vpcZones)
    lab.addUnderlayRule({ name, destination: `${endpoint}/32`, protocol: 'tcp', action: 'drop' })
}

function openPrivateWay(lab: Lab): void {
  for (const { name } of vpcZones) lab.removeUnderlayRule(name)
}

test('before 1.30 the public gateway is the way to the master while the private one fails, and the only one', async () => {
  const lab = await booted('1.29.15')
  const [first = ''] = lab.nodes
  cutPrivateWay(lab)
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
  openPrivateWay(lab)
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
  cutPrivateWay(lab)
  await lab.advance(5 * minutes)
  expect(await critical(lab)).toBe(3)
  await told(lab, 'ks vpc outbound-traffic-protection disable --cluster shop -f')
  await lab.advance(2 * minutes)
  expect(await critical(lab)).toBe(0)
  expect(await proxyLog(lab, first)).toMatch(
    /Backup Server k8sbackend\/master3 is UP, .* Running on backup\./,
  )
})

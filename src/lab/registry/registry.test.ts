import { describe, expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { KubeEvent, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Lab } from '#lab/lab.ts'

const node = 'k8s-worker-01'
const image = 'docker.io/calico/node:v3.29.3'

/** A lab whose worker lost calico-node's image and pod: what takes its place has to pull. */
async function pulling(break_: (lab: Lab) => Promise<unknown>): Promise<Lab> {
  const lab = await Lab.boot({ seed: 'pull', nodes: 2 })
  await break_(lab)
  await lab.exec(node, `crictl rmi ${image}`)
  const old = await calico(lab)
  await directKube(lab.api).delete({
    type: resources.pods,
    namespace: 'kube-system',
    name: old.metadata.name,
  })
  await lab.advance(120_000)
  return lab
}

async function calico(lab: Lab): Promise<Pod> {
  const { items } = await directKube(lab.api).list<Pod>({ type: resources.pods, namespace: 'kube-system' })
  return items.find(
    ({ metadata, spec }) => metadata.labels?.['k8s-app'] === 'calico-node' && spec.nodeName === node,
  ) as Pod // every node has one
}

async function said(lab: Lab, reason: string): Promise<string | undefined> {
  const pod = await calico(lab)
  const { items } = await directKube(lab.api).list<KubeEvent>({
    type: resources.events,
    namespace: 'kube-system',
  })
  return items.find(
    (each) =>
      each.involvedObject.name === pod.metadata.name &&
      each.reason === reason &&
      !each.message.startsWith('Error:'),
  )?.message
}

const failed = (why: string): string =>
  `Failed to pull image "${image}": rpc error: code = ${why.endsWith('443: i/o timeout') ? 'DeadlineExceeded' : 'Unknown'} desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${why}`
const url = 'https://registry-1.docker.io/v2/calico/node/manifests/v3.29.3'

describe('an image that is not on the node', () => {
  test('is pulled over the network', async () => {
    const lab = await pulling(async () => {})
    const pulled = (
      await directKube(lab.api).list<KubeEvent>({ type: resources.events, namespace: 'kube-system' })
    ).items
      .map(({ message }) => message)
      .find((message) => message.startsWith('Successfully pulled'))
    expect(pulled).toMatch(
      /^Successfully pulled image "docker\.io\/calico\/node:v3\.29\.3" in 4\.\d+s \(4\.\d+s including waiting\)\. Image size: 142829584 bytes\.$/,
    )
    expect((await calico(lab)).status.phase).toBe('Running')
  })

  test.each<readonly [string, (lab: Lab) => Promise<unknown>, string]>([
    [
      'the way to the registry is closed',
      (lab) =>
        lab.addUnderlayRule({
          name: 'no-registry',
          destination: '10.0.0.2/32',
          protocol: 'tcp',
          port: 443,
          action: 'drop',
        }),
      `failed to do request: Head "${url}": dial tcp 10.0.0.2:443: i/o timeout`,
    ],
    [
      'the registry is down',
      (lab) => lab.exec('registry', 'systemctl stop registry && sleep 1'),
      `failed to do request: Head "${url}": dial tcp: lookup registry-1.docker.io on 10.0.0.2:53: dial udp 10.0.0.2:53: connect: connection refused`,
    ],
    [
      'the name server is another one that nobody answers for',
      (lab) => lab.exec(node, `echo 'nameserver 192.0.2.53' > /etc/resolv.conf`),
      `failed to do request: Head "${url}": dial tcp: lookup registry-1.docker.io on 192.0.2.53:53: i/o timeout`,
    ],
    [
      'the registry wants to know who pulls',
      (lab) =>
        lab.exec(
          'registry',
          `echo '{"rules":[{"prefix":"docker.io/calico/","answer":"login","user":"a","password":"b"}]}' > /etc/registry/policy.json`,
        ),
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    ],
  ])('is not pulled when %s', async (_, break_, why) => {
    const lab = await pulling(break_)
    expect(await said(lab, 'Failed')).toBe(failed(why))
    const pod = await calico(lab)
    expect(pod.status.initContainerStatuses?.length ?? 0).toBeGreaterThan(0)
    expect(pod.status.phase).not.toBe('Running')
  })

  test('that the registry does not give out any more today is told as rate limited', async () => {
    const lab = await pulling((each) =>
      each.exec(
        'registry',
        `echo '{"rules":[{"prefix":"docker.io/","answer":"rate-limited"}]}' > /etc/registry/policy.json`,
      ),
    )
    expect(await said(lab, 'Failed')).toContain(
      '429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
    )
  })
})

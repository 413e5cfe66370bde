import { expect, onTestFinished, test } from 'vitest'
import type { KubeObject, Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { endpointGatewayName } from '#lab/ibm/endpoint-gateway.ts'
import { Lab } from '#lab/lab.ts'

const minutes = 60_000

test('an OpenShift cluster is known by its API, and its HostEndpoints are made by ibm-keepalived-watcher', async () => {
  const lab = await Lab.boot({ seed: 'roks', flavour: 'roks', nodes: 3 })
  onTestFinished(() => lab.shutdown())
  const [node] = await lab.kube.list<Node>({ type: resources.nodes })
  expect(node?.metadata.labels).toMatchObject({
    'node-role.kubernetes.io/master': '',
    'node-role.kubernetes.io/worker': '',
    'ibm-cloud.kubernetes.io/worker-version': '4.14.38_1590_openshift',
  })
  expect(node?.status.nodeInfo).toMatchObject({
    containerRuntimeVersion: 'cri-o://1.27.1',
    kubeletVersion: 'v1.27.16+03a907c',
    osImage: 'Red Hat Enterprise Linux 8.10 (Ootpa)',
  })
  const network = await lab.kube.get<KubeObject & { readonly spec: object }>({
    type: { group: 'config.openshift.io', version: 'v1', resource: 'networks' },
    name: 'cluster',
  })
  expect(network.spec).toMatchObject({ networkType: 'Calico' })

  // Gone, they come back with the next pod of the watcher, whose init container makes them.
  const endpoints = () => lab.kube.list({ type: resources.hostEndpoints })
  const before = (await endpoints()).map(({ metadata }) => metadata.name)
  expect(before).toHaveLength(3)
  for (const name of before) await lab.kube.delete({ type: resources.hostEndpoints, name })
  await lab.advance(2 * minutes)
  expect(await endpoints()).toEqual([])
  const watchers = await lab.kube.list<Pod>({
    type: resources.pods,
    namespace: 'kube-system',
    labelSelector: 'app=ibm-keepalived-watcher',
  })
  for (const { metadata } of watchers)
    await lab.kube.delete({ type: resources.pods, namespace: 'kube-system', name: metadata.name })
  await lab.advance(2 * minutes)
  expect((await endpoints()).map(({ metadata }) => metadata.name)).toEqual(before)

  const { stdout } = await lab.cloud(['oc', 'cluster', 'get', '-c', 'shop', '--output', 'json'])
  expect(JSON.parse(stdout)).toMatchObject({ type: 'openshift', masterKubeVersion: '4.14.38_1590_openshift' })
})

test('a later release is of its own era: CoreOS, no masters, nobody’s init container, and no way out', async () => {
  const lab = await Lab.boot({ seed: 'later', flavour: 'roks', nodes: 3, kubernetes: '1.31.9' })
  onTestFinished(() => lab.shutdown())
  const [node] = await lab.kube.list<Node>({ type: resources.nodes })
  expect(node?.metadata.labels).toMatchObject({
    'ibm-cloud.kubernetes.io/os': 'RHCOS',
    'ibm-cloud.kubernetes.io/worker-version': '4.18.30_1573_openshift',
  })
  expect(node?.metadata.labels).not.toHaveProperty('node-role.kubernetes.io/master')
  expect(node?.status.nodeInfo).toMatchObject({
    containerRuntimeVersion: 'cri-o://1.31.9-2.rhaos4.18.git0ba90a5.el9',
    kubeletVersion: 'v1.31.9',
    osImage: 'Red Hat Enterprise Linux CoreOS 418.94.202506121335-0',
  })
  const watchers = await lab.kube.list<Pod>({
    type: resources.pods,
    namespace: 'kube-system',
    labelSelector: 'app=ibm-keepalived-watcher',
  })
  expect(watchers.flatMap(({ spec }) => spec.initContainers ?? [])).toEqual([])
  expect(await lab.kube.list({ type: resources.hostEndpoints })).toHaveLength(3)

  const { stdout } = await lab.cloud(['oc', 'cluster', 'get', '-c', 'shop'])
  expect(stdout).toMatch(/^Outbound Traffic Protection: +enabled$/m)
  const update = ['ks', 'cluster', 'master', 'update', '--cluster', 'shop', '--version', '4.19']
  expect((await lab.cloud(update)).stderr).toContain('The lab does not update OpenShift')
  // Where nothing goes out, the endpoint gateway is the only way to the master.
  await lab.cloud(['is', 'endpoint-gateway-delete', endpointGatewayName, '-f'])
  await lab.advance(5 * minutes)
  const states = (await lab.kube.list<Node>({ type: resources.nodes })).map(
    ({ status }) => status.conditions?.find(({ type }) => type === 'Ready')?.status,
  )
  expect(states).toEqual(['Unknown', 'Unknown', 'Unknown'])
})

test('SELinux keeps a pod off the host’s files, not from its volumes, unless it is of type spc_t', async () => {
  const lab = await Lab.boot({ seed: 'selinux', flavour: 'roks', nodes: 1 })
  onTestFinished(() => lab.shutdown())
  const [node = ''] = lab.nodes
  const run = async (script: string): Promise<string> => {
    const { stdout, stderr } = await lab.run(node, ['sh', '-c', script])
    return `${stdout}${stderr}`
  }
  const write = async (name: string, securityContext: object): Promise<string> => {
    await lab.kube.create(resources.pods, podWithHostPath(name, securityContext))
    await lab.advance(minutes)
    return run(
      `crictl exec $(crictl ps -q --name '^${name}$') sh -c 'echo x > /empty/${name}; echo x > /host/${name}'`,
    )
  }
  expect(await write('plain', {})).toMatch(/\/host\/plain: Permission denied/)
  expect(await write('free', { seLinuxOptions: { type: 'spc_t' } })).toBe('')
  expect(await write('privileged', { privileged: true })).toBe('')
  expect(await run('ls /etc/cni')).toBe('free\nnet.d\nprivileged\n')
  expect((await run('journalctl -k')).match(/avc: .*/g)).toEqual([
    expect.stringMatching(
      /name="cni" .*:container_t:s0:c\d+,c\d+ tcontext=system_u:object_r:etc_t:s0 tclass=dir permissive=0$/,
    ),
  ])
})

const podWithHostPath = (name: string, securityContext: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    containers: [
      {
        name,
        image: 'docker.io/shop/db:1.4.0',
        securityContext,
        volumeMounts: [
          { name: 'host', mountPath: '/host' },
          { name: 'empty', mountPath: '/empty' },
        ],
      },
    ],
    volumes: [
      { name: 'host', hostPath: { path: '/etc/cni' } },
      { name: 'empty', emptyDir: {} },
    ],
  },
})

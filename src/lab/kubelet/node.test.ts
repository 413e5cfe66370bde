import { describe, expect, test } from 'vitest'
import type { Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, cniConfig, control, createPod, onMachine } from '#lab/kubelet/test-bed.ts'

const worker = 'k8s-worker-01'

const nodeOf = (b: Bed, name = worker): Promise<Node> => b.kube.get<Node>({ type: resources.nodes, name })
const ready = async (b: Bed, name = worker): Promise<string> => {
  const { status } = await nodeOf(b, name)
  const { status: is, reason, message } = status.conditions?.find(({ type }) => type === 'Ready') ?? {}
  return `${is} ${reason} ${message}`
}
const isReady = (pod: Pod): boolean =>
  pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false

describe('a node', () => {
  test('registers with its conditions in order, its labels and its addresses', async () => {
    const b = await bed()
    await b.advance(20_000)
    const node = await nodeOf(b, control)
    expect(node.status.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
      'MemoryPressure False KubeletHasSufficientMemory',
      'DiskPressure False KubeletHasNoDiskPressure',
      'PIDPressure False KubeletHasSufficientPID',
      'Ready True KubeletReady',
    ])
    expect(node.metadata.labels?.['kubernetes.io/hostname']).toBe(control)
    expect(node.status.addresses).toEqual([
      { type: 'InternalIP', address: '10.0.0.11' },
      { type: 'Hostname', address: control },
    ])
    expect(node.status.nodeInfo).toMatchObject({
      kubeletVersion: 'v1.31.9',
      containerRuntimeVersion: 'containerd://1.7.27',
      osImage: 'Ubuntu 22.04.5 LTS',
      kernelVersion: '5.15.0-136-generic',
      systemUUID: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    })
    expect((await b.events(control)).slice(0, 5)).toEqual([
      'Starting: Starting kubelet.',
      'InvalidDiskCapacity: invalid capacity 0 on image filesystem',
      `NodeHasSufficientMemory: Node ${control} status is now: NodeHasSufficientMemory`,
      `NodeHasNoDiskPressure: Node ${control} status is now: NodeHasNoDiskPressure`,
      `NodeHasSufficientPID: Node ${control} status is now: NodeHasSufficientPID`,
    ])
  })

  test('posts at once what differs, else every five minutes; its lease every ten seconds', async () => {
    const b = await bed({ workers: 1 })
    await b.advance(60_000)
    const before = await nodeOf(b)
    const lease = () => b.kube.get({ type: resources.leases, namespace: 'kube-node-lease', name: worker })
    const renewed = (await lease()).metadata.resourceVersion
    await b.advance(100_000)
    expect((await nodeOf(b)).metadata.resourceVersion).toBe(before.metadata.resourceVersion)
    expect((await lease()).metadata.resourceVersion).not.toBe(renewed)
    await b.advance(200_000)
    expect((await nodeOf(b)).metadata.resourceVersion).not.toBe(before.metadata.resourceVersion)
  })

  test('is not ready without a CNI configuration; pods without host network wait and say why', async () => {
    const b = await bed({ cni: false })
    await b.advance(15_000)
    const trouble =
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'
    expect(await ready(b, control)).toBe(`False KubeletNotReady ${trouble}`)
    await createPod(b, 'web')
    await createPod(b, 'host', { spec: { hostNetwork: true } })
    await b.advance(5000)
    expect(isReady(await b.pod('host'))).toBe(true)
    expect(isReady(await b.pod('web'))).toBe(false)
    expect(await b.events('web')).toEqual([`NetworkNotReady: network is not ready: ${trouble}`])
    const { path, text } = cniConfig(0)
    await b.machine(control).files.write(path, text)
    await b.until(async () => isReady(await b.pod('web')), 15_000)
    expect(await ready(b, control)).toBe('True KubeletReady kubelet is posting ready status')
    expect(await b.events(control)).toContain(`NodeReady: Node ${control} status is now: NodeReady`)
  })

  test('is not ready when its runtime is down, while containers go on', async () => {
    const b = await bed()
    await b.advance(15_000)
    await b.machine(control).files.rename('/usr/bin/containerd', '/usr/bin/containerd.off')
    const victim = b
      .machine(control)
      .processes()
      .find(({ argv }) => argv[0] === '/usr/bin/containerd')
    await b.kill(control, victim?.pid ?? 0)
    await b.advance(45_000)
    expect(await ready(b, control)).toBe('False KubeletNotReady container runtime is down')
  })
})

describe('a kubelet that restarts', () => {
  test('leaves its containers alone', async () => {
    const b = await bed({ workers: 1 })
    await b.advance(15_000)
    await createPod(b, 'web', { node: worker })
    await b.advance(5000)
    const before = (await b.pod('web')).status.containerStatuses?.[0]
    const kubelet = b
      .machine(worker)
      .processes()
      .find(({ argv }) => argv[0] === '/usr/bin/kubelet')
    await b.kill(worker, kubelet?.pid ?? 0)
    await b.advance(20_000)
    const after = (await b.pod('web')).status.containerStatuses?.[0]
    expect(after?.containerID).toBe(before?.containerID)
    expect(after?.restartCount).toBe(0)
    expect((await b.events(worker)).filter((text) => text === 'Starting: Starting kubelet.')).toHaveLength(2)
  })

  test('ends pods that were deleted while it was away', async () => {
    const b = await bed({ workers: 1 })
    await b.advance(15_000)
    await createPod(b, 'web', { node: worker })
    await b.advance(5000)
    await b.machine(worker).files.rename('/usr/bin/kubelet', '/usr/bin/kubelet.off')
    const kubelet = b
      .machine(worker)
      .processes()
      .find(({ argv }) => argv[0] === '/usr/bin/kubelet')
    await b.kill(worker, kubelet?.pid ?? 0)
    await b.kube.delete(
      { type: resources.pods, namespace: 'default', name: 'web' },
      { gracePeriodSeconds: 0 },
    )
    await b.advance(5000)
    expect(await onMachine(b, worker, ['/usr/bin/crictl', 'ps'])).toContain('web')
    const json = JSON.parse(await onMachine(b, worker, ['/usr/bin/crictl', 'ps', '-o', 'json'])) as unknown
    expect(json).toMatchObject({ containers: [{ metadata: { attempt: 0 }, state: 'CONTAINER_RUNNING' }] })
    await b.machine(worker).files.rename('/usr/bin/kubelet.off', '/usr/bin/kubelet')
    await b.advance(20_000)
    expect(await onMachine(b, worker, ['/usr/bin/crictl', 'ps'])).not.toContain('web')
    expect(await onMachine(b, worker, ['/usr/bin/crictl', 'pods'])).not.toContain('web')
  })
})

describe('a reboot', () => {
  test('keeps the pod, changes its sandbox, counts a restart with exit 255 Unknown, and tells the node was rebooted', async () => {
    const b = await bed({ workers: 1 })
    await b.advance(15_000)
    const before = await createPod(b, 'web', { node: worker })
    await createPod(b, 'host', { node: worker, spec: { hostNetwork: true } })
    await b.advance(5000)
    void b.machine(worker).halt('shutdown')
    await b.advance(3000)
    b.machine(worker).boot({ kernelMs: 10_000, userspaceMs: 0 })
    await b.advance(25_000)
    for (const name of ['web', 'host']) {
      const pod = await b.pod(name)
      expect(isReady(pod)).toBe(true)
      expect(pod.status.containerStatuses?.[0]).toMatchObject({
        restartCount: 1,
        lastState: { terminated: { exitCode: 255, reason: 'Unknown' } },
      })
      expect(await b.events(name)).toContain(
        'SandboxChanged: Pod sandbox changed, it will be killed and re-created.',
      )
    }
    expect((await b.pod('web')).metadata.uid).toBe(before.metadata.uid)
    expect(await b.events(worker)).toContain(
      `Rebooted: Node ${worker} has been rebooted, boot id: ${b.machine(worker).bootId}`,
    )
  })
})

describe('a node whose way to the API is cut', () => {
  test('is Unknown after 40 to 60 s, its pods not ready; afterwards all is as before, and nothing was restarted', async () => {
    const b = await bed({ workers: 1, programs: controllerPrograms })
    await b.advance(15_000)
    await createPod(b, 'web', { node: worker })
    await b.advance(10_000)
    const rule = { source: '10.0.0.21/32', destination: '10.0.0.11/32', protocol: 'tcp', port: 6443 } as const
    b.network.underlay.addRule({ name: 'cut', ...rule, action: 'drop' })
    const cutMs = b.kernel.nowMs
    await b.until(async () => (await ready(b)).startsWith('Unknown'), 90_000)
    expect(b.kernel.nowMs - cutMs).toBeGreaterThan(30_000)
    expect(b.kernel.nowMs - cutMs).toBeLessThan(60_000)
    expect(await ready(b)).toBe('Unknown NodeStatusUnknown Kubelet stopped posting node status.')
    await b.until(async () => !isReady(await b.pod('web')), 10_000)
    b.network.underlay.removeRule('cut')
    await b.until(async () => (await ready(b)).startsWith('True'), 60_000)
    await b.until(async () => isReady(await b.pod('web')), 30_000)
    expect((await b.pod('web')).status.containerStatuses?.[0]?.restartCount).toBe(0)
  })
})

describe('static pods', () => {
  test('run before there is an API, are mirrored, and come back as mirrors when deleted there', async () => {
    const b = await bed()
    await b.advance(20_000)
    const name = `kube-scheduler-${control}`
    const mirror = await b.pod(name, 'kube-system')
    expect(mirror.status.phase).toBe('Running')
    const hash = mirror.metadata.annotations?.['kubernetes.io/config.hash']
    expect(mirror.metadata.annotations).toMatchObject({
      'kubernetes.io/config.mirror': hash,
      'kubernetes.io/config.seen': expect.stringMatching(/^2026-01-07T06:\d\d:\d\d\.\d{9}Z$/),
      'kubernetes.io/config.source': 'file',
    })
    const id = mirror.status.containerStatuses?.[0]?.containerID
    await b.kube.delete({ type: resources.pods, namespace: 'kube-system', name })
    await b.advance(40_000)
    const again = await b.pod(name, 'kube-system')
    expect(again.metadata.uid).not.toBe(mirror.metadata.uid)
    expect(again.status.containerStatuses?.[0]?.containerID).toBe(id)
  })

  test('follow their manifest', async () => {
    const b = await bed()
    await b.advance(20_000)
    const files = b.machine(control).files
    const path = '/etc/kubernetes/manifests/kube-scheduler.yaml'
    const text = await files.read(path)
    await files.remove(path)
    await b.advance(60_000)
    await expect(b.pod(`kube-scheduler-${control}`, 'kube-system')).rejects.toThrow('not found')
    await files.write(path, `${text}# edited\n`)
    await b.advance(40_000)
    expect((await b.pod(`kube-scheduler-${control}`, 'kube-system')).status.phase).toBe('Running')
  })
})

test('the same seed gives the same events, whatever the number of awaits', async () => {
  const run = async (hops: number): Promise<string> => {
    const log: string[] = []
    const b = await bed({ workers: 1, hops, onEvent: (timeMs, name) => log.push(`${timeMs} ${name}`) })
    await createPod(b, 'web', {
      node: worker,
      container: { livenessProbe: { exec: { command: ['/bin/say', 'x', '1'] } } },
    })
    await b.advance(120_000)
    return log.join('\n')
  }
  const [plain, hopping] = [await run(0), await run(3)]
  expect(plain.length).toBeGreaterThan(10_000)
  expect(hopping === plain).toBe(true)
})

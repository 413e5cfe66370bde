import { describe, expect, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { bed, control, createPod, testImage } from '#lab/kubelet/test-bed.ts'

const stateOf = (pod: Pod) => pod.status.containerStatuses?.[0]
const isReady = (pod: Pod): boolean =>
  pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false

describe('a pod', () => {
  test('gets its address from the CNI plugin, runs, is ready, in few words', async () => {
    const b = await bed()
    await b.advance(10_000)
    const created = await createPod(b, 'web', {
      container: { args: ['serve', '8080'], readinessProbe: { httpGet: { port: 8080 } } },
    })
    await b.until(async () => isReady(await b.pod('web')), 5000)
    const pod = await b.pod('web')
    expect(pod.status).toMatchObject({ phase: 'Running', podIP: '10.244.0.2', hostIP: '10.0.0.11' })
    expect(stateOf(pod)?.containerID).toMatch(/^containerd:\/\/[0-9a-f]{64}$/)
    expect(await b.events('web')).toEqual([
      'Pulled: Container image "docker.io/library/test:1" already present on machine',
      'Created: Created container: main',
      'Started: Started container main',
    ])
    const writes = Number(pod.metadata.resourceVersion) - Number(created.metadata.resourceVersion)
    expect(writes).toBeLessThanOrEqual(8) // three statuses, three events, and a heartbeat of the node
  })

  test('ends when its own time is up, with its grace and without a word of disruption', async () => {
    const b = await bed()
    await b.advance(10_000)
    await createPod(b, 'web', {
      container: { args: ['serve', '8080'] },
      spec: { activeDeadlineSeconds: 20, restartPolicy: 'OnFailure' },
    })
    await b.advance(19_000)
    expect((await b.pod('web')).status.phase).toBe('Running')
    await b.advance(60_000)
    const { status } = await b.pod('web')
    const message = 'Pod was active on the node longer than the specified deadline'
    expect(status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded', message })
    expect(status.conditions?.map(({ type }) => type)).not.toContain('DisruptionTarget')
    expect(await b.events('web')).toContain(`DeadlineExceeded: ${message}`)
  })

  test('runs its init containers in order, each once', async () => {
    const b = await bed()
    await b.advance(10_000)
    const init = (name: string) => ({ name, image: testImage.name, args: ['exit', '0'] })
    await createPod(b, 'web', { spec: { initContainers: [init('a'), init('b')] } })
    await b.advance(400)
    expect((await b.pod('web')).status).toMatchObject({
      phase: 'Pending',
      containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
    })
    await b.until(async () => isReady(await b.pod('web')), 10_000)
    const { status } = await b.pod('web')
    expect(
      status.initContainerStatuses?.map(({ name, state }) => `${name} ${state.terminated?.reason}`),
    ).toEqual(['a Completed', 'b Completed'])
    const started = (await b.events('web')).filter((text) => text.startsWith('Started'))
    expect(started).toEqual([
      'Started: Started container a',
      'Started: Started container b',
      'Started: Started container main',
    ])
  })

  test('is ready only when others have opened its gates', async () => {
    const b = await bed()
    await b.advance(10_000)
    const conditionType = 'example.com/routed'
    await createPod(b, 'gated', {
      container: { args: ['serve', '8080'] },
      spec: { readinessGates: [{ conditionType }] },
    })
    await b.advance(5_000)
    const ready = async () => (await b.pod('gated')).status.conditions?.find(({ type }) => type === 'Ready')
    expect(await ready()).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "example.com/routed" does not exist.',
    })
    const patched = {
      type: 'strategic',
      body: { status: { conditions: [{ type: conditionType, status: 'True' }] } },
    } as const
    const ref = { type: resources.pods, namespace: 'default', name: 'gated' }
    await b.kube.patch(ref, patched, { subresource: 'status' })
    await b.advance(2_000)
    expect((await ready())?.status).toBe('True')
    expect((await b.pod('gated')).status.conditions?.map(({ type }) => type)).toContain(conditionType)
  })

  test('sees its environment, its service account and its resolv.conf', async () => {
    const b = await bed()
    await b.advance(10_000)
    await createPod(b, 'env', {
      container: {
        command: ['/bin/say', 'env'],
        env: [
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'URL', value: 'http://$(NODE):$(MISSING)/$$(NODE)' },
        ],
      },
      spec: { restartPolicy: 'Never' },
    })
    await createPod(b, 'cat', {
      container: { command: ['/bin/say', 'cat', '/etc/resolv.conf'] },
      spec: { restartPolicy: 'Never' },
    })
    await createPod(b, 'token', {
      container: { command: ['/bin/say', 'cat', '/var/run/secrets/kubernetes.io/serviceaccount/token'] },
      spec: { restartPolicy: 'Never' },
    })
    await b.advance(5000)
    expect((await b.pod('env')).status.phase).toBe('Succeeded')
    const env = await b.logs('env')
    expect(env).toContain(`NODE=${control}`)
    expect(env).toContain(`URL=http://${control}:$(MISSING)/$(NODE)`)
    expect(env).toContain('KUBERNETES_SERVICE_HOST=10.96.0.1')
    expect(await b.logs('cat')).toContain(
      'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10',
    )
    expect(await b.logs('token')).toMatch(/^cat\n[\w-]+\.[\w-]+\.[\w-]+\n?$/)
  })

  test('leaves nothing on its machine', async () => {
    const b = await bed()
    await b.advance(10_000)
    const { disk, running } = b.machine(control)
    const before = { spaces: running.spaces.size, files: disk.usedInodes }
    await createPod(b, 'web')
    await b.advance(5_000)
    expect(running.spaces.size).toBe(before.spaces + 1)
    const ref = { type: resources.pods, namespace: 'default', name: 'web' }
    await b.kube.delete(ref)
    await b.advance(60_000)
    await expect(b.kube.get(ref)).rejects.toMatchObject({ reason: 'NotFound' })
    expect({ spaces: running.spaces.size, files: disk.usedInodes }).toEqual(before)
  })

  test('is stopped with its grace, then gone', async () => {
    const b = await bed()
    await b.advance(10_000)
    await createPod(b, 'web')
    await b.advance(5000)
    await b.kube.delete({ type: resources.pods, namespace: 'default', name: 'web' })
    await b.advance(2000)
    await expect(b.pod('web')).rejects.toThrow('not found')
    expect((await b.events('web')).at(-1)).toBe('Killing: Stopping container main')
    expect(await b.machine(control).files.exists('/var/lib/kubelet/pods')).toBe(true)
    const left = await b.machine(control).files.list('/var/lib/kubelet/pods')
    expect(left.every(({ name }) => !/-/.test(name))).toBe(true) // static pods' uids have no dashes
  })
})

describe('what keeps a pod from running', () => {
  test('an unknown image', async () => {
    const b = await bed()
    await b.advance(10_000)
    await createPod(b, 'web', { container: { image: 'nope/nope:1' } })
    await b.until(async () => stateOf(await b.pod('web'))?.state.waiting?.reason === 'ErrImagePull', 20_000)
    await b.until(
      async () => stateOf(await b.pod('web'))?.state.waiting?.reason === 'ImagePullBackOff',
      60_000,
    )
    expect(stateOf(await b.pod('web'))?.state.waiting?.message).toBe('Back-off pulling image "nope/nope:1"')
    expect(await b.events('web')).toEqual(
      expect.arrayContaining([
        'Pulling: Pulling image "nope/nope:1"',
        'Failed: Failed to pull image "nope/nope:1": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/nope/nope:1": failed to resolve reference "docker.io/nope/nope:1": docker.io/nope/nope:1: not found',
        'Failed: Error: ErrImagePull',
        'BackOff: Back-off pulling image "nope/nope:1"',
        'Failed: Error: ImagePullBackOff',
      ]),
    )
  })

  test('a missing ConfigMap key', async () => {
    const b = await bed()
    await b.advance(10_000)
    const env = [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'kube-root-ca.crt', key: 'nope' } } }]
    await createPod(b, 'web', { container: { env } })
    await b.until(
      async () => stateOf(await b.pod('web'))?.state.waiting?.reason === 'CreateContainerConfigError',
      30_000,
    )
    expect((await b.events('web')).at(-1)).toBe(
      "Failed: Error: couldn't find key nope in ConfigMap default/kube-root-ca.crt",
    )
  })

  test.each([
    ['Directory', '/nope', 'hostPath type check failed: /nope is not a directory'],
    ['DirectoryOrCreate', '/etc/hosts', 'hostPath type check failed: /etc/hosts is not a directory'],
    ['FileOrCreate', '/etc', 'hostPath type check failed: /etc is not a file'],
  ])('a hostPath of type %s at %s', async (type, path, says) => {
    const b = await bed()
    await b.advance(10_000)
    await createPod(b, 'web', {
      container: { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      spec: { volumes: [{ name: 'v', hostPath: { path, type } }] },
    })
    await b.advance(200_000)
    expect(await b.events('web')).toEqual([
      `FailedMount: MountVolume.SetUp failed for volume "v" : ${says}`,
      'FailedMount: Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[]: context deadline exceeded',
    ])
    expect(stateOf(await b.pod('web'))?.state.waiting?.reason).toBe('ContainerCreating')
  })

  test('DirectoryOrCreate makes 0755 of root, and no type takes what is there', async () => {
    const b = await bed()
    await b.advance(10_000)
    await createPod(b, 'web', {
      container: { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      spec: { volumes: [{ name: 'v', hostPath: { path: '/run/calico', type: 'DirectoryOrCreate' } }] },
    })
    await b.advance(5000)
    const { mode, uid, gid, kind } = await b.machine(control).files.stat('/run/calico')
    expect({ mode, uid, gid, kind }).toEqual({ mode: 0o755, uid: 0, gid: 0, kind: 'directory' })
  })

  test('a CNI plugin that fails: ADD fails, DEL fails, the sandbox changes, and it heals', async () => {
    const b = await bed()
    await b.advance(10_000)
    const says = 'stat /var/lib/calico/nodename: no such file or directory'
    await b.machine(control).files.write('/run/test-cni-broken', says)
    await createPod(b, 'web')
    await b.advance(30_000)
    const [first, second] = await b.events('web')
    expect(first).toMatch(
      /^FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "[0-9a-f]{64}": plugin type="test-ipam" failed \(add\): stat \/var\/lib\/calico\/nodename: no such file or directory$/,
    )
    expect(second).toBe('SandboxChanged: Pod sandbox changed, it will be killed and re-created.')
    await b.machine(control).files.remove('/run/test-cni-broken')
    await b.until(async () => isReady(await b.pod('web')), 30_000)
  })

  test('a command that does not exist', async () => {
    const b = await bed()
    await b.advance(10_000)
    await createPod(b, 'web', { container: { command: ['/bin/nope'] } })
    await b.advance(3000)
    expect((await b.events('web'))[2]).toMatch(
      /^Failed: Error: failed to create containerd task: .*exec: "\/bin\/nope": stat \/bin\/nope: no such file or directory: unknown$/,
    )
    await b.advance(15_000)
    const status = stateOf(await b.pod('web'))
    expect(status?.lastState.terminated ?? status?.state.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
    })
  })
})

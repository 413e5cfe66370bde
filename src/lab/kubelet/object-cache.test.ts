/** What the kubelet knows of ConfigMaps while the API server does not hear it, and what it then says. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'

const pod = (name: string, node: string, spec: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  nodeName: ${node}
${spec}`

const byEnv = `
  containers:
    - name: main
      image: busybox
      imagePullPolicy: IfNotPresent
      command: [sleep, infinity]
      env: [{ name: COLOR, valueFrom: { configMapKeyRef: { name: config, key: color } } }]
`

const byVolume = `
  containers:
    - name: main
      image: busybox
      command: [sleep, infinity]
      volumeMounts: [{ name: v, mountPath: /config }]
  volumes: [{ name: v, configMap: { name: other } }]
`

describe('a ConfigMap that a pod names', () => {
  let lab: Lab
  let node: string
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'cache', nodes: 2 })
    node = lab.nodes[1] ?? ''
    await kubectl('create configmap config --from-literal=color=red')
    await kubectl('create configmap other --from-literal=color=blue')
    await kubectl('apply -f -', pod('env', node, byEnv))
    await kubectl('wait pod/env --for=condition=Ready')
  }, 60_000)
  afterAll(() => lab.shutdown())

  const kubectl = (line: string, stdin = '') => labKubectl(lab, line, { stdin })
  const onNode = async (script: string) => (await lab.run(node, ['sh', '-c', script])).stdout
  /** What the node says is not heard; what it is told arrives. */
  const mute = () => onNode('iptables -I OUTPUT -p tcp --dport 6443 -j DROP')
  const unmute = () => onNode('iptables -D OUTPUT -p tcp --dport 6443 -j DROP')
  const journal = () => onNode('journalctl -u kubelet --no-pager')
  const kill = () => onNode('pkill -9 -x sleep')
  const running = () => onNode('crictl ps --name main -q')

  test('is at hand when its container starts again while the API server is not', async () => {
    await mute()
    await kill()
    await lab.advance(30_000)
    expect(await running()).toMatch(/^[0-9a-f]{64}\n$/)
    await unmute()
    await kubectl('wait pod/env --for=condition=Ready')
  })

  test('is listed anew when nobody asked for it in five minutes, and until then its container does not start', async () => {
    await kubectl('delete pod env')
    await kubectl('apply -f -', pod('minute', node, byEnv))
    await kubectl('wait pod/minute --for=condition=Ready')
    await lab.advance(60_000 - (lab.nowMs % 60_000) - 500) // it is asked for at a full minute, when idle ones are looked for
    await kill()
    await lab.advance(420_000)
    await mute()
    await kill()
    await lab.advance(30_000)
    expect(await running()).toBe('')
    await unmute()
    await lab.advance(90_000)
    expect((await kubectl('get events --field-selector involvedObject.name=minute')).stdout).toContain(
      'Error: failed to sync configmap cache: timed out waiting for the condition',
    )
    expect(await running()).toMatch(/^[0-9a-f]{64}\n$/)
  })

  test('keeps a new pod waiting a second at a time, in its events and in the journal', async () => {
    await mute()
    await kubectl('apply -f -', pod('volume', node, byVolume))
    await lab.advance(35_000)
    await unmute()
    await kubectl('wait pod/volume --for=condition=Ready --timeout=300s')
    expect((await kubectl('get events --field-selector involvedObject.name=volume')).stdout).toContain(
      'MountVolume.SetUp failed for volume "v" : failed to sync configmap cache: timed out waiting for the condition',
    )
    expect(await journal()).toMatch(
      /W0107 \S+ +\d+ reflector\.go:561\] object-"default"\/"other": failed to list \*v1\.ConfigMap: Get "https:\S+\/api\/v1\/namespaces\/default\/configmaps\?fieldSelector=metadata\.name%3Dother&limit=500&resourceVersion=0": /,
    )
    expect(await journal()).toMatch(
      /E0107 \S+ +\d+ reflector\.go:158\] "Unhandled Error" err="object-\\"default\\"\/\\"other\\": Failed to watch \*v1\.ConfigMap: failed to list \*v1\.ConfigMap: Get .*" logger="UnhandledError"/,
    )
  })

  test('is not listed for who does not exist: the mount says so', async () => {
    await kubectl('apply -f -', pod('lost', node, byVolume.replace('name: other', 'name: nowhere')))
    await lab.advance(20_000)
    expect((await kubectl('get events --field-selector involvedObject.name=lost')).stdout).toContain(
      'MountVolume.SetUp failed for volume "v" : configmap "nowhere" not found',
    )
  })
})

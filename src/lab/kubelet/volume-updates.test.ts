/** What becomes of a ConfigMap's change in the volumes of pods that run. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'

const pod = `
apiVersion: v1
kind: Pod
metadata: { name: reader }
spec:
  containers:
    - name: main
      image: busybox
      command: [sleep, infinity]
      volumeMounts:
        - { name: config, mountPath: /config }
        - { name: config, mountPath: /single, subPath: color }
        - { name: fixed, mountPath: /fixed }
        - { name: maybe, mountPath: /maybe }
  volumes:
    - { name: config, configMap: { name: config } }
    - { name: fixed, configMap: { name: fixed } }
    - { name: maybe, configMap: { name: maybe, optional: true } }
`

describe('a ConfigMap that is mounted', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'volumes', nodes: 2 })
    await kubectl('create configmap config --from-literal=color=red --from-literal=size=small')
    await kubectl('create configmap fixed --from-literal=color=red')
    await kubectl('patch configmap fixed -p \'{"immutable":true}\'')
    await kubectl('apply -f -', pod)
    await kubectl('wait pod/reader --for=condition=Ready')
    await lab.advance(130_000)
  }, 60_000)
  afterAll(() => lab.shutdown())

  const kubectl = (line: string, stdin = '') => labKubectl(lab, line, { stdin })
  const inside = async (script: string) => (await kubectl(`exec reader -- sh -c '${script}'`)).stdout
  const settle = () => lab.advance(95_000)

  test('is a folder of its state, and links that lead through ..data', async () => {
    expect(await inside('readlink /config/color; readlink /config/..data; ls /config')).toMatch(
      /^\.\.data\/color\n\.\.2026_\d\d_\d\d_\d\d_\d\d_\d\d\.\d{10}\ncolor\nsize\n$/,
    )
  })

  test('is another one within a sync period and a half, and not at once; what is mounted by subPath stays', async () => {
    const patch = { data: { color: 'blue', size: null, shape: 'round' } }
    await kubectl(`patch configmap config -p '${JSON.stringify(patch)}'`)
    await lab.advance(500)
    expect(await inside('cat /config/color')).toBe('red')
    await settle()
    expect(await inside('cat /config/color; ls /config; cat /single')).toBe('bluecolor\nshape\nred')
    expect(await inside('ls -A /config')).toMatch(/^\.\.2026\S+\n\.\.data\ncolor\nshape\n$/)
  })

  test('is looked at again only when it has changed', async () => {
    const before = await inside('readlink /config/..data')
    await kubectl('label configmap config a=b')
    await settle()
    expect(await inside('readlink /config/..data')).toBe(before)
  })

  test('appears when it was optional and comes later', async () => {
    expect(await inside('ls /maybe')).toBe('')
    await kubectl('create configmap maybe --from-literal=a=1')
    await settle()
    expect(await inside('cat /maybe/a')).toBe('1')
  })

  test('stays what it was once it was immutable, even if another takes its name', async () => {
    await kubectl('delete configmap fixed')
    await kubectl('create configmap fixed --from-literal=color=green')
    await settle()
    expect(await inside('cat /fixed/color')).toBe('red')
  })

  test('is missed by the kubelet when it is deleted, and not by the pod', async () => {
    await kubectl('delete configmap config')
    await lab.advance(400_000)
    expect((await kubectl('get events --field-selector reason=FailedMount')).stdout).toContain(
      'MountVolume.SetUp failed for volume "config" : configmap "config" not found',
    )
    expect(await inside('cat /config/color')).toBe('blue')
    await kubectl('create configmap config --from-literal=color=white')
    await settle()
    expect(await inside('cat /config/color')).toBe('white')
  })

  test('is not seen while the kubelet does not reach the API server', async () => {
    const node = (await kubectl('get pod reader -o jsonpath={.spec.nodeName}')).stdout
    const rule = ['INPUT', '-p', 'tcp', '--sport', '6443', '-j', 'DROP']
    await lab.run(node, ['iptables', '-I', ...rule])
    await kubectl(`patch configmap config -p '{"data":{"color":"black"}}'`)
    await settle()
    const read = 'cat /var/lib/kubelet/pods/*/volumes/kubernetes.io~configmap/config/color'
    expect((await lab.run(node, ['sh', '-c', read])).stdout).toBe('white')
    await lab.run(node, ['iptables', '-D', ...rule])
    await lab.advance(200_000)
    expect((await lab.run(node, ['sh', '-c', read])).stdout).toBe('black')
  })
})

/** What has come to its end stays there, whatever becomes of its machine: pkg/kubelet/kubelet.go (generateAPIPodStatus), pkg/kubelet/status. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'

const pod = (node: string, name: string, code: number) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  nodeName: ${node}
  restartPolicy: Never
  containers:
    - { name: main, image: busybox, command: [sh, -c, "echo ran >> /seen/${name}; exit ${code}"], volumeMounts: [{ name: seen, mountPath: /seen }] }
  volumes: [{ name: seen, hostPath: { path: /var/seen, type: DirectoryOrCreate } }]
`

describe('a pod that has ended', () => {
  let lab: Lab
  let node: string
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'ended', nodes: 2 })
    node = lab.nodes[1] ?? ''
    await kubectl('apply -f -', pod(node, 'good', 0))
    await kubectl('apply -f -', pod(node, 'bad', 3))
    await lab.advance(20_000)
  }, 60_000)
  afterAll(() => lab.shutdown())

  const kubectl = (line: string, stdin = '') => labKubectl(lab, line, { stdin })
  const phases = async () =>
    (await kubectl('get pods -o custom-columns=N:.metadata.name,P:.status.phase')).stdout
  const seen = async () => (await lab.run(node, ['sh', '-c', 'cat /var/seen/good /var/seen/bad'])).stdout

  test('does not run again after a reboot, and says what it said', async () => {
    expect(await phases()).toMatch(/bad +Failed\ngood +Succeeded\n/)
    await lab.reboot(node)
    await lab.untilWell(600_000)
    await lab.advance(60_000)
    expect(await phases()).toMatch(/bad +Failed\ngood +Succeeded\n/)
    expect(await seen()).toBe('ran\nran\n')
  })

  test('goes at once when it is deleted after that', async () => {
    await kubectl('delete pod good bad')
    await lab.advance(2000)
    expect(await phases()).not.toContain('good')
    expect(await phases()).not.toContain('bad')
  })
})

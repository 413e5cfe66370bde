import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'

describe('kubectl debug', () => {
  let lab: Lab
  let pod = ''
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'debug', nodes: 3 })
    const { stdout } = await kubectl('get pods -n shop -o name')
    pod = /pod\/(frontend-\S+)/.exec(stdout)?.[1] ?? ''
  }, 60_000)
  afterAll(() => lab.shutdown())

  const kubectl = (line: string) => labKubectl(lab, line)

  test('adds a container to a pod, in its network, and shows what it says', async () => {
    const { stdout, stderr, code } = await kubectl(
      `debug -n shop -it ${pod} --image=busybox --target=frontend -- sh -c 'sleep 2; hostname; exit 3'`,
    )
    expect(stdout).toMatch(
      new RegExp(
        `^Targeting container "frontend"\\. If you don't .*\\nDefaulting debug container name to debugger-\\w{5}\\.\\n${pod}\\n$`,
      ),
    )
    expect(stderr).toBe("If you don't see a command prompt, try pressing enter.\n")
    expect(code).toBe(0)
  })

  test('with -i alone the attachment ends with what is typed, and what comes of it is in the log', async () => {
    const typed = `debug -n shop -i ${pod} --image=busybox -c open -- cat`
    expect(await labKubectl(lab, typed, { stdin: 'hello\n' })).toEqual({
      code: 0,
      stdout: '',
      stderr: "If you don't see a command prompt, try pressing enter.\n",
    })
    await lab.advance(1000)
    expect((await kubectl(`logs -n shop ${pod} -c open`)).stdout).toBe('hello\n')
  })

  test('leaves the container to whoever does not look', async () => {
    expect(await kubectl(`debug -n shop ${pod} --image=busybox -c look --profile=netadmin`)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
    const path = '{.spec.ephemeralContainers[?(@.name=="look")].securityContext}'
    expect((await kubectl(`get pod -n shop ${pod} -o jsonpath='${path}'`)).stdout).toBe(
      '{"capabilities":{"add":["NET_ADMIN","NET_RAW"]}}',
    )
  })

  test('sees a node’s container logs below /host', async () => {
    const { stdout } = await kubectl(
      `debug node/k8s-worker-01 -q -it --image=busybox -- chroot /host sh -c 'tail -n 1 /var/log/pods/kube-system_calico-node-*/calico-node/0.log'`,
    )
    expect(stdout).toMatch(/^2026-01-07T\S+Z stdout F \S/)
  })

  test.each([
    ['deploy/api -n shop --image=x', '"apps/v1, Kind=Deployment" not supported by debug'],
    ['nope --image=x', 'Error from server (NotFound): pods "nope" not found'],
    ['x --image=x --profile=foo', 'unknown profile: foo'],
  ])('%s', async (words, says) => {
    const { stderr, code } = await kubectl(`debug ${words}`)
    expect({ says: stderr, code }).toEqual({ says: expect.stringContaining(says), code: 1 })
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'

const pod = (name: string, more: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  containers:
    - name: main
      image: busybox
      command: [sleep, infinity]
      resources: { requests: { memory: 64Mi }, limits: { cpu: 150m } }
      ${more}
`

describe("a container's environment", () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'environment', nodes: 2 })
    await kubectl('create configmap config --from-literal=COLOR=red')
    await kubectl('create secret generic door --from-literal=KEY=abc')
  }, 60_000)
  afterAll(() => lab.shutdown())

  const kubectl = (line: string, stdin = '') => labKubectl(lab, line, { stdin })

  /** The variables of a pod, or why it does not run. */
  async function environmentOf(name: string, more: string): Promise<string> {
    await kubectl('apply -f -', pod(name, more))
    await lab.advance(10_000)
    const { stdout } = await kubectl(`exec ${name} -- env`)
    if (stdout !== '') return stdout
    const message = '{.status.containerStatuses[0].state.waiting.message}'
    return (await kubectl(`get pod ${name} -o jsonpath=${message}`)).stdout
  }

  test('has all keys of ConfigMaps and Secrets, with their prefixes', async () => {
    const from = 'envFrom: [{ configMapRef: { name: config } }, { prefix: DOOR_, secretRef: { name: door } }]'
    const env = await environmentOf('whole', from)
    expect(env).toContain('COLOR=red\n')
    expect(env).toContain('DOOR_KEY=abc\n')
  })

  test('waits for a Secret that is missing, unless it is optional', async () => {
    expect(await environmentOf('lacks', 'envFrom: [{ secretRef: { name: nope } }]')).toBe(
      'secret "nope" not found',
    )
    const optional = 'envFrom: [{ secretRef: { name: nope, optional: true } }]'
    expect(await environmentOf('may-lack', optional)).toContain('PATH=')
  })

  test.each([
    ['cpu', 'limits.cpu', '1', '1'],
    ['milli', 'limits.cpu', '1m', '150'],
    ['memory', 'requests.memory', '1Mi', '64'],
    ['allocatable', 'limits.memory', '1Ki', '8036912'],
    ['nothing', 'requests.ephemeral-storage', '1', '0'],
  ])('tells what it may use (%s)', async (name, resource, divisor, value) => {
    const ref = `{ resource: ${resource}, divisor: ${divisor} }`
    const env = await environmentOf(name, `env: [{ name: ROOM, valueFrom: { resourceFieldRef: ${ref} } }]`)
    expect(env).toContain(`ROOM=${value}\n`)
  })

  test("knows its user's home", async () => {
    expect(await environmentOf('root', '')).toContain('HOME=/root\n')
    expect(await environmentOf('nobody', 'securityContext: { runAsUser: 1000 }')).toContain('HOME=/\n')
    expect(await environmentOf('told', 'env: [{ name: HOME, value: /data }]')).toContain('HOME=/data\n')
  })
})

/** Containers that stay beside others, what containers say at their end, and hooks: on a small cluster, as kubectl shows it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await Lab.boot({ seed: 'sidecars', nodes: 2 })
}, 60_000)
afterAll(() => lab.shutdown())

const kubectl = (line: string, stdin = '') => labKubectl(lab, line, { stdin })

interface Wanted {
  readonly name: string
  readonly init?: readonly object[]
  readonly main: object
  readonly policy?: string
  readonly volumes?: readonly object[]
}

const apply = ({ name, init = [], main, policy = 'Always', volumes }: Wanted) => {
  const image = { image: 'busybox' }
  const spec = {
    restartPolicy: policy,
    terminationGracePeriodSeconds: 10,
    initContainers: init.map((each) => ({ ...image, ...each })),
    containers: [{ name: 'main', ...image, ...main }],
    volumes: volumes ?? [],
  }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }
  return kubectl('apply -f -', JSON.stringify(pod))
}

const row = async (name: string) =>
  (await kubectl(`get pod ${name} --no-headers`)).stdout.split(/\s+/).slice(0, 4).join(' ')
const field = async (name: string, path: string) =>
  (await kubectl(`get pod ${name} -o jsonpath={${path}}`)).stdout
const sh = (script: string) => ['sh', '-c', script]
const sidecar = (script: string, more: object = {}) => ({
  name: 'side',
  restartPolicy: 'Always',
  command: sh(script),
  ...more,
})
const forever = sh('sleep infinity')

describe('an init container that stays', () => {
  test('is there before those that come after it, and counts with the others', async () => {
    const mounts = { volumeMounts: [{ name: 'v', mountPath: '/v' }] }
    await apply({
      name: 'beside',
      init: [
        sidecar('echo up > /v/up; sleep infinity', mounts),
        { name: 'needs', command: sh('cat /v/up'), ...mounts },
      ],
      main: { command: forever },
      volumes: [{ name: 'v', emptyDir: {} }],
    })
    await lab.advance(15_000)
    expect(await row('beside')).toBe('beside 2/2 Running 0')
    expect((await kubectl('logs beside -c needs')).stdout).toBe('up\n')
  })

  test('is waited for until its startup probe succeeds', async () => {
    const startupProbe = { exec: { command: ['cat', '/tmp/up'] }, periodSeconds: 1, failureThreshold: 100 }
    await apply({
      name: 'slow',
      init: [sidecar('sleep 20; touch /tmp/up; sleep infinity', { startupProbe })],
      main: { command: forever },
    })
    await lab.advance(12_000)
    expect(await row('slow')).toBe('slow 0/2 Init:0/1 0')
    await lab.advance(20_000)
    expect(await row('slow')).toBe('slow 2/2 Running 0')
  })

  test('is restarted whenever it ends, even where nothing else is', async () => {
    await apply({
      name: 'again',
      init: [sidecar('sleep 5; exit 0')],
      main: { command: forever },
      policy: 'Never',
    })
    await lab.advance(9000)
    expect(await row('again')).toMatch(/^again 2\/2 Running [1-9]/)
  })

  test('does not keep a pod from being done, and is told before the pod is', async () => {
    await apply({
      name: 'work',
      init: [sidecar('trap "echo bye; sleep 3; exit 0" TERM; while true; do sleep 1; done')],
      main: { command: sh('sleep 5') },
      policy: 'Never',
    })
    await lab.advance(8500)
    expect(await field('work', '.status.phase')).toBe('Running')
    await lab.advance(8000)
    expect(await row('work')).toBe('work 0/2 Completed 0')
    expect((await kubectl('logs work -c side')).stdout).toBe('bye\n')
  })

  test('ends after the containers that it stands beside', async () => {
    const name = 'order'
    await apply({
      name,
      init: [sidecar('trap "exit 0" TERM; while true; do sleep 1; done')],
      main: { command: sh('trap "sleep 4; exit 0" TERM; while true; do sleep 1; done') },
    })
    await lab.advance(8000)
    await kubectl(`delete pod ${name} --wait=false`)
    await lab.advance(3000)
    expect(await field(name, '.status.initContainerStatuses[0].state')).toContain('running')
    await lab.advance(6000)
    expect((await kubectl(`get pod ${name}`)).stderr).toContain('not found')
  })
})

describe('last words', () => {
  test.each([
    [
      'are what is in the file',
      'file',
      {},
      'echo -n no database > /dev/termination-log; exit 3',
      'no database',
    ],
    [
      'may be elsewhere',
      'path',
      { terminationMessagePath: '/tmp/why' },
      'echo -n here > /tmp/why; exit 3',
      'here',
    ],
    ['are not the log', 'none', {}, 'echo to the log; exit 3', ''],
    [
      'are the end of the log, if that is wanted',
      'log',
      { terminationMessagePolicy: 'FallbackToLogsOnError' },
      'echo to the log; exit 3',
      'to the log\n',
    ],
    [
      'are not the log of what went well',
      'well',
      { terminationMessagePolicy: 'FallbackToLogsOnError' },
      'echo to the log',
      '',
    ],
    [
      'are the file’s for whoever is not root',
      'user',
      { securityContext: { runAsUser: 1000 } },
      'echo -n x > /dev/termination-log',
      'x',
    ],
  ])('%s', async (_, name, more, script, message) => {
    await apply({ name, main: { command: sh(script), ...more }, policy: 'Never' })
    await lab.advance(8000)
    expect(await field(name, '.status.containerStatuses[0].state.terminated.message')).toBe(message)
  })
})

describe('a postStart hook', () => {
  test('is done before the container counts as started', async () => {
    const lifecycle = { postStart: { exec: { command: sh('sleep 6; touch /tmp/done') } } }
    await apply({ name: 'hooked', main: { command: forever, lifecycle } })
    await lab.advance(5000)
    expect(await row('hooked')).toBe('hooked 0/1 ContainerCreating 0')
    await lab.advance(8000)
    expect((await kubectl('exec hooked -- ls /tmp/done')).stdout).toBe('/tmp/done\n')
    expect(await row('hooked')).toBe('hooked 1/1 Running 0')
  })

  test('that fails ends the container', async () => {
    const lifecycle = { postStart: { exec: { command: ['false'] } } }
    await apply({ name: 'refused', main: { command: forever, lifecycle } })
    await lab.advance(60_000)
    expect(await row('refused')).toMatch(/^refused 0\/1 (PostStartHookError|CrashLoopBackOff)/)
    const events = (await kubectl('events --for pod/refused')).stdout
    expect(events).toMatch(/Warning +FailedPostStartHook .* PostStartHook failed\n/)
    expect(events).toMatch(/Normal +Killing .* FailedPostStartHook\n/)
  })
})

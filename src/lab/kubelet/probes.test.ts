import { describe, expect, test } from 'vitest'
import type { Pod, Probe } from '#lab/api/objects.ts'
import { type Bed, bed, createPod } from '#lab/kubelet/test-bed.ts'

const status = (pod: Pod) => pod.status.containerStatuses?.[0]
const calicoLiveness: Probe = {
  exec: { command: ['/bin/say', 'not live', '1'] },
  initialDelaySeconds: 10,
  periodSeconds: 10,
  timeoutSeconds: 10,
  failureThreshold: 6,
}

/** `12 running` at each change of a container's state, in seconds since the pod was made. */
async function history(b: Bed, name: string, seconds: number): Promise<readonly [number, string][]> {
  const seen: [number, string][] = []
  const startMs = b.kernel.nowMs
  while (b.kernel.nowMs < startMs + seconds * 1000) {
    await b.advance(1000)
    const state = status(await b.pod(name))
    const text = `${state?.restartCount} ${state?.state.waiting?.reason ?? Object.keys(state?.state ?? {})[0]}`
    if (text !== seen.at(-1)?.[1]) seen.push([Math.round((b.kernel.nowMs - startMs) / 1000), text])
  }
  return seen
}

describe('a liveness probe that fails', () => {
  test('kills after ten seconds and six failures; the kubelet restarts at once until its back-off is longer than a life', async () => {
    const b = await bed()
    await b.advance(10_000)
    await createPod(b, 'live', {
      container: { livenessProbe: calicoLiveness },
      spec: { terminationGracePeriodSeconds: 0 },
    })
    const seen = await history(b, 'live', 1200)
    const lives = seen.flatMap(([at, text], i) => {
      const next = seen[i + 1]
      return text.endsWith('running') && next !== undefined ? [next[0] - at] : []
    })
    expect(lives.length).toBeGreaterThan(7)
    for (const life of lives) {
      expect(life).toBeGreaterThanOrEqual(59)
      expect(life).toBeLessThanOrEqual(72)
    }
    const words = seen.map(([, text]) => text.replace(/^\d+ /, ''))
    expect(words.slice(0, 7)).toEqual(['ContainerCreating', ...Array(6).fill('running')])
    expect(words.filter((word) => word === 'CrashLoopBackOff').length).toBeGreaterThanOrEqual(3)
    const pod = await b.pod('live')
    expect(status(pod)?.lastState.terminated?.exitCode ?? 0).toBe(0) // it handled SIGTERM
    expect(pod.status.phase).toBe('Running')
  })

  test('says so in the kubelet’s words', async () => {
    const b = await bed()
    await b.advance(10_000)
    const once = { ...calicoLiveness, initialDelaySeconds: 50, failureThreshold: 1 }
    const pod = await createPod(b, 'live', { container: { livenessProbe: once } })
    const message = async () => status(await b.pod('live'))?.state.waiting?.message ?? ''
    await b.until(async () => (await message()).startsWith('back-off'), 450_000)
    expect(b.kernel.nowMs).toBeGreaterThan(Date.parse('2026-01-07T06:05:00Z'))
    const texts = await b.events('live')
    expect(texts).toContain('Unhealthy: Liveness probe failed: not live\n')
    expect(texts).toContain('Killing: Container main failed liveness probe, will be restarted')
    expect(texts).toContain(
      `BackOff: Back-off restarting failed container main in pod live_default(${pod.metadata.uid})`,
    )
    expect(await message()).toBe(
      `back-off 1m20s restarting failed container=main pod=live_default(${pod.metadata.uid})`,
    )
    const unhealthy = (await b.eventObjects('live')).find(({ reason }) => reason === 'Unhealthy')
    expect(unhealthy).toMatchObject({
      type: 'Warning',
      source: { component: 'kubelet', host: 'k8s-control-01' },
      involvedObject: { fieldPath: 'spec.containers{main}', kind: 'Pod' },
    })
    expect(unhealthy?.count).toBe(6)
  })
})

describe('a container that exits', () => {
  test('is restarted at once, then after 10 s, 20 s, 40 s …', async () => {
    const b = await bed()
    await b.advance(10_000)
    await createPod(b, 'crash', { container: { args: ['exit-after', '5000'] } })
    const seen = await history(b, 'crash', 200)
    const starts = seen.filter(([, text]) => text.endsWith('running')).map(([at]) => at)
    const waits = starts.slice(1).map((at, i) => at - (starts[i] ?? 0) - 5)
    expect(waits[0]).toBeLessThanOrEqual(2)
    const bounds = [
      [10, 26],
      [20, 36],
      [40, 56],
    ]
    bounds.forEach(([least = 0, most = 0], i) => {
      expect(waits[i + 1]).toBeGreaterThanOrEqual(least)
      expect(waits[i + 1]).toBeLessThanOrEqual(most)
    })
    expect(seen.map(([, text]) => text)).toContain('0 terminated')
  })
})

describe('a readiness probe', () => {
  test('makes ready at once, and not ready after three failures', async () => {
    const b = await bed()
    await b.advance(15_000)
    const { files } = b.machine('k8s-control-01')
    await files.mkdir('/etc/flags')
    await files.write('/etc/flags/on', '')
    await createPod(b, 'web', {
      container: {
        readinessProbe: { exec: { command: ['/bin/say', 'cat', '/flags/on'] } },
        volumeMounts: [{ name: 'v', mountPath: '/flags' }],
      },
      spec: { volumes: [{ name: 'v', hostPath: { path: '/etc/flags', type: 'Directory' } }] },
    })
    const ready = async () => status(await b.pod('web'))?.ready === true
    await b.until(ready, 3000)
    await files.remove('/etc/flags/on')
    const removedMs = b.kernel.nowMs
    await b.until(async () => !(await ready()), 40_000)
    expect(b.kernel.nowMs - removedMs).toBeGreaterThan(20_000)
    expect((await b.pod('web')).status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Ready',
        status: 'False',
        reason: 'ContainersNotReady',
        message: 'containers with unready status: [main]',
      }),
    )
    await files.write('/etc/flags/on', '')
    await b.until(ready, 11_000)
  })

  test('that times out is killed and told', async () => {
    const b = await bed()
    await b.advance(15_000)
    await createPod(b, 'web', {
      container: { readinessProbe: { exec: { command: ['/bin/server'] }, timeoutSeconds: 2 } },
    })
    await b.advance(15_000)
    expect(await b.events('web')).toContain(
      'Unhealthy: Readiness probe failed: command timed out: "/bin/server" timed out after 2s',
    )
    expect(status(await b.pod('web'))?.ready).toBe(false)
  })

  test.each([
    [
      'refused',
      { httpGet: { port: 81, path: '/ok' } },
      /^Unhealthy: Readiness probe failed: Get "http:\/\/10\.244\.0\.2:81\/ok": dial tcp 10\.244\.0\.2:81: connect: connection refused$/,
    ],
    [
      'refused',
      { tcpSocket: { port: 82 } },
      /^Unhealthy: Readiness probe failed: dial tcp 10\.244\.0\.2:82: connect: connection refused$/,
    ],
    [
      'refused',
      { grpc: { port: 83 } },
      /^Unhealthy: Readiness probe failed: timeout: failed to connect service "10\.244\.0\.2:83" within 1s: context deadline exceeded$/,
    ],
    [
      'missing',
      { exec: { command: ['/bin/nope'] } },
      /^Unhealthy: Readiness probe errored: rpc error: code = Unknown desc = failed to exec in container: /,
    ],
  ] as const)('%s: %j', async (_, probe, says) => {
    const b = await bed()
    await b.advance(15_000)
    await createPod(b, 'web', { container: { readinessProbe: probe } })
    await b.advance(15_000)
    expect((await b.events('web')).at(-1)).toMatch(says)
  })

  test('a gRPC probe of a server that speaks something else waits its time out', async () => {
    const b = await bed()
    await b.advance(15_000)
    await createPod(b, 'web', {
      container: { args: ['serve', '84'], readinessProbe: { grpc: { port: 84 }, timeoutSeconds: 5 } },
    })
    await b.advance(30_000)
    expect((await b.events('web')).at(-1)).toBe(
      'Unhealthy: Readiness probe failed: timeout: failed to connect service "10.244.0.2:84" within 5s: context deadline exceeded',
    )
    expect(status(await b.pod('web'))?.ready).toBe(false)
  })

  test('waits for the startup probe', async () => {
    const b = await bed()
    await b.advance(15_000)
    await createPod(b, 'web', {
      container: {
        startupProbe: {
          exec: { command: ['/bin/say', 'starting', '1'] },
          periodSeconds: 5,
          failureThreshold: 4,
        },
        livenessProbe: calicoLiveness,
      },
    })
    await b.advance(30_000)
    const texts = await b.events('web')
    expect(texts).toContain('Unhealthy: Startup probe failed: starting\n')
    expect(texts).toContain('Killing: Container main failed startup probe, will be restarted')
    expect(texts.some((text) => text.includes('Liveness'))).toBe(false)
  })
})

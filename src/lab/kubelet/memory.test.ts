import { describe, expect, test } from 'vitest'
import { type Bed, bed, createPod, onMachine } from '#lab/kubelet/test-bed.ts'

const worker = 'k8s-worker-01'

async function holding(mebibytes: number, limit: string | undefined): Promise<Bed> {
  const b = await bed({ workers: 1 })
  await b.advance(15_000)
  const resources = limit === undefined ? {} : { resources: { limits: { memory: limit } } }
  await createPod(b, 'web', { node: worker, container: { args: ['hold', String(mebibytes)], ...resources } })
  await b.advance(5000)
  return b
}

describe('memory', () => {
  test('up to the limit is nobody’s business', async () => {
    const b = await holding(64, '64Mi')
    expect((await b.pod('web')).status.containerStatuses?.[0]?.restartCount).toBe(0)
  })

  test('beyond the limit ends the container with OOMKilled, and the kernel says so', async () => {
    const b = await holding(65, '64Mi')
    const status = (await b.pod('web')).status.containerStatuses?.[0]
    const ended = status?.lastState.terminated ?? status?.state.terminated
    expect(ended).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
    const lines = b.machine(worker).running.kernelLog.lines.map(({ text }) => text)
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^Memory cgroup out of memory: Killed process \d+ \(server\) total-vm:\d+kB, anon-rss:66560kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:\d+kB oom_score_adj:\d+$/,
      ),
    )
  })

  test('beyond the machine’s own takes the pod that asked for nothing', async () => {
    const b = await holding(9000, undefined)
    const status = (await b.pod('web')).status.containerStatuses?.[0]
    expect(status?.restartCount ?? 0).toBeGreaterThan(0)
    expect((status?.lastState.terminated ?? status?.state.terminated)?.exitCode).toBe(137)
    expect(await onMachine(b, worker, ['/usr/bin/crictl', 'pods'])).toContain('web')
    const lines = b.machine(worker).running.kernelLog.lines.map(({ text }) => text)
    expect(lines).toContainEqual(expect.stringMatching(/^Out of memory: Killed process \d+ \(server\) /))
  })
})

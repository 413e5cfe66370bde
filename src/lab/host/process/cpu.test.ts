import { beforeEach, describe, expect, test } from 'vitest'
import type { Program } from '#lab/host/ports.ts'
import { CpuQuota } from '#lab/host/process/cpu.ts'
import { mebibyte, sized } from '#lab/host/process/memory.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

/** 24 MiB: 60 ms of a core. */
const program: Program = sized(async () => 0, 24 * mebibyte)
const image = { program, argv: ['/bin/calico-node', '-felix-ready'] }

describe('programs that start in a container with a CPU limit', () => {
  let kernel: Kernel
  const started: [name: string, ms: number][] = []
  const start = (name: string, quota: CpuQuota) =>
    kernel.start(name, async (task) => {
      await quota.start(task, image)
      started.push([name, kernel.nowMs])
    })
  const until = (ms: number) => kernel.advanceTo(ms)
  beforeEach(() => {
    kernel = new Kernel({ seed: '1', startMs: 0 })
    started.length = 0
  })

  test.each([
    [1, 60],
    [0.05, 1200],
    [0.01, 6000],
    [0.001, 6000], // the kernel gives no less
  ])('of %d cores, one takes %d ms', async (cores, ms) => {
    start('probe', new CpuQuota(kernel, cores))
    await until(ms + 1)
    expect(started).toEqual([['probe', ms]])
  })

  test('those that start together wait for each other, and not for one that was killed', async () => {
    const quota = new CpuQuota(kernel, 0.01)
    start('first', quota)
    const killed = start('second', quota)
    start('third', quota)
    await until(3000)
    killed.stop()
    await until(20_000)
    expect(started).toEqual([
      ['first', 6000],
      ['third', 12_000],
    ])
  })

  test('the next one begins anew when the one whose turn it was is killed', async () => {
    const quota = new CpuQuota(kernel, 0.01)
    const killed = start('first', quota)
    start('second', quota)
    await until(3000)
    killed.stop()
    await until(20_000)
    expect(started).toEqual([['second', 9000]])
  })
})

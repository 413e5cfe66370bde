import { expect, test } from 'vitest'
import { wallClock } from '#base/clock.ts'
import { Lab } from '#lab/lab.ts'
import { Pacer } from '#lab/serve/pacer.ts'

test('what a command waits for, nobody outside waits for, and not at all when nobody wants it any more', async () => {
  const lab = await Lab.boot({ seed: 'hurried', nodes: 2 })
  const pacer = new Pacer(lab.kernel, { clock: wallClock, speed: 1 })
  lab.driveBy(pacer)
  const running = pacer.run()
  const [startMs, wallMs] = [lab.nowMs, wallClock.monotonic()]
  const since = (): number => lab.nowMs - startMs

  const slept = await lab.run('k8s-worker-01', ['sleep', '300'], { hurried: { isWanted: () => true } })
  expect([slept.code, since() >= 300_000]).toEqual([0, true])
  expect(wallClock.monotonic() - wallMs).toBeLessThan(100_000)

  const left = await lab.run('k8s-worker-01', ['sleep', 'infinity'], {
    hurried: { isWanted: () => since() < 600_000 },
  })
  expect([left.code, since() < 700_000]).toEqual([255, true])
  await pacer.stop()
  await running
  await lab.shutdown()
}, 120_000)

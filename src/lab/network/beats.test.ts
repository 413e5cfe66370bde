/** Beats that rest, and when they are said after all. */
import { describe, expect, test } from 'vitest'
import type { Kernel } from '#lab/kernel/kernel.ts'
import type { Beat, BeatListener, Connection } from '#lab/network/ports.ts'
import { bed, run } from '#lab/network/test-bed.ts'

const wayMs = 4 / 16

/** Two ends; the near one says `beat` every ten seconds, first now. */
async function beating(listens: 'listens' | 'does not listen' | 'answers' = 'listens') {
  const net = bed()
  const { kernel } = net
  let far: Connection | undefined
  await run(kernel, (task) =>
    net.b
      .listen({ port: 80 }, (c) => {
        far = c
      })
      .then(() => task.sleep(0)),
  )
  const near = await run(kernel, (task) => net.a.connect(task, { address: '10.0.0.22', port: 80 }))
  const told: string[] = []
  const startMs = kernel.nowMs
  const at = (): number => kernel.nowMs - startMs
  const beat: Beat = {
    payload: { sizeBytes: 19 },
    pauseMs: () => 10_000,
    sayIn: (ms, answeredMs) =>
      told.push(`at ${at()}: say in ${ms}${answeredMs === undefined ? '' : `, answered ${answeredMs} ago`}`),
  }
  const listener: BeatListener = {
    ...(listens === 'answers' ? { answer: 'well' } : {}),
    rest: () => told.push(`at ${at()}: rest`),
    wake: (sinceMs) => told.push(`at ${at()}: heard ${sinceMs} ago`),
  }
  if (listens !== 'does not listen') far?.beats?.listen(listener)
  return { ...net, near, far: far as unknown as Connection, told, rests: near.beats?.rest(beat) } // accepted by now
}

const pass = (kernel: Kernel, ms: number): Promise<void> => kernel.advanceTo(kernel.nowMs + ms)

describe('beats rest', () => {
  test('while nothing moves: no event, and both ends know the times', async () => {
    const { kernel, near, far, told } = await beating()
    const { ran } = kernel
    await pass(kernel, 25_000)
    expect(kernel.ran).toBe(ran)
    expect(near.beats?.untilNextMs).toBe(5000)
    expect(far.beats?.sinceHeardMs).toBe(5000 - wayMs)
    expect(told).toEqual(['at 0: rest'])
  })

  test('until an address comes anywhere: the phases go on', async () => {
    const { kernel, a, told } = await beating()
    await pass(kernel, 25_000)
    await a.apply([{ op: 'address-add', link: 'eth0', address: '10.0.0.77', prefixLength: 24 }])
    expect(told.slice(1)).toEqual([`at 25000: heard ${5000 - wayMs} ago`, 'at 25000: say in 5000'])
  })

  test('until something is said: it comes after what was said before, and is taken', async () => {
    const { kernel, near, far, told } = await beating()
    await pass(kernel, 25_000)
    near.send('news')
    expect(await run(kernel, (task) => far.receive(task))).toBe('news')
    expect(told.slice(1)).toEqual([`at 25000: heard ${5000 - wayMs} ago`, 'at 25000: say in 5000'])
  })

  test('until the other end closes', async () => {
    const { kernel, far, told } = await beating()
    await pass(kernel, 10_000)
    far.close()
    expect(told.slice(1)).toEqual([`at 10000: heard ${10_000 - wayMs} ago`, 'at 10000: say in 0'])
  })

  test('one that is on its way arrives all the same', async () => {
    const { kernel, a, far, told } = await beating()
    await pass(kernel, wayMs / 2)
    await a.apply([{ op: 'address-add', link: 'eth0', address: '10.0.0.77', prefixLength: 24 }])
    expect(told.slice(1)).toEqual([
      `at ${wayMs / 2}: heard undefined ago`,
      `at ${wayMs / 2}: say in ${10_000 - wayMs / 2}`,
    ])
    expect(await run(kernel, (task) => far.receive(task))).toEqual({ sizeBytes: 19 })
  })
})

describe('beats that are answered', () => {
  const move = ({ a }: Awaited<ReturnType<typeof beating>>): Promise<void> =>
    a.apply([{ op: 'address-add', link: 'eth0', address: '10.0.0.77', prefixLength: 24 }])

  test('rest with the answers: who says them knows when the last one came', async () => {
    const net = await beating('answers')
    const { ran } = net.kernel
    await pass(net.kernel, 25_000)
    expect(net.kernel.ran).toBe(ran)
    await move(net)
    expect(net.told.slice(1)).toEqual([
      `at 25000: heard ${5000 - wayMs} ago`,
      `at 25000: say in 5000, answered ${5000 - 2 * wayMs} ago`,
    ])
  })

  test('while one is on its way, the answers are those before it', async () => {
    const net = await beating('answers')
    await pass(net.kernel, 10_000 + wayMs / 2)
    await move(net)
    expect(net.told.at(-1)).toMatch(`answered ${10_000 + wayMs / 2 - 2 * wayMs} ago`)
    expect(await run(net.kernel, (task) => net.far.receive(task))).toEqual({ sizeBytes: 19 })
  })

  test('an answer that is on its way arrives all the same', async () => {
    const net = await beating('answers')
    await pass(net.kernel, 1.5 * wayMs)
    await move(net)
    expect(net.told.slice(1)).toEqual([
      `at ${1.5 * wayMs}: heard ${wayMs / 2} ago`,
      `at ${1.5 * wayMs}: say in ${10_000 - 1.5 * wayMs}`,
    ])
    expect(await run(net.kernel, (task) => net.near.receive(task))).toBe('well')
  })

  test('both ends number what they send as if each had been sent', async () => {
    const net = await beating('answers')
    await pass(net.kernel, 25_000)
    net.near.send('news')
    net.far.send('other news')
    expect(await run(net.kernel, (task) => net.far.receive(task))).toBe('news')
    expect(await run(net.kernel, (task) => net.near.receive(task))).toBe('other news')
  })
})

describe('beats do not rest', () => {
  test('where the other end does not listen to them', async () => {
    expect((await beating('does not listen')).rests).toBe(false)
  })

  test('while something that was sent is on its way', async () => {
    const { near } = await beating()
    near.send('news')
    expect(near.beats?.rest({ payload: 'beat', pauseMs: () => 1, sayIn: () => {} })).toBe(false)
  })

  test('where the way back is closed', async () => {
    const { near, network } = await beating()
    network.underlay.addRule({ name: 'back', source: '10.0.0.22/32', action: 'drop' })
    expect(near.beats?.rest({ payload: 'beat', pauseMs: () => 1, sayIn: () => {} })).toBe(false)
  })
})
